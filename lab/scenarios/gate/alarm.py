# SPDX-License-Identifier: Apache-2.0
"""A silent clamd is told of once when it has lasted, with and without mail, and once more when it is over."""
import json
import time

from postern_lab.gate import Gate
from postern_lab.network import LAB

title = "a clamd silent for too long is one incident, a metric and a line of the status; its return clears them with one notice"
PATIENCE = 4


def events(lab):
    out = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--kind", "engine.", "--format", "jsonl", quiet=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def metric(lab, name):
    program = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:9925/metrics', timeout=5).read().decode())"
    out = lab.run("mail", "/usr/bin/python3", "-c", program, quiet=True).stdout
    return next((line.split()[-1] for line in out.splitlines() if line.startswith(name + "{engine=\"clamd\"}")), None)


def play(lab):
    mood = lab.file("clamd.mood", "honest")
    path = lab.folder / "fake-clamd.sock"
    lab.start("mail", "fake-clamd", "/usr/bin/python3", LAB / "servers" / "fake_engine.py", "clamd", f"unix:{path}", mood)
    lab.wait_for(path.exists, 5, "the fake clamd")
    gate = Gate(lab, gate=f'engine_alarm = "{PATIENCE}s"', malware=f'clamd = "unix:{path}"\ntimeout = "2s"', metrics="127.0.0.1@9925")
    time.sleep(1)
    if metric(lab, "postern_gate_engine_silent") != "0" or events(lab):
        yield f"a clamd that answers is told of: {events(lab)}"
    mood.write_text("silent")
    begun = time.monotonic()
    lab.wait_for(lambda: events(lab), 4 * PATIENCE, "the incident")
    if (seconds := time.monotonic() - begun) < PATIENCE - 1:
        yield f"the incident came after {seconds:.1f} s already"
    gate.send(subject="meanwhile")
    time.sleep(PATIENCE + 2)
    told = events(lab)
    if [(one["kind"], one["severity"], one["rule"]) for one in told] != [("engine.silent", "incident", "m1.engine.silent")]:
        yield f"not one incident: {told}"
    if metric(lab, "postern_gate_engine_alarm") != "1":
        yield "the metric does not show the alarm"
    gate.reload()
    lab.wait_for(lambda: "(alarm)" in lab.output("gate").rsplit("reloaded", 1)[-1], 5, "the status line")
    mood.write_text("honest")
    lab.wait_for(lambda: len(events(lab)) > 1, 4 * PATIENCE, "the notice of its return")
    if not (said := gate.send(subject="after")).startswith("data 250"):
        yield f"with clamd back: {said}"
    time.sleep(2)
    if [one["kind"] for one in events(lab)] != ["engine.silent", "engine.back"]:
        yield f"not one notice: {events(lab)}"
    if metric(lab, "postern_gate_engine_alarm") != "0":
        yield "the metric still shows the alarm"
