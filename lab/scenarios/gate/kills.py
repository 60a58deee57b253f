# SPDX-License-Identifier: Apache-2.0
"""The gate is killed again and again, as the kernel kills, while fifty mail programs send through Postfix.

Judged by three records that know nothing of each other: what Postfix answered (the senders' record), what arrived (the sink's), and what the
gate had written before it died (its log: a line stands there before its verdict is sent)."""
import collections
import json
import os
import random
import re
import time

from postern_lab.gate import PORT, Gate
from postern_lab.network import LAB

title = "kill -9 at random instants under fifty sessions: nothing acknowledged is lost, nothing doubled, nothing passes unscanned"
KILLS, SESSIONS = int(os.environ.get("POSTERN_KILLS", "15")), 50
SEED = int(os.environ.get("POSTERN_SEED", "6"))
CLEAN = ("clean", "large")
SCANNED = re.compile(r'stage=message verdict=accept .*queue="(\w+)".* scan=clean')


def kill_and_restart(lab, gate):
    """Its instants are drawn from its start on, so some fall before it listens."""
    draw = random.Random(SEED)
    for number in range(KILLS):
        time.sleep(draw.choice((draw.uniform(0, 0.1), draw.uniform(0.1, 0.6), draw.uniform(0.6, 1.5))))
        gate.kill()
        gate.start(f"gate-{number + 1}", wait=False)


def play(lab):
    gate = Gate(lab, malware=f'clamd = "unix:{lab.state}/clamd.sock"\ntimeout = "20s"')
    record = lab.folder / "sent.jsonl"
    load = lab.start("outside", "load", "/usr/bin/python3", LAB / "servers" / "smtp_load.py", "203.0.113.26", PORT, SESSIONS, record)
    lab.wait_for(lambda: len(record.read_text().splitlines()) > SESSIONS if record.exists() else False, 30, "the senders")
    kill_and_restart(lab, gate)
    load.terminate()
    try:
        load.wait(90)
    except Exception:  # whatever it waits for, its record tells what was lost
        yield "the senders do not come to an end"
    sent = [json.loads(line) for line in record.read_text().splitlines()]
    copies = arrivals(lab, gate, {one["name"] for one in sent if one["attempts"][-1][1] == 250})
    lab.transcript = [summary(sent, copies)]
    yield from judge(lab, sent, copies)
    if lab.run("mail", "postern", "events", "--data-dir", lab.data, "--format", "jsonl", quiet=True).returncode:
        yield "the events cannot be read after the kills"


def arrivals(lab, gate, wanted):
    """Copies by subject, once all that were acknowledged are there or nothing more comes."""
    copies, seen, quiet_since = collections.Counter(), set(), time.monotonic()
    while time.monotonic() - quiet_since < 20 and not wanted <= set(copies):
        for path in gate.kept.glob("[!.]*.eml"):
            if path.name not in seen:
                seen.add(path.name)
                copies[re.search(rb"\r\nSubject: (\S+)\r\n", path.read_bytes())[1].decode()] += 1
                quiet_since = time.monotonic()
        time.sleep(0.2)
    return copies


def judge(lab, sent, copies):
    scanned = {found[1] for path in lab.folder.glob("gate*.log") for found in SCANNED.finditer(path.read_text(errors="replace"))}
    for one in sent:
        name, attempts = one["name"], one["attempts"]
        stage, code, text = attempts[-1]
        unknown = sum(1 for attempt in attempts if attempt[0] == "dot" and attempt[1] == 0)
        taken = sum(1 for attempt in attempts if attempt[0] == "dot" and attempt[1] == 250)
        if one["kind"] in CLEAN:
            if code >= 500:
                yield f"{name}: a fault of ours was permanent: {code} {text}"
            if not taken <= copies[name] <= taken + unknown:
                yield f"{name}: {copies[name]} copies, acknowledged {taken} times, {unknown} times unknown"
            if taken and (queued := re.search(r"queued as (\w+)", text)) and queued[1] not in scanned:
                yield f"{name}: taken as {queued[1]} without a scan"
        elif taken or copies[name]:
            yield f"{name}: a virus passed, {copies[name]} copies: {code} {text}"
        elif code < 500:
            yield f"{name}: a virus got {code} {text} at last"
    unsent = set(copies) - {one["name"] for one in sent}
    if unsent:
        yield f"arrived, but not on the senders' record: {sorted(unsent)[:5]}"
    if deferrals(sent) < KILLS:
        yield f"{KILLS} kills met {deferrals(sent)} attempts only: the load was too small to prove anything"


def deferrals(sent):
    return sum(1 for one in sent for attempt in one["attempts"][:-1] if 400 <= attempt[1] < 500)


def summary(sent, copies):
    kinds = collections.Counter(one["kind"] for one in sent)
    lost = sum(1 for one in sent for attempt in one["attempts"] if attempt[1] == 0)
    again = sum(1 for one in sent if len(one["attempts"]) > 1)
    return f"{KILLS} kills, {SESSIONS} sessions, {len(sent)} messages {dict(kinds)}, {deferrals(sent)} attempts deferred, {lost} connections lost, " \
           f"{again} messages sent again, {sum(copies.values())} copies arrived"
