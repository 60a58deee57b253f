# SPDX-License-Identifier: Apache-2.0
"""Inbound mail only by way of the filter (M4): who is let in and why, the three stages, exceptions, the real client, and a source that shrinks."""
import datetime
import os
import re
import signal
import time

from postern_lab.gate import EICAR
from postern_lab.gated import PARTNER, USER, GatedMail, Raw, compose, wait_until
from postern_lab.network import STATE

title = "only the filter's networks, hosts, service and SPF record bring mail in; others are logged, put off or refused by stage, and a source that shrinks is held"
# Who may: 80 and 81 by their host names, 82 to 84 by the SPF record, 86 by a service of the catalogue, 88 by its network. 85, 87 and 89 may not.
SOURCES = ["mx1.filter.example", "mx2.filter.example", "spf:filter.example", "service:mailroute", "198.51.100.88/32"]
BEHIND = "Received: from edge (edge.filter.example [10.1.2.3])\r\n\tby mx1.filter.example with ESMTP id 2; Tue, 24 Nov 2026 09:30:01 +0000\r\n" \
         "Received: from there (there.example [192.0.2.77])\r\n\tby edge.filter.example with ESMTP id 1; Tue, 24 Nov 2026 09:30:00 +0000\r\n" \
         "Received: from forged (forged.example [192.0.2.99])\r\n\tby there.example with ESMTP id 0; Tue, 24 Nov 2026 09:29:00 +0000\r\n"


def play(lab):
    gate = GatedMail(lab, {"spam": {"mode": "observe"}, "filter": {"sources": SOURCES, "mode": "observe"}})
    lab.wait_for(lambda: len(gate.lines("networks now")) >= 4, 15, "what the DNS says of the sources")
    if not gate.lines("spf:filter.example: "):
        yield "nothing warns that an SPF record names senders and not delivery hosts"
    yield from observed(gate)
    yield from stages(gate)
    yield from exceptions(gate)
    yield from real_client(gate)
    yield from shrinks(lab, gate)


def from_(gate, last, subject, text="Hello\r\n", head="", **wish):
    return gate.send_in(compose(subject, text, head=head), host="vulnerable", source=f"198.51.100.{last}", helo="mx1.filter.example", **wish)


def outside_events(gate, subject, last):
    """What is told of mail from that address: at MAIL, or with the message."""
    def is_it(row):
        return row["rule"] == "m4.source.outside" and row["ip"] == f"198.51.100.{last}"
    return [row for row in gate.events(wanted=is_it, seconds=3) if is_it(row)]


def observed(gate):
    said = from_(gate, 89, "observed")
    rows = outside_events(gate, "observed", 89)
    if not said.startswith("data 250") or not gate.arrived("observed") or [(row["would"], row["verdict"]) for row in rows] != [(True, "defer")]:
        yield f"in observe a stranger got {said}, told as {rows}"


def stages(gate):
    for stage, wanted in (("accept", r"data 250"), ("defer", r"rcpt 451 4\.7\.1 .*m4\.source\.outside E|mail 451 4\.7\.1 .*m4\.source\.outside E"), ("refuse", r"(mail|rcpt) 550 5\.7\.1 .*m4\.source\.outside E")):
        gate.change(filter={"mode": "enforce", "stage": stage})
        lab_ready(gate)
        for last in (80, 81, 82, 83, 84, 86, 88):
            said = from_(gate, last, f"{stage}-{last}")
            if not said.startswith("data 250") or not gate.arrived(f"{stage}-{last}"):
                yield f"at stage {stage} the filter's 198.51.100.{last} got {said}"
        for last in (85, 87):
            said = from_(gate, last, f"{stage}-{last}")
            if not re.match(wanted, said) or bool(gate.arrived(f"{stage}-{last}", 8 if stage == "accept" else 0.5)) != (stage == "accept"):
                yield f"at stage {stage} the stranger 198.51.100.{last} got {said}"
            if stage not in [row["verdict"] for row in outside_events(gate, "", last) if not row["would"]]:
                yield f"at stage {stage} the stranger 198.51.100.{last} is not told of: {outside_events(gate, '', last)}"
        said = gate.send_out(compose(f"{stage}-out", sender=USER[0]))
        if not said.startswith("data 250") or not gate.arrived(f"{stage}-out"):
            yield f"at stage {stage} the user got {said}"


