# SPDX-License-Identifier: Apache-2.0
"""office_names.py ADDRESS LOG ADDRESS=NAME...: the site's own resolver, as far as reverse names go; LOG gets a line "CLIENT NAME" a question."""
import ipaddress
import socket
import sys

import wire

address, log, *names = sys.argv[1:]
known = {ipaddress.ip_address(ip).reverse_pointer: name for ip, _, name in (entry.partition("=") for entry in names)}
udp = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((address, 53))
with open(log, "a", buffering=1) as out:
    while True:
        query, client = udp.recvfrom(4096)
        labels, kind, _ = wire.question(query)
        asked = ".".join(labels)
        out.write(f"{client[0]} {asked}\n")
        found = known.get(asked) if kind == 12 else None
        answers = [wire.record(b"\xc0\x0c", 12, wire.name(found))] if found else []
        udp.sendto(wire.reply(query, rcode=0 if found else 3, answers=answers, authority=() if found else [wire.soa("in-addr.arpa")], flags=0x8580), client)
