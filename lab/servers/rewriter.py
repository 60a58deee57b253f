#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rewriter.py ADDRESS UPSTREAM: a resolver that turns "no such name" into the address of an advertising page, as some providers do."""
import socket
import sys

import wire

address, upstream = sys.argv[1:3]
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((address, 53))
while True:
    query, client = udp.recvfrom(4096)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.settimeout(3)
    try:
        out.sendto(query, (upstream, 53))
        answer = out.recv(4096)
        labels, kind, asked = wire.question(query)
        if answer[3] & 0xF == 3 and kind == 1:
            answer = wire.reply(query, answers=[wire.a("198.51.100.99")], flags=0x8180, asked=asked)
        udp.sendto(answer, client)
    except (OSError, IndexError):
        pass  # the upstream was silent, or the question was none
    finally:
        out.close()