def lab_ready(gate):
    """A reload looks sources up anew."""
    seen = len(gate.lines("reloaded"))
    wait_until(lambda: len([line for line in gate.lab.output("gate").rsplit("reloaded", 1)[-1].splitlines() if "networks now" in line]) >= 4, 10)
    return seen


def exceptions(gate):
    """With reason and last day; over when that day is."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for until, taken in ((today, True), (today - datetime.timedelta(days=1), False)):
        gate.change(filter={"exceptions": Raw(f'[{{ from = "{PARTNER}", reason = "the branch office moves in December", until = "{until}" }}]')})
        lab_ready(gate)
        said = gate.send_in(compose(f"exception-{taken}"))
        if said.startswith("data 250") != taken or bool(gate.arrived(f"exception-{taken}", 8 if taken else 0.5)) != taken:
            yield f"with an exception until {until} the partner got {said}"
    text = gate.config.read_text()
    for wrong, says in ((text.replace(', reason = "the branch office moves in December"', ""), "reason"), (re.sub(r', until = "[^"]*"', "", text), "until")):
        done = gate.lab.run("mail", "postern", "config", "check", gate.lab.file("wrong.toml", wrong))
        if done.returncode == 0 or says not in done.stderr + done.stdout:
            yield f"an exception without {says} passes: {done.stdout}{done.stderr}"


def real_client(gate):
    """By the filter's own lines: past its inner hop, and not down to what the sender forged."""
    said = from_(gate, 80, "virus-filtered", EICAR + "\r\n", BEHIND)
    if not said.startswith("data 250") or not gate.is_held("virus-filtered") or gate.having("virus-filtered"):
        yield f"a virus from the filter got {said} and is not held"
    rows = [row for row in gate.events("--verdict", "hold", wanted=lambda row: True) if row["ip"] == "198.51.100.80"]
    if [row["details"].get("behind_filter") for row in rows] != ["192.0.2.77"]:
        yield f"the real client is told as {rows}"
    gate.empty_queue()


def shrinks(lab, gate):
    """filter.example loses 4 of its 5 addresses: what was known holds, and people are told. Growing by a few is believed."""
    path = STATE / "nsd-auth" / "filter.example.zone"
    saved = path.read_text()

    def publish(text):
        path.write_text(text)
        os.kill(int((STATE / "nsd-auth.pid").read_text()), signal.SIGHUP)

    lab.on_end(lambda: publish(saved))
    spf = "v=spf1 ip4:198.51.100.80/30 ip4:198.51.100.84 -all"
    publish(saved.replace(spf, "v=spf1 ip4:198.51.100.80/30 ip4:198.51.100.84/31 -all"))
    lab.wait_for(lambda: from_(gate, 85, "grown").startswith("data 250"), 100, "the grown record")
    publish(saved.replace(spf, "v=spf1 ip4:198.51.100.85 -all"))
    rows = gate.events("--kind", "filter.", wanted=lambda row: row["rule"] == "m4.sources.held", seconds=100)
    held = [row for row in rows if row["rule"] == "m4.sources.held"]
    if [row["severity"] for row in held] != ["incident"] or "5 of 6 addresses are gone" not in held[0]["sentence"] or "spf:filter.example" not in held[0]["sentence"]:
        yield f"the shrunken record is told as {held}"
    for last in (82, 84):
        if not (said := from_(gate, last, f"held-{last}")).startswith("data 250") or not gate.arrived(f"held-{last}"):
            yield f"while the shrunken record is held, 198.51.100.{last} got {said}"
    # Somebody who reloads for another reason has not looked at it.
    gate.change(gate={"message_size": 26_000_000})
    time.sleep(3)  # all are asked anew
    if not (said := from_(gate, 83, "reloaded-83")).startswith("data 250"):
        yield f"after a reload the shrunken record is in force: 198.51.100.83 got {said}"
    if len([row for row in gate.events("--kind", "filter.") if row["rule"] == "m4.sources.held"]) != 1:
        yield "the held change is told of again"
