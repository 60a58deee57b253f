# SPDX-License-Identifier: Apache-2.0
"""Bots open more connections than any machine should: the trap greets them all in bounded memory, and keeps none of it when they go.

POSTERN_TRAP_WAVES=100 plays it long; it needs 9,100 descriptors in each process."""
import os
import time

from postern_lab import trapped

title = "9,000 connections at once are greeted in under 200 MiB, and wave after wave of 3,000 leaves no memory behind"
AT_ONCE, WAVE, WAVES = 9000, 3000, int(os.environ.get("POSTERN_TRAP_WAVES", "10"))
WARM = 3  # waves until buffers, records and the allocator have found their size
GROWTH = 1.0  # MiB over all further waves: 30,000 connections that leave 35 octets each are seen


def memory(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def play(lab):
    trap = trapped.Trapped(lab, "sessions_per_address = 100000\n")
    pid = trap.daemon.pid
    before = memory(pid)
    # The waves first: behind the great crowd, what they leave would hide in the room that it took.
    sizes = []
    for i in range(WARM + WAVES):
        said = trap.offend("eg-office", "wave", str(WAVE), f"198.51.100.{i % 200 + 20}@25").stdout.strip()
        if said != str(WAVE):
            yield f"wave {i}: {said} of {WAVE} were greeted"
        time.sleep(1.2)  # the record is written down once a second
        sizes.append(memory(pid))
    if (grown := sizes[-1] - sizes[WARM - 1]) > GROWTH:
        yield f"memory grew by {grown:.1f} MiB over {WAVES} waves: {sizes}"
    # One network may hold half of them: two offices' worth of bots.
    crowds = [("eg-office", "198.51.100.9@25"), ("eg-guest", "198.51.100.10@25")]
    bots = [trap.offend(host, "many", str(AT_ONCE // 2), "60", target, wait=False) for host, target in crowds]
    names = [f"many-{AT_ONCE // 2}-60-{target}" for _, target in crowds]
    trapped.wait_for(lambda: all(lab.output(name).strip() for name in names), 60, "the connections")
    at_once = memory(pid)
    if (greeted := sum(int(lab.output(name)) for name in names)) != AT_ONCE:
        yield f"{greeted} of {AT_ONCE} were greeted"
    if at_once > 200:
        yield f"{at_once:.1f} MiB with {AT_ONCE} connections, more than 200"
    for one in bots:
        one.kill()
        one.wait()
    lab.transcript.append(f"{before:.1f} MiB before, after each wave of {WAVE}: " + " ".join(f"{size:.1f}" for size in sizes) + f"; {at_once:.1f} with {AT_ONCE} connections")
    print(f"    {lab.transcript[-1]}", flush=True)
    shown = trap.show(trapped.PC[0])
    if shown.get("attempts") != AT_ONCE // 2 + WAVE * (WARM + WAVES):
        yield f"the record counts {shown.get('attempts')} attempts"
