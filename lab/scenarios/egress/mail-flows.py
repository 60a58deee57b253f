# SPDX-License-Identifier: Apache-2.0
"""The mail server sends without a pause, eight dialogues at once, while router and host change their rules fifty times."""
import json
import subprocess

from postern_lab import egress

title = "the mail server loses no connection while rules are applied and confirmed 50 times under load"


def play(_):
    lab = egress.stand()
    lab.hold("eg-router", egress.ROUTER)
    lab.hold("eg-mail", egress.HOST)
    sender = subprocess.Popen(egress.inside("eg-mail", *egress.PEER, "load", str(egress.MTA), "60", *egress.SINK), stdout=subprocess.PIPE, text=True)
    texts = {"eg-router": (egress.ROUTER, egress.ROUTER.replace('action = "reject"', 'action = "trap"')), "eg-mail": (egress.HOST, egress.HOST + "submission = \"shut\"\n")}
    try:
        for round_ in range(25):
            for host in ("eg-router", "eg-mail"):
                lab.hold(host, texts[host][round_ % 2])
            if round_ % 8 == 0 and lab.attempt("eg-office", 0, [25]) != {"refused"}:
                yield "the office got out while rules were changed"
    finally:
        sender.send_signal(2)
        out = sender.communicate(timeout=20)[0]
    counts = json.loads(out)
    if counts["lost"] or counts["delivered"] < 500:
        yield f"deliveries: {counts}"
    if (arrived := lab.arrived().get(25, 0)) < counts["delivered"]:
        yield f"{arrived} connections arrived, fewer than {counts['delivered']}"
