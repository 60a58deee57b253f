# SPDX-License-Identifier: Apache-2.0
"""Engines that are slow, silent, wrong, gone and back, under mail in both directions. Each fault is a 4xx where the measure is enforced and a
"would" where it is observed; a virus or spam never passes an enforced measure; nobody waits longer than the engine's time."""
import concurrent.futures
import time

from postern_lab.gate import EICAR, GTUBE, SUBMISSION, Gate
from postern_lab.network import LAB

title = "clamd and rspamd slow, silent, wrong, gone and back cost a 4xx or the declared mode, within their time"
PATIENCE, MARGIN = 2, 4  # seconds: of the gate for an engine; of the laboratory, on a busy machine
FAULTS = {
    "clamd": ("silent", "drip", "garbage", "endless", "closes", "cut", "unterminated", "error", "slow 30", "gone"),
    "rspamd": ("silent", "drip", "garbage", "endless", "closes", "cut", "error", "other", "skipped", "slow 30", "gone"),
}
BAD = {"clamd": EICAR, "rspamd": GTUBE}
RULE = {"clamd": "m1.scanner.silent", "rspamd": "m3.filter.silent"}


class Engine:
    def __init__(self, lab, kind):
        self.lab, self.kind = lab, kind
        self.mood = lab.file(f"{kind}.mood", "honest")
        self.path = lab.folder / "fake-clamd.sock"
        self.address = f"unix:{self.path}" if kind == "clamd" else "127.0.0.1:11999"
        self.process = None
        self.be("honest")

    def be(self, mood):
        """Gone is a process that does not run; anything else holds from the next connection on."""
        if mood == "gone":
            self.lab.stop(self.process)
            self.process = None
            if self.kind == "clamd":
                self.path.unlink()
            return
        self.mood.write_text(mood)
        if self.process is None:
            self.process = self.lab.start("mail", f"fake-{self.kind}", "/usr/bin/python3", LAB / "servers" / "fake_engine.py", self.kind, self.address, self.mood)
            listens = (lambda: self.path.exists()) if self.kind == "clamd" else (lambda: "11999" in self.lab.run("mail", "ss", "-ltnH", quiet=True).stdout)
            self.lab.wait_for(listens, 5, f"the fake {self.kind}")


def settings(lab, mode):
    return {"malware": f'clamd = "unix:{lab.folder}/fake-clamd.sock"\ntimeout = "{PATIENCE}s"', "mode": mode,
            "spam": f'mode = "{mode}"\nrspamd = "127.0.0.1@11999"\ntimeout = "{PATIENCE}s"'}


def four(gate, kind, subject):
    """What is harmless and what is not, in both directions at once: {(direction, is it bad): (reply, seconds)}."""
    def one(direction, bad):
        name = f"{subject}-{direction}-{'bad' if bad else 'good'}"
        where = {"in": {}, "out": {"sender": "anna@example.com", "to": "bert@plain.example", "host": "mail", "port": SUBMISSION}}[direction]
        begun = time.monotonic()
        said = gate.send((BAD[kind] if bad else "Hello") + "\r\n", subject=name, **where)
        return said, time.monotonic() - begun

    cases = [(direction, bad) for direction in ("in", "out") for bad in (False, True)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = {case: pool.submit(one, *case) for case in cases}
        return {case: job.result() for case, job in jobs.items()}


def well(gate, kind, subject):
    for (direction, bad), (said, _) in four(gate, kind, subject).items():
        if not said.startswith("data 554" if bad else "data 250"):
            yield f"{subject} {direction} {'bad' if bad else 'good'}: {said}"


def enforced(lab, gate, engines):
    yield from well(gate, "clamd", "before")
    for kind, moods in FAULTS.items():
        for mood in moods:
            engines[kind].be(mood)
            subject = f"{kind}-{mood.replace(' ', '')}"
            for (direction, bad), (said, seconds) in four(gate, kind, subject).items():
                name = f"{subject} {direction} {'bad' if bad else 'good'}"
                if not said.startswith("data 451 4.7.1") or RULE[kind] not in said:
                    yield f"{name}: {said}"
                if seconds > 2 * PATIENCE + MARGIN:
                    yield f"{name}: took {seconds:.1f} s"
            engines[kind].be("honest")
        yield from well(gate, kind, f"{kind}-back")
        engines[kind].be("slow 0.8")
        yield from well(gate, kind, f"{kind}-slow")
        engines[kind].be("honest")


def observed(lab, gate, engines):
    """The declared mode: mail passes, and the record says what would have been; it never says clean."""
    gate.config.write_text(gate.config.read_text().replace('mode = "enforce"', 'mode = "observe"'))
    gate.reload()
    for kind in FAULTS:
        engines[kind].be("garbage")
        for (direction, bad), (said, _) in four(gate, kind, f"observed-{kind}").items():
            if not said.startswith("data 250"):
                yield f"observed {kind} {direction}: {said}"
        engines[kind].be("honest")
    lines = [line for line in lab.output("gate").splitlines() if "verdict=accept" in line or "verdict=tag" in line]
    without = [line for line in lines if "would-defer" in line or "would-tag" in line]
    if len(without) < 8 or any("scan=clean" in line and "m1.virus.unscannable" in line for line in lines):
        yield f"what passed in observe is not told as such: {len(without)} lines"


def play(lab):
    engines = {kind: Engine(lab, kind) for kind in FAULTS}
    words = settings(lab, "enforce")
    gate = Gate(lab, malware=words["malware"], spam=words["spam"])
    yield from enforced(lab, gate, engines)
    passed = [name for kind in FAULTS for mood in FAULTS[kind] for direction in ("in", "out") for how in ("good", "bad")
              if gate.having(name := f"{kind}-{mood.replace(' ', '')}-{direction}-{how}")]
    if passed:
        yield f"arrived without a verdict: {passed}"
    yield from observed(lab, gate, engines)
    yield from comes_back_in_time(lab, gate, engines["clamd"])


def comes_back_in_time(lab, gate, clamd):
    """A clamd that starts again while a message waits for it: no deferral, and a real scan."""
    text = gate.config.read_text().replace('mode = "observe"', 'mode = "enforce"').replace(f'timeout = "{PATIENCE}s"', 'timeout = "20s"', 1)
    gate.config.write_text(text)
    gate.reload()
    clamd.be("gone")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(four, gate, "clamd", "returns")
        time.sleep(3)
        clamd.be("honest")
        for (direction, bad), (said, seconds) in job.result().items():
            if not said.startswith("data 554" if bad else "data 250") or seconds < 2:
                yield f"clamd back within its time, {direction} {'bad' if bad else 'good'}: {said} after {seconds:.1f} s"
