#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fake_resolver ADDRESS PORT MOOD-FILE NAME IP: a resolver that knows one A record, in the mood that the file names at each question.

Moods: honest; slow SECONDS; silent; garbage; nxdomain; servfail; refused; other (an answer to a question that nobody asked)."""
import pathlib
import random
import socket
import struct
import sys
import time

RCODES = {"honest": 0, "other": 0, "servfail": 2, "nxdomain": 3, "refused": 5}


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer(query, mood, name, ip):
    end = query.index(b"\0", 12) + 5
    question, kind = query[12:end], struct.unpack(">H", query[end - 4:end - 2])[0]
    ours = question[:-4].lower() == encode(name) and mood == "honest"
    records = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(ip) if ours and kind == 1 else b""
    rcode = RCODES[mood] if mood != "honest" or ours else 3
    if mood == "other":
        question = encode("other.example") + question[-4:]
    return query[:2] + struct.pack(">HHHHH", 0x8180 | rcode, 1, 1 if records else 0, 0, 0) + question + records


def main(address, port, moods, name, ip):
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((address, int(port)))
    while True:
        query, client = door.recvfrom(4_096)
        mood, _, number = pathlib.Path(moods).read_text().strip().partition(" ")
        if mood == "silent":
            continue
        if mood == "slow":
            time.sleep(float(number))
            mood = "honest"
        door.sendto(random.randbytes(60) if mood == "garbage" else answer(query, mood, name, ip), client)


if __name__ == "__main__":
    main(*sys.argv[1:])
