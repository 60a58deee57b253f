# SPDX-License-Identifier: Apache-2.0
"""What the running gate could do if it were taken over: read from the kernel's own account of the process, under mail.

That execve fails is tried by src/app/serve/confinement_test.cpp; here it is seen that the daemon under mail is in that state, in each of its
threads, and that it never has a child."""
import pathlib

from postern_lab.gate import EICAR, Gate

title = "the gate under mail is nobody without rights, cannot gain any, runs no program and has no memory to write code into"
NONE = "0" * 16


def threads(pid):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        yield task.name, dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line), (task / "children").read_text()


def play(lab):
    gate = Gate(lab)
    seen = 0
    for round_ in range(2):
        for name, status, children in threads(gate.process.pid):
            seen += 1
            if "0" in status["Uid"].split() or "0" in status["Gid"].split():
                yield f"thread {name} is root: {status['Uid']}"
            held = {key: status[key] for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if status[key] != NONE}
            if held:
                yield f"thread {name} has rights: {held}"
            if (status["NoNewPrivs"], status["Seccomp"]) != ("1", "2"):
                yield f"thread {name} may gain rights or run programs: NoNewPrivs {status['NoNewPrivs']}, Seccomp {status['Seccomp']}"
            if children:
                yield f"thread {name} has children: {children}"
        maps = pathlib.Path(f"/proc/{gate.process.pid}/maps").read_text()
        if loose := [line for line in maps.splitlines() if line.split()[1].startswith("rwx")]:
            yield f"memory that can be written and run: {loose[:3]}"
        if round_ == 0:
            if not (said := gate.send(subject="clean")).startswith("data 250"):
                yield f"clean mail got {said}"
            if not (said := gate.send(EICAR + "\r\n", subject="virus")).startswith("data 554"):
                yield f"a virus got {said}"
    if seen < 4:
        yield f"{seen} threads were looked at only"
    if "running as root" in lab.output("gate"):
        yield "it thinks that it is root"
