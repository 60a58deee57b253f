# SPDX-License-Identifier: Apache-2.0
"""Whatever fails beside or in the gate: mail waits at its sender, and none passes unscanned."""
import concurrent.futures
import os
import random
import time

from postern_lab.gate import EICAR, Gate

title = "a silent or absent clamd, and a gate that is killed, cost a 4xx and never an unscanned message"
KILLS = int(os.environ.get("POSTERN_KILLS", "5"))


def silent_scanner(lab, gate):
    """clamd that takes a connection and says nothing."""
    path = lab.folder / "silent.sock"
    lab.start("mail", "silent", "/usr/bin/python3", "-c", f"import socket, time; s = socket.socket(socket.AF_UNIX); s.bind({str(path)!r}); s.listen(50); time.sleep(600)")
    lab.wait_for(path.exists, 5, "the silent scanner")
    gate.config.write_text(gate.config.read_text().replace(f"unix:{lab.state}/clamd.sock", f"unix:{path}"))
    gate.process.send_signal(1)  # SIGHUP
    time.sleep(0.3)
    return path


def play(lab):
    gate = Gate(lab)
    path = silent_scanner(lab, gate)
    if "451 4.7.1" not in (said := gate.send(subject="silent")):
        yield f"with a silent scanner: {said}"
    path.unlink()
    if "451 4.7.1" not in (said := gate.send(subject="gone")):
        yield f"without a scanner: {said}"
    gate.config.write_text(gate.config.read_text().replace(str(path), f"{lab.state}/clamd.sock"))
    gate.process.send_signal(1)
    time.sleep(0.3)
    if not (said := gate.send(subject="back")).startswith("data 250"):
        yield f"with the scanner back: {said}"
    if gate.having("silent") or gate.having("gone"):
        yield "a message passed unscanned"
    yield from kills(gate)


def kills(gate):
    """By the sink's record: each message that was answered 250 once, each virus never."""
    seed = random.Random(6)
    answers = {}
    for number in range(KILLS):
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            jobs = {}
            for client in range(10):
                subject = f"kill-{number}-{client}"
                jobs[subject] = pool.submit(gate.send, EICAR + "\r\n" if client % 3 == 0 else "clean\r\n", subject=subject)
            time.sleep(seed.uniform(0.05, 0.5))
            gate.kill()
            answers |= {subject: job.result() for subject, job in jobs.items()}
        gate.start()
    if not gate.send(subject="last").startswith("data 250") or len(gate.arrived("last", 20)) != 1:
        yield "after the last kill mail does not go"
    for subject, said in answers.items():
        virus = int(subject.rsplit("-", 1)[1]) % 3 == 0
        taken, copies = said.startswith("data 250"), len(gate.having(subject) if virus or not said.startswith("data 250") else gate.arrived(subject, 10))
        if virus and (taken or copies):
            yield f"{subject}: a virus passed: {said}"
        if not virus and copies != (1 if taken else 0):
            yield f"{subject}: {copies} copies after {said}"
        if said.split(" ")[1].startswith("5") and not virus:
            yield f"{subject}: a fault of ours was permanent: {said}"
