# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import resource

from postern_lab import probe

title = "five thousand idle strangers cost the probe less than 100 MiB, and it relays nothing and keeps nothing for any of them"
CROWD = """
import socket, sys, time
crowd = [socket.create_connection(("198.51.100.62", 25), 5) for _ in range(int(sys.argv[1]))]
greeted = sum(c.recv(200).startswith(b"220 ") for c in crowd)
def say(line):
    crowd[0].sendall(line.encode() + b"\\r\\n"); return crowd[0].recv(500)[:3].decode()
print(greeted, say("EHLO stranger.example"), say("MAIL FROM:<a@b.example>"), say("RCPT TO:<x@victim.example>"), say("RCPT TO:<x@one.probes.example>"),
      say("DATA"), say("Subject: keep me\\r\\n\\r\\nx\\r\\n."), flush=True)
sys.stdin.read()
"""


def play(lab, count=5000, most_mib=100):
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(8192, count + 100), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    probe.start(lab, "probe1", "--max-per-address", "10000")
    script = lab.file("crowd.py", CROWD)
    crowd = lab.start("outside", "crowd", "sh", "-c", f"sleep 60 | /usr/bin/python3 {script} {count}")
    lab.wait_for(lambda: lab.output("crowd"), 50, "the crowd")
    status = pathlib.Path(f"/proc/{lab.pids['probe1']}/status").read_text()
    kib = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
    lab.transcript.append(f"{count} strangers: {kib} KiB resident")
    if lab.output("crowd").split() != [str(count), "250", "250", "554", "250", "354", "554"]:
        yield f"the strangers saw {lab.output('crowd')!r}"
    if kib > most_mib * 1024:
        yield f"{kib} KiB are resident with {count} strangers, more than {most_mib} MiB"
    lab.stop(crowd)
