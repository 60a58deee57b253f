# SPDX-License-Identifier: Apache-2.0
"""A scanner that mails by itself, a person with telnet, a program that speaks TLS: none of them is called infected."""
from postern_lab import trapped

title = "a scanner is reported as a misconfiguration, a person as a person, TLS as TLS; nobody as infected"


def play(lab):
    trap = trapped.Trapped(lab)
    scanner = trap.offend(trapped.SCANNER[1], "scanner", "4", wait=False)
    person = trap.offend(trapped.PERSON[1], "person", wait=False)
    trap.offend(trapped.PC[1], "speak", "tls")
    scanner.wait(20), person.wait(20)
    if trap.site.arrived():
        yield "a connection reached the outside"
    for address, kind, host in ((trapped.SCANNER[0], "misconfigured", "hall-scanner"), (trapped.PERSON[0], "by-hand", ""), (trapped.PC[0], "other-protocol", "annas-pc")):
        shown = trap.show(address)
        if shown.get("judgement", {}).get("kind") != kind:
            yield f"{address} is judged {shown.get('judgement')}, not {kind}"
        if shown.get("dhcp_name") != host:
            yield f"{address} is named {shown.get('dhcp_name')!r}, not {host!r}"
    if any(event["severity"] == "incident" for event in trap.events()):
        yield "somebody is called an incident"
    if "mx.example.net" not in trap.postern("trap", "show", trapped.PC[0]).stdout:
        yield "the name in the TLS hello is missing"
