# SPDX-License-Identifier: Apache-2.0
"""The gate as Postfix's policy service, without any milter: relaying, the filter's sources, ceilings, and what happens without it."""
import json
import re
import time

from postern_lab.gate import SUBMISSION
from postern_lab.policy_gate import PolicyGate

title = "asked by Postfix's policy protocol alone, the gate refuses relaying, keeps to the filter's sources, holds a burst, and defers when killed"

# Postfix takes off the quotes and the route before it asks.
RELAY = {"victim@elsewhere.example": "m6.relay.denied", "victim%elsewhere.example@example.com": "m6.address.routed",
         '"victim@elsewhere.example"@example.com': "m6.address.routed", "elsewhere.example!victim@example.com": "m6.address.routed",
         "victim@[198.51.100.9]": "m6.relay.literal", "@example.com:victim@elsewhere.example": "m6.relay.denied"}
ELSEWHERE = 'sources = ["192.0.2.200"]'
CEILING = 'mode = "enforce"\nhold_per_hour = 3'


def events(lab, *words):
    said = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--format", "jsonl", *words).stdout
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def play(lab):
    gate = PolicyGate(lab, ELSEWHERE, CEILING)
    if not (said := gate.send(subject="clean")).startswith("data 250") or len(gate.arrived("clean")) != 1:
        yield f"a clean message got {said}"
    if not any(one["rule"] == "m4.source.outside" and one["would"] for one in events(lab, "--would")):
        yield "that its client is none of the filter's servers is not told as would"
    yield from relaying(lab, gate)
    yield from sources(lab, gate)
    yield from ceiling(lab, gate)
    yield from nonsense(lab, gate)
    metrics = lab.run("mail", "/usr/bin/python3", "-c", "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9925/metrics').read().decode())").stdout
    if not re.search(r'postern_gate_verdicts_total\{verdict="refuse"\} [1-9]', metrics):
        yield "no refusal is counted"
    yield from killed(gate)


def relaying(lab, gate):
    for to, rule in RELAY.items():
        said = gate.send(to=to, subject="relay")
        if not re.match(r"rcpt 5\d\d .*\(" + re.escape(rule) + r" E\w+\)", said):
            yield f"relaying to {to} got {said}"
    if gate.having("relay"):
        yield "relay arrived"
    event = re.search(r" (E\w+)\)", gate.send(to="victim@elsewhere.example", subject="relay"))
    if not event or "198.51.100.9" not in (told := lab.run("mail", "postern", "explain", event[1], "--data-dir", lab.data).stdout):
        yield f"the refusal is not explained: {told if event else 'it names no event'}"


def reload(gate, filter):
    gate.configure(filter, CEILING)
    gate.process.send_signal(1)
    time.sleep(0.5)


def sources(lab, gate):
    """Postfix keeps its connections over the reload; each message is judged by the rules it began with."""
    reload(gate, f'{ELSEWHERE}\nmode = "enforce"\nstage = "defer"')
    if not re.match(r"rcpt 45\d 4\.7\.1 .*\(m4\.source\.outside E\w+\)", said := gate.send(subject="outsider")):
        yield f"at stage defer an outsider got {said}"
    if not re.match(r"rcpt 550 5\.1\.1", said := gate.send(to="nobody@example.com", subject="outsider")):
        yield f"to nobody an outsider is refused for good by Postfix itself, but got {said}"
    reload(gate, f'{ELSEWHERE}\nmode = "enforce"\nstage = "refuse"')
    if not re.match(r"rcpt 550 5\.7\.1 .*\(m4\.source\.outside E\w+\)", said := gate.send(subject="outsider")):
        yield f"at stage refuse an outsider got {said}"
    reload(gate, 'sources = ["198.51.100.9"]\nmode = "enforce"\nstage = "refuse"')
    if not (said := gate.send(subject="filter")).startswith("data 250"):
        yield f"the filter's own server got {said}"
    if gate.having("outsider"):
        yield "an outsider's mail arrived"


def ceiling(lab, gate):
    """Three an hour go, the fourth waits in Postfix's hold queue."""
    for number in range(4):
        said = gate.send(sender="anna@example.com", to="bert@plain.example", subject=f"burst-{number}", host="mail", port=SUBMISSION)
        if not said.startswith("data 250"):
            yield f"message {number} of the burst got {said}"
    if [len(gate.arrived(f"burst-{number}")) for number in range(3)] != [1, 1, 1]:
        yield "not all below the ceiling arrived"
    queue = [json.loads(line) for line in lab.run("mail", "postqueue", "-j").stdout.splitlines()]
    held = [one for one in queue if one["queue_name"] == "hold"]
    if len(held) != 1 or gate.having("burst-3"):
        yield f"what is over the ceiling is not held: {queue}"
        return
    if not any(one["rule"] == "mc.ceiling.hour" and one["verdict"] == "hold" for one in events(lab)):
        yield "the ceiling is no event"
    lab.run("mail", "postsuper", "-H", held[0]["queue_id"])
    lab.run("mail", "postqueue", "-i", held[0]["queue_id"])  # now, not at the next look of the queue manager
    if len(gate.arrived("burst-3")) != 1:
        yield "what was released from the hold queue did not arrive"


def nonsense(lab, gate):
    """What is no request gets no answer, as the protocol wants it, and the connection ends."""
    program = f"import socket, sys; c = socket.socket(socket.AF_UNIX); c.settimeout(5); c.connect({str(gate.socket)!r}); c.sendall(sys.stdin.buffer.read()); print(c.recv(999))"
    for text in ("GET / HTTP/1.1\n\n", "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=a\nsender=b\n\n", "x" * 9_000):
        if (said := lab.run("mail", "/usr/bin/python3", "-c", program, input=text).stdout.strip()) != "b''":
            yield f"to {text[:40]!r} was said {said}"
    asked = "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=198.51.100.9\nrecipient=anna@example.com\n\n"
    if (said := lab.run("mail", "/usr/bin/python3", "-c", program, input=asked * 2).stdout.strip()) not in (r"b'action=DUNNO\n\naction=DUNNO\n\n'", ):
        yield f"two requests at once were told {said}"


def killed(gate):
    gate.kill()
    if not re.match(r"rcpt 451 4\.3\.5", said := gate.send(subject="gone")):
        yield f"without the gate a client got {said}"
    gate.start()
    if not (said := gate.send(subject="back")).startswith("data 250"):
        yield f"with the gate back a client got {said}"
    if (code := gate.lab.stop(gate.process)) != 0:
        yield f"told to stop, with Postfix still connected, the gate ended with {code}"
    if not re.match(r"rcpt 451 4\.3\.5", said := gate.send(subject="gone")):
        yield f"with the gate stopped a client got {said}"
    if gate.having("gone") or len(gate.arrived("back")) != 1:
        yield "what arrived is not what was taken"
