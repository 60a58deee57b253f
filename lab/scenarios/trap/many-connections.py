# SPDX-License-Identifier: Apache-2.0
"""Bots open more connections than any machine should: the trap greets them all in bounded memory.

POSTERN_TRAP_CONNECTIONS=9000 plays it whole; it needs 18,100 descriptors."""
import os

from postern_lab import trapped

title = "3,000 connections at once are greeted in under 70 MiB (9,000 in under 200)"
COUNT = int(os.environ.get("POSTERN_TRAP_CONNECTIONS", "3000"))
MEBIBYTES = 200 * COUNT / 9000 + 5


def memory(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def play(lab):
    trap = trapped.Trapped(lab, "sessions_per_address = 100000\n")
    pid = trap.daemon.pid
    before = memory(pid)
    bots = trap.offend("eg-office", "many", str(COUNT), "20", "198.51.100.9@25", wait=False)
    name = f"many-{COUNT}-20-198.51.100.9@25"
    trapped.wait_for(lambda: lab.output(name).strip(), 30, "the connections")
    at_once = memory(pid)
    lab.transcript.append(f"{COUNT} connections: {before:.1f} MiB before, {at_once:.1f} MiB with all of them")
    print(f"    {lab.transcript[-1]}", flush=True)
    if lab.output(name).strip() != str(COUNT):
        yield f"{lab.output(name).strip()} of {COUNT} were greeted"
    if at_once > MEBIBYTES:
        yield f"{at_once:.1f} MiB, more than {MEBIBYTES:.0f}"
    bots.kill()
    bots.wait()
