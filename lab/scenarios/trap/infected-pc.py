# SPDX-License-Identifier: Apache-2.0
"""The demonstration: an infected PC in the office begins to mail; nothing leaves, and the machine has a name within a second."""
import time

from postern_lab import trapped

title = "an infected PC sends nothing and is named within one second, with MAC and DHCP name, as a mass mailer"


def play(lab):
    trap = trapped.Trapped(lab)
    address, host = trapped.PC
    begun = time.time()
    mailer = trap.offend(host, "mailer", "300", wait=False)
    event = trap.first_event(address, 5)
    if not event:
        yield "no event names the PC"
        return
    if (late := event["at_ms"] / 1000 - begun) > 1.0:
        yield f"the PC was named {late:.2f} s after its program was started"
    for key, value in {"mac": trapped.mac(host), "host": "annas-pc", "severity": "incident", "verdict": "refuse"}.items():
        if event[key] != value:
            yield f"{key} is {event[key]!r}, not {value!r}"
    if event["details"]["judgement"]["kind"] != "mass-mailer":
        yield f"the first event judges {event['details']['judgement']}"
    mailer.wait(60)
    if "300 refused 0 taken" not in lab.output("mailer-300"):
        yield f"the mailer's own count: {lab.output('mailer-300')}"
    if arrived := trap.site.arrived():
        yield f"connections reached the outside: {arrived}"
    shown = trap.show(address)
    if shown.get("attempts") != 300 or shown["judgement"]["kind"] != "mass-mailer":
        yield f"the record has {shown.get('attempts')} attempts and says {shown.get('judgement')}"
    if len(shown.get("addresses", [])) != 2:
        yield f"IPv4 and IPv6 are not one machine: {shown.get('addresses')}"
    if len(trap.events("--ip", address)) != 1:
        yield "more than one event within the hour"
    for words in (("--ip", "2001:db8:5:1::7"), ("--ip", address, "--since", "1m")):
        if [one["id"] for one in trap.events(*words)] != [event["id"]]:
            yield f"events {' '.join(words)} does not find it"
    page = trap.postern("trap", "show", address)
    lab.transcript.append(page.stdout)
    for text in ("\x1b", "user1@"):
        if text in page.stdout:
            yield f"the page holds {text!r}"
    for text in ("u***@victim", "annas-pc", "its domains", "Take it off the network"):
        if text not in page.stdout:
            yield f"the page lacks {text!r}"
    if trap.postern("trap", "forget", address).returncode or trap.show(address):
        yield "the PC is not forgotten"
