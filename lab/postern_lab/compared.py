# SPDX-License-Identifier: Apache-2.0
"""What arrived against what was sent, octet by octet: only whole fields in front, and whole fields behind the header, may have come to it."""
import re


def fields_of(octets):
    """(raw fields with their line ends, the rest from the empty line on)"""
    header, blank, body = octets.partition(b"\r\n\r\n")
    return re.findall(rb"[^\r\n][^\n]*\r\n(?:[ \t][^\n]*\r\n)*", header + b"\r\n"), b"\r\n" + body if blank else b""


def changes(arrived, sent):
    """(fields put in front, fields put behind the header) of what arrived; nothing when anything else differs."""
    front, (fields, rest) = [], fields_of(arrived)
    original = fields_of(sent)[0]
    while len(fields) > len(original) and fields[0].startswith((b"Received: ", b"DKIM-Signature: ")):
        front.append(fields.pop(0))
    return (front, fields[len(original):]) if b"".join(fields[:len(original)]) + rest == sent else None


def first_difference(arrived, sent):
    """Where they part, from the end on: in front much may have come."""
    tail = next((at for at in range(1, min(len(arrived), len(sent)) + 1) if arrived[-at] != sent[-at]), len(sent))
    return f"...{arrived[-tail - 30:][:60]!r} was ...{sent[-tail - 30:][:60]!r}"
