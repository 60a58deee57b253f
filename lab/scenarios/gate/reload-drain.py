# SPDX-License-Identifier: Apache-2.0
"""SIGHUP again and again under load, with good files and faulty ones; then SIGTERM while a message is being scanned."""
import concurrent.futures
import json
import signal
import time

from postern_lab.gate import EICAR, PORT, Gate
from postern_lab.network import LAB

title = "reloads under load defer nobody and are all or nothing; a gate that ends gives the verdict of what it has begun"
RELOADS, SESSIONS = 20, 10


def under_load(lab, gate):
    record = lab.folder / "sent.jsonl"
    load = lab.start("outside", "load", "/usr/bin/python3", LAB / "servers" / "smtp_load.py", "203.0.113.26", PORT, SESSIONS, record)
    lab.wait_for(lambda: record.exists() and len(record.read_text().splitlines()) > SESSIONS, 30, "the senders")
    good = gate.config.read_text()
    for number in range(RELOADS):
        # Every third file is faulty behind a change that would let viruses pass: nothing of it may hold.
        faulty = good.replace('mode = "enforce"', 'mode = "observe"').replace("[spam]", '[malware_]\nx = 1\n[spam]') if number % 3 == 2 else good + f"# {number}\n"
        gate.config.write_text(faulty)
        gate.reload()
        time.sleep(0.05)
    gate.config.write_text(good)
    load.terminate()
    load.wait(60)
    sent = [json.loads(line) for line in record.read_text().splitlines()]
    for one in sent:
        code = one["attempts"][-1][1]
        if len(one["attempts"]) > 1 or (code == 250) != (one["kind"] in ("clean", "large")):
            yield f"{one['name']} ({one['kind']}) under reloads: {one['attempts']}"
    output = lab.output("gate")
    refused, done = output.count("reload refused"), output.count("reloaded")
    if refused != RELOADS // 3 or refused + done != RELOADS:
        yield f"{done} reloads and {refused} refusals of {RELOADS}"
    lab.transcript.append(f"{RELOADS} reloads ({refused} refused), {len(sent)} messages of {SESSIONS} sessions, none deferred")


def all_or_nothing(lab, gate):
    """A key that cannot be read is found behind settings that could change: none does."""
    good = gate.config.read_text()
    key = f'sign = [{{ domain = "example.com", selector = "x", key = "{lab.folder}/absent.pem" }}]\n'
    for name, text in (("key", good.replace("[malware]", key + "[malware]")), ("place", good.replace("127.0.0.1@8891", "127.0.0.1@8899"))):
        gate.config.write_text(text.replace('mode = "enforce"', 'mode = "observe"'))
        gate.reload()
        if "reload refused" not in lab.output("gate").splitlines()[-1]:
            yield f"a faulty {name} is not refused: {lab.output('gate').splitlines()[-1]}"
        if not (said := gate.send(EICAR + "\r\n", subject=f"faulty-{name}")).startswith("data 554"):
            yield f"behind a refused reload ({name}) a virus got {said}"
    gate.config.write_text(good)


def conversation_kept(lab, gate):
    """One that began before a reload goes on after it, by the rules that it began with."""
    good = gate.config.read_text()
    program = lab.file("two.py", TWO)
    flag = lab.folder / "flag"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(lab.run, "outside", "/usr/bin/python3", program, "203.0.113.26", PORT, flag)
        lab.wait_for(lambda: flag.exists(), 10, "the first message of the session")
        gate.config.write_text(good.replace('mode = "enforce"', 'mode = "observe"'))
        gate.reload()
        flag.unlink()
        said = job.result().stdout.split()
    if said != ["250", "554"]:
        yield f"a session over a reload got {said}"
    if not (said := gate.send(EICAR + "\r\n", subject="new-rules")).startswith("data 250"):
        yield f"the new settings do not hold for a new conversation: {said}"
    gate.config.write_text(good)
    gate.reload()


TWO = r"""
import pathlib, smtplib, sys, time
client, flag = smtplib.SMTP(sys.argv[1], int(sys.argv[2]), "client.plain.example", 30), pathlib.Path(sys.argv[3])
client.ehlo()
def send(body):
    client.mail("bert@plain.example"); client.rcpt("anna@example.com")
    print(client.data("From: <bert@plain.example>\r\nSubject: two\r\n\r\n" + body)[0], flush=True)
send("clean\r\n")
flag.touch()
while flag.exists(): time.sleep(0.05)
send(%r + "\r\n")
""" % EICAR


def drain(lab, gate, mood):
    """A message whose scan lasts gets its verdict; a session between two messages and a new one are told to come again."""
    mood.write_text("slow 3")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        clean, virus = pool.submit(gate.send, subject="draining"), pool.submit(gate.send, EICAR + "\r\n", subject="draining-virus")
        time.sleep(1.5)
        gate.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        time.sleep(0.3)
        if not (said := gate.send(subject="too-late")).split(" ")[1].startswith("4"):
            yield f"while it ends, new mail got {said}"
        if not (said := clean.result()).startswith("data 250"):
            yield f"a message under way got {said}"
        if not (said := virus.result()).startswith("data 554"):
            yield f"a virus under way got {said}"
    try:
        code = gate.process.wait(10)
    except Exception:
        yield "it does not end"
        return
    if code or time.monotonic() - begun > 8:
        yield f"it ended with {code} after {time.monotonic() - begun:.1f} s"
    if len(gate.arrived("draining")) != 1:
        yield "the message under way did not arrive"


def play(lab):
    mood = lab.file("clamd.mood", "honest")
    path = lab.folder / "fake-clamd.sock"
    lab.start("mail", "fake-clamd", "/usr/bin/python3", LAB / "servers" / "fake_engine.py", "clamd", f"unix:{path}", mood)
    lab.wait_for(path.exists, 5, "the fake clamd")
    gate = Gate(lab, malware=f'clamd = "unix:{path}"\ntimeout = "20s"')
    yield from under_load(lab, gate)
    yield from all_or_nothing(lab, gate)
    yield from conversation_kept(lab, gate)
    yield from drain(lab, gate, mood)
