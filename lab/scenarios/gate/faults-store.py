# SPDX-License-Identifier: Apache-2.0
"""The gate's record under a full disk, a locked database and a directory that is taken away: mail is judged as before, nobody waits for the
disk, and what happened meanwhile is written once it can be."""
import json
import shutil
import sqlite3
import subprocess
import time

from postern_lab.gate import EICAR, Gate

title = "a store that is full, locked or gone delays no mail and changes no verdict, and its events come after"


def judged(gate, subject, usual=None):
    """A virus and a clean message get what they always get, as soon as they usually do: a wait for the disk would take 5 s each."""
    begun = time.monotonic()
    if not (said := gate.send(EICAR + "\r\n", subject=f"{subject}-bad")).startswith("data 554"):
        yield f"{subject}: a virus got {said}"
    if not (said := gate.send(subject=f"{subject}-good")).startswith("data 250"):
        yield f"{subject}: clean mail got {said}"
    if usual is None:
        gate.usual = time.monotonic() - begun
    elif (seconds := time.monotonic() - begun) > usual + 4:
        yield f"{subject}: two messages took {seconds:.1f} s"


def written(lab, count, seconds):
    """Whether so many refusals of viruses are in the store, waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        out = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--format", "jsonl", quiet=True).stdout
        if sum(1 for line in out.splitlines() if json.loads(line).get("rule") == "m1.virus.found") >= count:
            return True
        time.sleep(0.3)
    return False


def locked(lab, gate):
    holder = sqlite3.connect(lab.data / "events.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield from judged(gate, "locked", gate.usual)
    time.sleep(6.5)  # longer than the writer waits for the lock
    yield from judged(gate, "locked-long", gate.usual)
    if "events cannot be written" not in lab.output("gate"):
        yield "the log does not say that events cannot be written"
    holder.execute("ROLLBACK")
    holder.close()
    if not written(lab, 2, 10):
        yield "events of the time of the lock are lost"


def full(lab, gate):
    ballast = lab.data / "ballast"
    with open(ballast, "wb", buffering=0) as out:
        try:
            while out.write(b"x" * 4096):
                pass
        except OSError:  # now it is full
            pass
    for number in range(4):
        yield from judged(gate, f"full-{number}", gate.usual)
    if lab.output("gate").count("events cannot be written") < 2:
        yield "the disk was not full enough to prove anything"
    ballast.unlink()
    if not written(lab, 3 + 4, 15):
        yield "events of the time of the full disk are lost"


def gone(lab, gate):
    for path in lab.data.iterdir():
        path.unlink()
    yield from judged(gate, "gone", gate.usual)
    if not written(lab, 1, 10):
        yield "after its file is taken away the store is not made anew"


def play(lab):
    lab.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", lab.data], check=True)
    lab.on_end(lambda: subprocess.run(["umount", "-l", lab.data]))
    gate = Gate(lab)
    yield from judged(gate, "before")
    yield from locked(lab, gate)
    yield from full(lab, gate)
    yield from gone(lab, gate)
