# SPDX-License-Identifier: Apache-2.0
"""People are told: by an administrator's own web server and by a command, at once, then at most once an hour with counts; by names of the site's own resolver."""
import json
import sqlite3
import time

from postern_lab import trapped

title = "an offender is told of at once by webhook and by command, with its reverse name, then at most once an hour with counts, also across a restart"
RECEIVER, RESOLVER = "10.0.3.30", "10.0.3.25"
NAMES = f"{trapped.PC[0]}=annas-pc.office.example", "2001:db8:5:1::7=annas-pc.office.example", f"{trapped.SCANNER[0]}=bad\x1b[31mname.office.example"
HOUR = 3_600_000


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def soon(get, seconds=5.0):
    end = time.monotonic() + seconds
    while not (found := get()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def calls(path, ip):
    return [call for call in lines(path) if call["body"]["ip"] == ip and call["status"] == 204]


def play(lab):
    hook, questions, told = lab.folder / "hook.log", lab.folder / "questions.log", lab.folder / "told.log"
    trapped.egress.stand()
    lab.start("eg-files", "receiver", "/usr/bin/python3", trapped.LAB / "servers" / "alarm_receiver.py", RECEIVER, "8080", hook)
    lab.start("eg-mail", "names", "/usr/bin/python3", trapped.LAB / "servers" / "office_names.py", RESOLVER, questions, *NAMES)
    trap = trapped.Trapped(lab, f'webhook = "http://{RECEIVER}:8080/postern?from=trap"\nresolver = "{RESOLVER}"\n')
    trapped.wait_for(lambda: trap.site.attempts("eg-router", 0, [f"{RECEIVER}@8080"])[f"{RECEIVER}@8080"] == "connected", 15, "the receiver")
    # A service of its own beside the daemon, which has no exec; the event is on standard input and nowhere else.
    lab.start("eg-router", "alarm", "postern", "events", "--follow", "--kind", "trap.", "--run", f"cat >> {told}", "--config", trap.config)
    time.sleep(1)
    begun = time.time()
    trap.offend(trapped.PC[1], "mailer", "40")
    first = soon(lambda: [call for call in lines(hook) if call["body"]["ip"] == trapped.PC[0]])
    if not first or first[0]["at"] - begun > 1.5 or first[0]["status"] != 503:
        yield f"the webhook was called with {first}, {first and first[0]['at'] - begun} s after the first attempt"
        return
    again = soon(lambda: calls(hook, trapped.PC[0]), 12)
    body = again[0]["body"] if again else {}
    for key, value in {"kind": "trap.offender", "mac": trapped.mac(trapped.PC[1]), "host": "annas-pc", "severity": "incident"}.items():
        if body.get(key) != value:
            yield f"after a refusal the call is made again, with {key} {body.get(key)!r}, not {value!r}"
    if again and (again[0]["path"], again[0]["type"]) != ("/postern?from=trap", "application/json"):
        yield f"the call goes to {again[0]['path']} as {again[0]['type']}"
    by_command = soon(lambda: lines(told))
    if [(event["ip"], event["id"]) for event in by_command] != [(trapped.PC[0], body.get("id"))]:
        yield f"the command was given {by_command}"
    yield from names(trap, questions)
    yield from hourly(lab, trap, hook)


def names(trap, questions):
    trap.offend(trapped.SCANNER[1], "scanner", "1")
    if (name := trap.show(trapped.PC[0]).get("reverse_name")) != "annas-pc.office.example":
        yield f"the PC's reverse name is {name!r}"
    if "\x1b" in trap.postern("trap", "show", trapped.SCANNER[0]).stdout:
        yield "a reverse name reaches the terminal as it came"
    asked = {line.partition(" ")[2] for line in questions.read_text().splitlines()}
    if not asked or any(not name.endswith((".10.in-addr.arpa", ".8.b.d.0.1.0.0.2.ip6.arpa")) for name in asked):
        yield f"the site's resolver was asked for {asked}"


def hourly(lab, trap, hook):
    """The hour passes in the record, for nobody waits that long."""
    trap.offend(trapped.PC[1], "mailer", "10")
    time.sleep(1.5)
    trap.lab.stop(trap.daemon)
    trap.serve()
    trap.offend(trapped.PC[1], "mailer", "5")
    time.sleep(2.5)
    if (made := len(calls(hook, trapped.PC[0]))) != 1:
        yield f"{made} calls within the hour, over a restart"
    trap.lab.stop(trap.daemon)
    with sqlite3.connect(lab.data / "trap.sqlite") as record:
        record.execute("UPDATE offender SET told = told - ?", (HOUR,))
    trap.serve()
    seen = soon(lambda: calls(hook, trapped.PC[0])[1:])
    if [(call["body"]["details"]["attempts_since"], call["body"]["details"]["first"]) for call in seen] != [(15, False)]:
        yield f"after the hour: {[call['body']['sentence'] for call in seen]}"
    if seen and "15 times since the last word" not in seen[0]["body"]["sentence"]:
        yield f"the sentence has no count: {seen[0]['body']['sentence']}"
