# SPDX-License-Identifier: Apache-2.0
"""Links to listed domains, asked of the lab's lists through its resolver; lists that are silent, refuse or list the world change nothing."""
import base64
import json
import re
import time

from postern_lab.gate import Gate

title = "a link to a listed domain is refused with its list named, and a list that is down, refuses or lists the world is unknown: no refusal, no clean"

CONFIG = """rspamd = ""
[dns]
resolvers = ["192.0.2.53"]
[links]
mode = "observe"
lists = ["dbl.spamhaus.org", "multi.surbl.org", "multi.uribl.com"]
inbound = "refuse"
timeout = "1s"
"""
HTML = base64.b64encode(b'<p><a href="HTTPS:\\\\bank.example.com@www.link&#101;d.example/x">your bank</a>').decode()
DISGUISED = "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n"


def line(lab, subject):
    """What the gate's log says of the last message."""
    lab.wait_for(lambda: "stage=message" in lab.output("gate"), 5, f"the line of {subject}")
    return [text for text in lab.output("gate").splitlines() if "stage=message" in text][-1]


def play(lab):
    gate = Gate(lab, spam=CONFIG)
    for zone in ("dbl.spamhaus.org", "multi.surbl.org", "multi.uribl.com"):
        lab.wait_for(lambda zone=zone: f"links: {zone} is asked" in lab.output("gate"), 10, f"the health of {zone}")
    if not (said := gate.send("http://www.linked.example/x\r\n", subject="observed")).startswith("data 250"):
        yield f"observed, a listed link got {said}"
    gate.reload(('mode = "observe"\nlists', 'mode = "enforce"\nlists'))
    lab.wait_for(lambda: lab.output("gate").count("links: multi.uribl.com is asked") == 2, 10, "the health after the reload")
    yield from listed(lab, gate)
    yield from not_listed(lab, gate)
    yield from silent(lab, gate)
    yield from faulty(lab, gate)


def listed(lab, gate):
    said = gate.send("See http://www.linked.example/x\r\n", subject="listed")
    if not (found := re.match(r"data 554 5\.7\.1 .*m3\.link\.listed (E\w+)", said)):
        yield f"a listed link got {said}"
        return
    told = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--id", found[1], "--format", "jsonl").stdout
    evidence = json.loads(told)["details"]["evidence"] if told else ""
    for wanted in ("linked.example on dbl.spamhaus.org", "127.0.1.2", "check.spamhaus.org/query", "linked.example on multi.surbl.org"):
        if wanted not in evidence:
            yield f"the evidence lacks {wanted}: {evidence}"
    if "m3.link.listed" not in (said := gate.send(HTML + "\r\n", subject="disguised", headers=DISGUISED)):
        yield f"a disguised link got {said}"


def not_listed(lab, gate):
    """Clean by all three; grey and refused by one; our own: nobody is asked."""
    for subject, domain, wanted in (("clean", "harmless.example", "links=1 links_listed=0 links_clean=3 links_unknown=0"),
                                    ("grey", "grey.example", "links=1 links_listed=1 links_clean=2 links_unknown=0"),
                                    ("refused", "refused.example", "links=1 links_listed=0 links_clean=2 links_unknown=1"),
                                    ("limited", "limited.example", "links=1 links_listed=0 links_clean=2 links_unknown=1"),
                                    ("own", "www.example.com", "links=0 ")):
        if not (said := gate.send(f"http://{domain}/\r\n", subject=subject)).startswith("data 250"):
            yield f"{subject}: a link to {domain} got {said}"
        if wanted not in (seen := line(lab, subject)):
            yield f"{subject}: {seen}"
    many = "".join(f"http://d{number}.example/\r\n" for number in range(25))
    if not (said := gate.send(many, subject="many")).startswith("data 250") or "links=25" not in line(lab, "many") or "links_left_out=5" not in line(lab, "many"):
        yield f"of many: {said} {line(lab, 'many')}"


def silent(lab, gate):
    """All lists fall silent: one message waits its second, the next none; what was learnt is kept for its TTL."""
    if "m3.link.listed" not in (said := gate.send("http://kept.example/\r\n", subject="kept-first")):
        yield f"before: {said}"
    lab.nft("lists", "silent", "add chain TABLE in { type filter hook input priority 0; }", "add rule TABLE in udp dport 53 drop", "add rule TABLE in tcp dport 53 drop")
    for number, most in ((1, 3.0), (2, 0.9)):
        begun = time.monotonic()
        said = gate.send(f"http://new{number}.example/\r\n", subject=f"silent-{number}")
        took = time.monotonic() - begun
        if not said.startswith("data 250") or "links_clean=0 links_unknown=3" not in line(lab, "silent") or took > most:
            yield f"silent {number}: {said} after {took:.1f} s; {line(lab, 'silent')}"
    if "links: dbl.spamhaus.org is not asked" not in lab.output("gate"):
        yield "nobody was told that a list is not asked"
    if "m3.link.listed" not in (said := gate.send("http://kept.example/\r\n", subject="kept-second")):
        yield f"what a list had said was not kept: {said}"
    lab.run("lists", "nft", "delete", "table", "inet", "postern_silent", quiet=True)
    lab.nft("lists", "silent", "add chain TABLE in { type filter hook input priority 0; }")  # to be taken away at the end


def faulty(lab, gate):
    """Own zones: one that lists the world, one that refuses every question."""
    gate.reload(('lists = ["dbl.spamhaus.org", "multi.surbl.org", "multi.uribl.com"]', 'zones = ["world.faulty.example", "refused.faulty.example"]'))
    for zone in ("world", "refused"):
        lab.wait_for(lambda zone=zone: f"links: {zone}.faulty.example is not asked" in lab.output("gate"), 10, f"the word on {zone}")
    said = gate.send("http://linked.example/\r\n", subject="faulty")
    if not said.startswith("data 250") or "links=1 links_listed=0 links_clean=0 links_unknown=2" not in line(lab, "faulty"):
        yield f"by faulty lists: {said} {line(lab, 'faulty')}"
