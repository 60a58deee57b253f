# SPDX-License-Identifier: Apache-2.0
"""EICAR in the wrappings in which malware comes, from outside and by a user: what clamd sees, and what becomes of what it cannot see."""
import re

from postern_lab.gated import OFFICE, PARTNER, USER, GatedMail, compose
from postern_lab.wrappings import ENCODED_MESSAGE, FALSE_PADDING, LOCKED, PIECE, TOO_DEEP, WRAPPINGS, attached, in_base64

title = "a virus is refused in every wrapping that the scanner sees into, both ways and named; what it cannot see into is never called clean"
WAYS = {"in": ("bert@plain.example", "anna@example.com"), "out": (USER[0], "bert@plain.example")}
CLEAN = attached("application/octet-stream", "notes.bin", "base64", in_base64(b"nothing but this text\n"))


def play(lab):
    gate = GatedMail(lab, {"malware": {"locked_archives": "hold"}})
    for way in WAYS:
        yield from found(gate, way)
        yield from held(gate, way)
    yield from doubtful(gate)
    yield from by_setting(gate)


def send(gate, way, parts):
    """name -> what it got, all over one connection."""
    sender, to = WAYS[way]
    messages = [(sender, [to], compose(f"{name}-{way}", text, sender, [to], head)) for name, (head, text) in parts.items()]
    said = gate.send_all(messages) if way == "in" else gate.send_all(messages, host="office", login=USER, helo="pc30.example.com")
    return dict(zip(parts, said))


def event_about(gate, name, way):
    def is_it(row):
        return row["details"].get("message_id", "").startswith(f"<{name}-{way}.")
    return next((row for row in gate.events(wanted=is_it) if is_it(row)), {})


def found(gate, way):
    """Refused, by the scanner's word alone: neither names nor types are dangerous."""
    answers = send(gate, way, {"clean": CLEAN} | WRAPPINGS)
    said = answers.pop("clean")
    if not said.startswith("data 250") or len(gate.arrived(f"clean-{way}")) != 1:
        yield f"a clean message {way} got {said}"
    for name, said in answers.items():
        if not re.match(r"data 554 5\.7\.1 .*m1\.virus\.found E\w+", said):
            yield f"{name} {way} got {said}"
        elif gate.having(f"{name}-{way}"):
            yield f"{name} {way} was refused and arrived"
        else:
            yield from named(event_about(gate, name, way), said, name, way)


def named(event, said, name, way):
    """Who sent it: account, address, host, greeting, message; under the id that the reply named."""
    details = event.get("details", {})
    seen = {key: event.get(key) for key in ("rule", "severity", "ip", "account", "host")} | {key: details.get(key) for key in ("helo", "recipients", "direction")}
    wanted = {"rule": "m1.virus.found", "recipients": [WAYS[way][1]]}
    if way == "in":
        wanted |= {"severity": "notice", "ip": PARTNER, "account": "", "host": "", "helo": "client.plain.example", "direction": "inbound"}
    else:
        wanted |= {"severity": "incident", "ip": OFFICE, "account": USER[0], "host": "pc30.example.com", "helo": "pc30.example.com", "direction": "outbound"}
    if seen != wanted or event["id"] not in said:
        yield f"{name} {way} is told as {seen}, {event.get('id')} for {said}"
    if "Eicar-Test-Signature" not in details.get("evidence", "") or not details.get("queue_id"):
        yield f"{name} {way}: neither the find nor the message is named: {details}"


def held(gate, way):
    """clamd says OK of a locked archive and of a piece, and gives up in the depth: all wait for a person, and no line calls them clean."""
    rules = {"locked": "m1.attachment.locked", "piece": "m1.message.piece", "too-deep": "m1.virus.unscannable"}
    for name, said in send(gate, way, {"locked": LOCKED, "piece": PIECE, "too-deep": TOO_DEEP}).items():
        if not said.startswith("data 250") or not gate.is_held(f"{name}-{way}") or gate.having(f"{name}-{way}"):
            yield f"{name} {way} got {said} and is not held"
        row = event_about(gate, name, way)
        if (row.get("rule"), row.get("verdict"), row.get("ip"), row.get("account")) != (rules[name], "hold", *((PARTNER, "") if way == "in" else (OFFICE, USER[0]))):
            yield f"{name} {way} is told as {row}"
        line = next((line for line in gate.lines("stage=message") if f"event={row.get('id')}" in line), "")
        if "scan=clean" in line or "verdict=hold" not in line:
            yield f"{name} {way} is logged as {line}"
    gate.empty_queue()


def doubtful(gate):
    """Honestly: these get past clamd; what tells them apart from clean mail is that programs read them in different ways, so they are tagged."""
    for name, said in send(gate, "in", {"false-padding": FALSE_PADDING, "encoded-message": ENCODED_MESSAGE}).items():
        arrived = gate.arrived(f"{name}-in")
        if not said.startswith("data 250") or len(arrived) != 1 or "X-Postern-Tag: m1.message.ambiguous" not in arrived[0]:
            yield f"{name} got {said} and arrived as {arrived}"


def by_setting(gate):
    """A locked archive is tagged as shipped, and refused where that is wished; in observe a virus passes and is listed."""
    gate.change(malware={"locked_archives": "tag"})
    said, kept = send(gate, "in", {"tagged": LOCKED})["tagged"], gate.arrived("tagged-in")
    if not said.startswith("data 250") or len(kept) != 1 or "X-Postern-Tag: m1.attachment.locked" not in kept[0]:
        yield f"a locked archive with locked_archives = tag got {said} and arrived as {kept}"
    gate.change(malware={"locked_archives": "refuse"})
    said = send(gate, "in", {"refused": LOCKED})["refused"]
    if not re.match(r"data 550 5\.7\.1 .*m1\.attachment\.locked E", said) or gate.having("refused-in"):
        yield f"a locked archive with locked_archives = refuse got {said}"
    gate.change(malware={"mode": "observe"})
    said = send(gate, "in", {"observed": WRAPPINGS["zip"]})["observed"]
    if not said.startswith("data 250") or len(gate.arrived("observed-in")) != 1:
        yield f"with M1 in observe a virus got {said}"
    row = event_about(gate, "observed", "in")
    if (row.get("would"), row.get("verdict"), row.get("rule")) != (True, "refuse", "m1.virus.found") or row["id"] not in {one["id"] for one in gate.events("--would")}:
        yield f"postern events --would does not list the virus that was let through: {row}"
