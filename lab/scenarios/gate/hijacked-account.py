# SPDX-License-Identifier: Apache-2.0
"""A stolen password: viruses, then a burst. Observed first, and listed; then enforced, and the account's mail waits for a person."""
from postern_lab.gate import EICAR
from postern_lab.gated import OFFICE, USER, GatedMail, compose

title = "a hijacked account is named with client and host from its first virus and its 101st recipient on, and once enforced its mail is held"


def people(first, count):
    return [f"p{number}@strangers.example" for number in range(first, first + count)]


def burst(gate, *sizes, first=0, name="burst"):
    """Messages to so many recipients each, all different; subject -> what it got."""
    messages, subjects = [], []
    for size in sizes:
        subjects.append(f"{name}-{first}")
        messages.append((USER[0], people(first, size), compose(subjects[-1], "Buy now\r\n", USER[0], ["undisclosed@example.com"])))
        first += size
    return dict(zip(subjects, gate.send_all(messages, host="office", login=USER, helo="pc30.example.com")))


def play(lab):
    gate = GatedMail(lab, {"malware": {"mode": "observe"}, "spam": {"mode": "observe"}})  # ceilings as shipped, all observed
    yield from observed(lab, gate)
    gate.change(malware={"mode": "enforce"}, ceilings={"mode": "enforce"})
    yield from enforced(gate)
    yield from by_hour(gate)
    yield from others_write_on(gate)


def event_about(gate, subject, *options):
    def is_it(row):
        return row["details"].get("message_id", "").startswith(f"<{subject}.")
    return next((row for row in gate.events(*options, wanted=is_it) if is_it(row)), {})


def observed(lab, gate):
    """Everything passes. The virus and the crossing of 100 recipients an hour are incidents, the 201st stranger would have been held."""
    answers = burst(gate, 60, 40, 1, 60, 39, 1) | {"virus": gate.send_out(compose("virus", EICAR + "\r\n", USER[0]))}
    for subject, said in answers.items():
        if not said.startswith("data 250") or len(gate.arrived(subject)) != 1:
            yield f"while it observes, {subject} got {said} and arrived {len(gate.having(subject))} times"
    virus = event_about(gate, "virus", "--would")
    wanted = {"severity": "incident", "rule": "m1.virus.found", "verdict": "refuse", "account": USER[0], "ip": OFFICE, "host": "pc30.example.com", "would": True}
    if {key: virus.get(key) for key in wanted} != wanted or virus["details"]["helo"] != "pc30.example.com":
        yield f"the virus is told as {virus}"
    mine = [row for row in gate.events("--account", USER[0])]
    alerts = [row for row in mine if row["severity"] == "incident" and row["rule"].startswith("mc.")]
    if len(alerts) != 1 or "101 recipients in an hour" not in alerts[0]["sentence"] or alerts[0]["ip"] != OFFICE or alerts[0]["host"] != "pc30.example.com" or "<burst-100." not in alerts[0]["details"]["message_id"]:
        yield f"the alert is {alerts}"
    would = [row for row in gate.events("--account", USER[0], "--would", "--verdict", "hold")]
    first = [row["rule"] for row in would if "<burst-200." in row["details"]["message_id"]]
    early = [row for row in would if any(f"<burst-{number}." in row["details"]["message_id"] for number in (0, 60, 100, 101, 161)) and row["rule"].startswith("mc.")]
    if first != ["mc.ceiling.strangers"] or early:
        yield f"of the strangers 201 would have been held: {first}, not before: {early}"
    if gate.events("--account", "anna@example.com") or gate.events("--account", USER[0], "--ip", "192.0.2.1"):
        yield "other accounts and addresses are listed too"
    text = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--account", USER[0], "--would").stdout
    for word in (USER[0], OFFICE, "pc30.example.com", "m1.virus.found", "mc.ceiling.strangers"):
        if word not in text:
            yield f"postern events --account --would does not say {word}: {text}"


def enforced(gate):
    """The counts of before hold on: the next message waits in Postfix' queue, and a virus is refused."""
    (subject, said), = burst(gate, 5, first=300, name="held").items()
    if not said.startswith("data 250") or not gate.is_held(subject) or gate.having(subject):
        yield f"once enforced, {subject} got {said} and is not held"
    row = event_about(gate, subject)
    if (row.get("rule"), row.get("verdict"), row.get("would"), row.get("account"), row.get("ip")) != ("mc.ceiling.strangers", "hold", False, USER[0], OFFICE):
        yield f"the held message is told as {row}"
    said = gate.send_out(compose("virus-again", EICAR + "\r\n", USER[0]))
    row = gate.event_of(said)
    if "554 5.7.1" not in said or (row.get("severity"), row.get("account"), row.get("host")) != ("incident", USER[0], "pc30.example.com"):
        yield f"once enforced, a virus got {said}: {row}"
    gate.empty_queue()


def by_hour(gate):
    """500 recipients an hour, by itself: the first that goes beyond is held, the one before is not."""
    gate.change(ceilings={"hold_new_per_day": 0, "hold_per_hour": 500})
    so_far = 208  # 201 strangers, 5 more, two viruses
    answers = burst(gate, *[73, 73, 73, 73], 1, first=1000, name="hour")
    subjects = list(answers)
    for subject in subjects[:-1]:
        if not gate.arrived(subject):
            yield f"{subject} of {so_far} + 292 recipients did not arrive: {answers[subject]}"
    if not gate.is_held(subjects[-1]) or gate.having(subjects[-1]) or event_about(gate, subjects[-1]).get("rule") != "mc.ceiling.hour":
        yield f"the 501st recipient of the hour got {answers[subjects[-1]]}: {event_about(gate, subjects[-1])}"


def others_write_on(gate):
    said = gate.send_in(compose("from-outside"))
    if not said.startswith("data 250") or not gate.arrived("from-outside"):
        yield f"mail from outside got {said} meanwhile"
