#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""faulty.py ADDRESS...: an authoritative server for *.faulty.example whose zones misbehave, each as its first label says.

Below each zone 127.0.0.2 and 203.0.113.7 are listed and everything else is not, but for what the zone does wrong."""
import selectors
import socket
import struct
import sys
import threading

import wire

DOMAIN = ["faulty", "example"]


def usual(query, mode, subject):
    zone = f"{mode}.faulty.example"
    if subject in ("2.0.0.127", "7.113.0.203"):
        kind = wire.question(query)[1]
        if kind == 1:
            return wire.reply(query, answers=[wire.a("127.0.0.2")])
        text = b"listed by the laboratory"
        return wire.reply(query, answers=[wire.record(b"\xc0\x0c", 16, bytes([len(text)]) + text)] if kind == 16 else ())
    return wire.reply(query, rcode=0 if not subject else 3, authority=[wire.soa(zone)])


def half(query, mode, subject):
    first = subject.split(".")[-1]
    if subject != "1.0.0.127" and first.isdigit() and int(first) >= 193:
        return wire.reply(query, answers=[wire.a("127.0.0.2")])
    return usual(query, mode, subject)


def forged(query, mode, subject):
    """First a listing with another id, then one for another name; the right answer last."""
    wrong_id = bytes([query[0] ^ 0x55]) + query[1:]
    lie = [wire.a("127.0.0.2")]
    other = bytearray(wire.question(query)[2])
    other[1] ^= 0x01
    return [wire.reply(wrong_id, answers=lie), wire.reply(query, answers=lie, asked=bytes(other)), usual(query, mode, subject)]


MODES = {
    "world": lambda q, m, s: wire.reply(q, answers=[wire.a("127.0.0.2")]) if s else usual(q, m, s),
    "parked": lambda q, m, s: wire.reply(q, answers=[wire.a("198.51.100.99")]) if s else usual(q, m, s),
    "half": half,
    "servfail": lambda q, m, s: wire.reply(q, rcode=2),
    "refused": lambda q, m, s: wire.reply(q, rcode=5),
    "truncated": lambda q, m, s: wire.reply(q, flags=0x8600),
    "loop": lambda q, m, s: wire.reply(q, answers=[wire.record(b"\xc0\x0c", 5, b"\xc0\x0c")]),
    "forged": forged,
    "notest": lambda q, m, s: wire.reply(q, rcode=3, authority=[wire.soa(f"{m}.faulty.example")]) if s == "2.0.0.127" else usual(q, m, s),
    "nosoa": lambda q, m, s: usual(q, m, s) if s in ("", "2.0.0.127", "7.113.0.203") else wire.reply(q, rcode=3),
    "parentsoa": lambda q, m, s: usual(q, m, s) if s in ("", "2.0.0.127", "7.113.0.203") else wire.reply(q, rcode=3, authority=[wire.soa("faulty.example")]),
    "good": usual,
}


def answer(query, over_tcp=False):
    labels, kind, _ = wire.question(query)
    if labels[-2:] != DOMAIN:
        return wire.reply(query, rcode=5)
    if len(labels) == 2:
        if kind == 2:
            return wire.reply(query, answers=[wire.record(b"\xc0\x0c", 2, wire.name("ns.faulty.example"))])
        return wire.reply(query, authority=[wire.soa("faulty.example")])
    if labels == ["ns", *DOMAIN]:
        return wire.reply(query, answers=[wire.a("192.0.2.60")] if kind == 1 else [], authority=[] if kind == 1 else [wire.soa("faulty.example")])
    mode, subject = labels[-3], ".".join(labels[:-3])
    if mode.startswith("silent"):
        return []
    if mode == "truncated" and over_tcp:
        return usual(query, mode, subject)
    return MODES.get(mode, lambda q, m, s: wire.reply(q, rcode=3, authority=[wire.soa("faulty.example")]))(query, mode, subject)


def serve_tcp(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            try:
                length = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))[0]
                octets = answer(connection.recv(length, socket.MSG_WAITALL), over_tcp=True)
                connection.sendall(struct.pack("!H", len(octets)) + octets)
            except (OSError, struct.error, IndexError, TypeError):
                pass  # a client that leaves or talks nonsense


def main(addresses):
    selector = selectors.DefaultSelector()
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.bind((address, 53))
        selector.register(udp, selectors.EVENT_READ)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        tcp.bind((address, 53))
        tcp.listen(64)
        threading.Thread(target=serve_tcp, args=(tcp,), daemon=True).start()
    while True:
        for key, _ in selector.select():
            query, client = key.fileobj.recvfrom(4096)
            try:
                octets = answer(query)
            except (IndexError, struct.error):
                continue  # no DNS
            for message in octets if isinstance(octets, list) else [octets]:
                key.fileobj.sendto(message, client)


if __name__ == "__main__":
    main(sys.argv[1:])
