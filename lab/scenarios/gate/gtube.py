# SPDX-License-Identifier: Apache-2.0
"""GTUBE, the line that every spam filter must refuse, through rspamd: from strangers, from a user, and from the filter in front."""
import re

from postern_lab.gate import GTUBE
from postern_lab.gated import OFFICE, PARTNER, USER, GatedMail, compose

title = "GTUBE is refused both ways, logins get no discount; from the filter in front it is held or tagged and never refused"
FILTER, REAL = "198.51.100.80", "192.0.2.77"
TEXT = f"Dear friend\r\n\r\n{GTUBE}\r\n"
BEHIND = f"Received: from there (there.example [{REAL}])\r\n\tby mx1.filter.example (Filter) with ESMTP id 1; Tue, 24 Nov 2026 09:30:00 +0000\r\n"


def play(lab):
    gate = GatedMail(lab, {"filter": {"sources": [f"{FILTER}/32"]}})
    yield from refused(gate)
    yield from from_the_filter(gate)
    yield from observed(gate)
    yield from silent(gate)


def event_about(gate, subject):
    def is_it(row):
        return row["details"].get("message_id", "").startswith(f"<{subject}.")
    return next((row for row in gate.events(wanted=is_it) if is_it(row)), {})


def refused(gate):
    for subject, send, ip, account in (("spam-in", gate.send_in, PARTNER, ""), ("spam-out", gate.send_out, OFFICE, USER[0])):
        clean = send(compose(f"clean-{subject}", sender=USER[0] if account else "bert@plain.example"))
        if not clean.startswith("data 250") or not gate.arrived(f"clean-{subject}"):
            yield f"a clean message beside {subject} got {clean}"
        said = send(compose(subject, TEXT, USER[0] if account else "bert@plain.example"))
        if not re.match(r"data 554 5\.7\.1 .*m3\.spam\.test E\w+", said) or gate.having(subject):
            yield f"{subject} got {said}"
        row = event_about(gate, subject)
        if (row.get("rule"), row.get("verdict"), row.get("ip"), row.get("account")) != ("m3.spam.test", "refuse", ip, account):
            yield f"{subject} is told as {row}"


def from_filter(gate, subject):
    return gate.send_in(compose(subject, TEXT, head=BEHIND), host="vulnerable", source=FILTER, helo="mx1.filter.example")


def from_the_filter(gate):
    """A refusal would make the filter bounce to whoever the spam named. The event names who stands behind the filter."""
    said = from_filter(gate, "spam-filtered")
    if not said.startswith("data 250") or not gate.is_held("spam-filtered") or gate.having("spam-filtered"):
        yield f"GTUBE from the filter got {said} and is not held"
    row = event_about(gate, "spam-filtered")
    if (row.get("verdict"), row.get("ip"), row.get("details", {}).get("behind_filter")) != ("hold", FILTER, REAL):
        yield f"GTUBE from the filter is told as {row}"
    gate.empty_queue()


def observed(gate):
    gate.change(spam={"mode": "observe"})
    for subject, said in (("spam-observed", gate.send_in(compose("spam-observed", TEXT))), ("spam-filter-observed", from_filter(gate, "spam-filter-observed"))):
        if not said.startswith("data 250") or len(gate.arrived(subject)) != 1:
            yield f"in observe {subject} got {said}"
        if not any(row["details"]["message_id"].startswith(f"<{subject}.") for row in gate.events("--would", wanted=lambda row: row["details"]["message_id"].startswith(f"<{subject}."))):
            yield f"postern events --would does not list {subject}"
    gate.change(spam={"mode": "enforce"})


def silent(gate):
    """Without an answer strangers come again later; the filter's mail passes with a tag."""
    gate.change(spam={"rspamd": "127.0.0.1@9"})
    said = gate.send_in(compose("unfiltered"))
    if not said.startswith("data 451 4.7.1") or gate.having("unfiltered"):
        yield f"without rspamd a message got {said}"
    said = from_filter(gate, "unfiltered-filter")
    arrived = gate.arrived("unfiltered-filter")
    if not said.startswith("data 250") or len(arrived) != 1 or "X-Postern-Tag: m3.filter.silent" not in arrived[0]:
        yield f"without rspamd the filter's message got {said} and arrived as {arrived}"
