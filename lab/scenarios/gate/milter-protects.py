# SPDX-License-Identifier: Apache-2.0
"""The gate as Postfix's milter: what is clean passes octet by octet, a virus is refused both ways and named, nobody relays."""
import re

from postern_lab.gate import EICAR, SUBMISSION, Gate

title = "behind the milter, clean mail is untouched, viruses are refused and named both ways, and relaying is refused"

BODY = "First line\r\n..two dots\r\n\r\n  trailing blanks  \r\n" + "x" * 990 + "\r\n=C3=A4\r\nlast\r\n"
RELAY = ["victim@elsewhere.example", "victim%elsewhere.example@example.com", '"victim@elsewhere.example"@example.com', "elsewhere.example!victim@example.com",
         "victim@[198.51.100.9]", "@example.com:victim@elsewhere.example"]


def play(lab):
    gate = Gate(lab)
    if not (said := gate.send(BODY, subject="clean")).startswith("data 250"):
        yield f"a clean message got {said}"
    kept = gate.arrived("clean")
    if len(kept) != 1:
        yield f"the clean message arrived {len(kept)} times"
    elif not kept[0].endswith("\r\n\r\n" + BODY):
        yield "the body was changed"
    said = gate.send(EICAR + "\r\n", subject="virus-in")
    if not re.match(r"data 554 5\.7\.1 .*m1\.virus\.found E\w+", said):
        yield f"a virus from outside got {said}"
    said = gate.send(EICAR + "\r\n", subject="virus-out", sender="anna@example.com", to="bert@plain.example", host="mail", port=SUBMISSION)
    if not re.match(r"data 554 5\.7\.1 .*m1\.virus\.found (E\w+)", said):
        yield f"a virus from inside got {said}"
    else:
        event = re.search(r"found (E\w+)", said)[1]
        told = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--format", "jsonl").stdout
        row = next((line for line in told.splitlines() if event in line), "")
        if "127.0.0.1" not in row or "incident" not in row:
            yield f"the incident {event} is not named: {row or told[:300]}"
        explained = lab.run("mail", "postern", "explain", event, "--data-dir", lab.data).stdout
        if "m1.virus.found" not in explained or "127.0.0.1" not in explained:
            yield f"the incident is not explained: {explained}"
    for to in RELAY:
        if not (said := gate.send(to=to, subject="relay")).split(" ")[1].startswith("5"):
            yield f"relaying to {to} got {said}"
    for subject in ("virus-in", "virus-out", "relay"):
        if gate.having(subject):
            yield f"{subject} arrived"
