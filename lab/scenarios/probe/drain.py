# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import time

from postern_lab import probe

title = "a probe that is ended bids the idle farewell, lets a message under way end, and takes nobody any more"
PEERS = """
import re, socket, sys, time
place = ("198.51.100.62", 25)
idle = socket.create_connection(place, 5)
idle.settimeout(10)
idle.recv(300)
busy = socket.create_connection(place, 5)
busy.settimeout(10)
busy.recv(300)
for line in ("EHLO peer.example", "MAIL FROM:<a@b.example>", "RCPT TO:<x@one.probes.example>", "DATA"):
    busy.sendall(line.encode() + b"\\r\\n")
    assert busy.recv(500)[:1] in b"23", line
print("ready", flush=True)
print("idle", idle.recv(300), idle.recv(300), flush=True)
try:
    socket.create_connection(place, 2)
    print("a new one was taken")
except OSError:
    print("a new one was refused", flush=True)
busy.sendall(b"Subject: late\\r\\n\\r\\nx\\r\\n.\\r\\n")
seen = b""
while octets := busy.recv(300):
    seen += octets
print("busy", seen, flush=True)
"""


def play(lab):
    probe.start(lab, "probe1")
    peers = lab.start("outside", "peers", "/usr/bin/python3", lab.file("peers.py", PEERS))
    lab.wait_for(lambda: "ready" in lab.output("peers"), 10, "the peers")
    os.kill(lab.pids["probe1"], signal.SIGTERM)
    begun = time.monotonic()
    lab.wait_for(lambda: peers.poll() is not None, 10, "the peers' end")
    said = lab.output("peers")
    for wanted in ("idle b'421 4.3.2", "b''", "a new one was refused", "busy b'554 5.7.1", "421 4.3.2"):
        if wanted not in said:
            yield f"the peers do not say {wanted!r}: {said}"
    lab.wait_for(lambda: not os.path.exists(f"/proc/{lab.pids['probe1']}/exe"), 10, "the probe's end")
    if time.monotonic() - begun > 8:
        yield f"it took {time.monotonic() - begun:.1f} s to end"
