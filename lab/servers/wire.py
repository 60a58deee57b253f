# SPDX-License-Identifier: Apache-2.0
"""Just enough of DNS messages for the servers that misbehave."""
import struct


def question(query):
    """(labels, type, octets of the question section)"""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1").lower())
        at += 1 + query[at]
    return labels, struct.unpack("!H", query[at + 1:at + 3])[0], query[12:at + 5]


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".") if label) + b"\0"


def record(owner, kind, data, ttl=60):
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def a(address, owner=b"\xc0\x0c"):
    return record(owner, 1, bytes(int(part) for part in address.split(".")))


def soa(zone):
    return record(name(zone), 6, name(f"ns.{zone}") + name(f"hostmaster.{zone}") + struct.pack("!IIIII", 1, 600, 600, 86400, 60))


def reply(query, rcode=0, answers=(), authority=(), flags=0x8400, asked=None):
    asked = question(query)[2] if asked is None else asked
    return query[:2] + struct.pack("!HHHHH", flags | rcode, 1, len(answers), len(authority), 0) + asked + b"".join(answers) + b"".join(authority)
