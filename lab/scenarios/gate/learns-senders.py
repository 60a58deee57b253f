# SPDX-License-Identifier: Apache-2.0
"""Which login sends under which addresses: learnt over days that pass in the gate's file, kept over kill -9, then enforced."""
import json
import re
import sqlite3
import time

from postern_lab.gate import Gate

title = "a login's addresses are learnt over days and not from a burst, kept over a kill, enforced, and a person's word goes before"
OWN, CEO = "test@example.com", "ceo@example.com"


def listed(lab):
    done = lab.run("mail", "postern", "logins", "list", "--data-dir", lab.data, "--format", "json", quiet=True)
    logins = json.loads(done.stdout)["logins"] if done.returncode == 0 else []
    return {one["login"]: one | {"addresses": {row["address"]: row for row in one["addresses"]}} for one in logins}


def days_pass(lab, days):
    """While the gate is down all that was learnt becomes so much older."""
    with sqlite3.connect(lab.data / "gate.sqlite") as base:
        for table in ("login", "login_address"):
            base.execute(f"UPDATE {table} SET first_day = first_day - ?, last_day = last_day - ?", (days, days))
    base.close()


def learn(lab, gate):
    """Three days of ordinary mail; on the second a burst as somebody else, by envelope and in From."""
    for day in range(3):
        if not (said := gate.submit(OWN, f"day-{day}")).startswith("data 250"):
            yield f"ordinary mail of day {day} got {said}"
        if day == 1:
            for number in range(12):
                gate.submit(CEO, f"burst-{number}")
                gate.submit(OWN, f"author-{number}", author=f"x{number}@example.com")
        lab.wait_for(lambda: listed(lab).get(OWN, {}).get("days") == day + 1, 5, f"day {day} in the list")
        time.sleep(1.2)  # what the burst taught is written within a second
        gate.kill()
        days_pass(lab, 1)
        gate.start()
    known = listed(lab)[OWN]
    if known["state"] != "learning" or not known["addresses"][OWN]["usual"] or known["addresses"].get(CEO, {}).get("usual"):
        yield f"after three days: {known}"
    if len(known["addresses"]) > 6:
        yield f"a burst of one day added {len(known['addresses'])} addresses"
    gate.kill()
    days_pass(lab, 14)
    gate.start()


def play(lab):
    gate = Gate(lab, spam='rspamd = ""\n[identity]\nlearnt_senders = "observe"\n')
    yield from learn(lab, gate)
    if not (said := gate.submit(CEO, "observed")).startswith("data 250"):
        yield f"while observing, a deviation got {said}"
    told = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--would", "--format", "jsonl").stdout
    rows = [json.loads(line) for line in told.splitlines()]
    if not any(row["rule"] == "m5.sender.unusual" and row["account"] == OWN and row["would"] and CEO in row["details"]["evidence"] for row in rows):
        yield "the deviation is no would-event with its login and address"
    gate.reload(('learnt_senders = "observe"', 'learnt_senders = "enforce"'))
    if not re.match(r"data 550 5\.7\.1 .*m5\.sender\.unusual E\w+", said := gate.submit(CEO, "as-ceo")):
        yield f"enforced, another envelope got {said}"
    if "m5.sender.unusual" not in (said := gate.submit(OWN, "from-ceo", author=CEO)):
        yield f"enforced, another author got {said}"
    if not (said := gate.submit(OWN, "own")).startswith("data 250"):
        yield f"enforced, its own address got {said}"
    if (said := gate.submit(OWN.upper(), "capitals"))[:8] != "data 250":
        yield f"enforced, its own address in capitals got {said}"
    yield from a_persons_word(lab, gate)
    for subject in ("as-ceo", "from-ceo", "taken-back"):
        if gate.having(subject):
            yield f"{subject} arrived"


def a_persons_word(lab, gate):
    """Said while the gate runs, and heard within a second or two."""
    def word(*words):
        done = lab.run("mail", "postern", "logins", *words, "--data-dir", lab.data)
        time.sleep(1.5)
        return done.returncode
    if word("allow", OWN, CEO) or not (said := gate.submit(CEO, "allowed")).startswith("data 250"):
        yield f"allowed, it got {said}"
    gate.kill()
    gate.start()
    if not (said := gate.submit(CEO, "allowed-still")).startswith("data 250"):
        yield f"allowed, after a kill it got {said}"
    if word("forget", OWN, CEO) or "m5.sender.unusual" not in (said := gate.submit(CEO, "taken-back")):
        yield f"taken back, it got {said}"
    if word("forget", OWN) or not (said := gate.submit(CEO, "anew")).startswith("data 250"):
        yield f"learnt anew, it got {said}"
    if word("allow", "nobody", "not an address") != 2:
        yield "what is no address was allowed"
