# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a clean message, a virus, a relay attempt and a hijacked account's burst, and what each got. `lab/run --show gate-demo` shows it."""
import re

from postern_lab.gate import EICAR
from postern_lab.gated import OFFICE, USER, GatedMail, compose

title = "a clean message arrives, a virus and a relay attempt are refused, and a hijacked account's burst is held and has a name"


def play(lab):
    # Postfix itself would relay for everybody: whoever tries it meets the gate.
    gate = GatedMail(lab, {"ceilings": {"mode": "enforce"}}, {"mynetworks": "0.0.0.0/0, [::]/0"})

    def tell(what, said):
        lab.transcript.append(f"{what}:\n    {said}")

    said = gate.send_in(compose("clean"))
    lab.transcript.clear()
    tell("a clean message from outside", f"{said}; it arrived {len(gate.arrived('clean'))} time(s)")
    if not said.startswith("data 250") or len(gate.having("clean")) != 1:
        yield f"the clean message got {said}"
    yield from refused(gate, tell, "a virus from outside", r"data 554 .*m1\.virus\.found", lambda: gate.send_in(compose("virus", EICAR + "\r\n")))
    yield from refused(gate, tell, "mail from outside for a stranger", r"rcpt 554 .*m6\.relay\.denied", lambda: gate.send_in(compose("relay"), to="victim@elsewhere.example"))
    yield from burst(lab, gate, tell)
    yield from refused(gate, tell, "a virus by the same account", r"data 554 .*m1\.virus\.found", lambda: gate.send_out(compose("virus-out", EICAR + "\r\n", USER[0])))
    tell("postern events --account " + USER[0], lab.run("mail", "postern", "events", "--data-dir", lab.data, "--account", USER[0], quiet=True).stdout.strip().replace("\n", "\n    "))
    virus = next((row for row in gate.events("--account", USER[0]) if row["rule"] == "m1.virus.found"), {})
    tell(f"postern explain {virus.get('id')}", lab.run("mail", "postern", "explain", virus.get("id", "none"), "--data-dir", lab.data, quiet=True).stdout.strip().replace("\n", "\n    "))
    if virus.get("ip") != OFFICE or virus.get("severity") != "incident":
        yield f"the user's virus is told as {virus}"
    for log in lab.folder.glob("*.log"):  # the story is told
        log.write_text("")


def refused(gate, tell, what, wanted, attempt):
    kept = len(gate.lab.transcript)
    said = attempt()
    del gate.lab.transcript[kept:]
    tell(what, said)
    if not re.match(wanted, said):
        yield f"{what} got {said}"


def burst(lab, gate, tell):
    """30 messages to 10 strangers each: from the 21st on they wait in Postfix' queue."""
    messages = [(USER[0], [f"p{number}-{i}@strangers.example" for i in range(10)], compose(f"burst-{number}", "Buy now\r\n", USER[0], ["undisclosed@example.com"])) for number in range(30)]
    kept = len(lab.transcript)
    answers = gate.send_all(messages, host="office", login=USER, helo="pc30.example.com")
    del lab.transcript[kept:]
    held = sorted(int(number) for text in gate.held().values() for number in re.findall(r"Subject: burst-(\d+)\n", text))
    arrived = [number for number in range(30) if gate.arrived(f"burst-{number}", 8 if number < 20 else 0)]
    tell("a user's account sends 30 messages to 10 strangers each", f"the last answer: {answers[-1]}\n    messages 1 to {len(arrived)} left, {len(held)} are held in Postfix' queue")
    if arrived != list(range(20)) or held != list(range(20, 30)):
        yield f"of the burst {arrived} arrived and {held} are held"
