# SPDX-License-Identifier: Apache-2.0
"""Every network tries port 25 outside, over IPv4 and IPv6: before the rules all arrive, behind them none does."""
from postern_lab import egress

title = "no network, user or container reaches port 25 outside; the mail server and port 587 do"
EVERYBODY = [("eg-office", 0), ("eg-guest", 0), ("eg-vpn", 0), ("eg-files", 0), ("eg-container", 0), ("eg-router", 0), ("eg-router", egress.NOBODY),
             ("eg-mail", 0), ("eg-mail", egress.NOBODY), ("eg-mail", egress.WEB)]


def play(_):
    lab = egress.stand()
    for host, uid in EVERYBODY:
        if (seen := lab.attempt(host, uid, [25])) != {"connected"}:
            yield f"without rules {host} as {uid} should connect: {seen}"
    if (arrived := lab.arrived()) != {25: 2 * len(EVERYBODY)}:
        yield f"without rules {2 * len(EVERYBODY)} connections should arrive: {arrived}"
    lab.hold("eg-router", egress.ROUTER)
    lab.hold("eg-mail", egress.HOST)
    for host, uid in EVERYBODY:
        if (seen := lab.attempt(host, uid, [25])) != {"refused"}:
            yield f"{host} as {uid}: {seen}, not refused"
    if arrived := lab.arrived():
        yield f"connections reached the sink: {arrived}"
    if (seen := lab.attempt("eg-mail", egress.MTA, [25])) != {"connected"}:
        yield f"the mail server: {seen}"
    if (seen := lab.attempt("eg-office", 0, [587, 465])) != {"connected"}:
        yield f"submission: {seen}"
    # Mail comes in, from outside and from inside.
    inward = lab.attempts("eg-outside", 0, ["2001:db8:5:3::25@25"]) | lab.attempts("eg-office", 0, ["10.0.3.25@25", "2001:db8:5:3::25@25"])
    if set(inward.values()) != {"connected"}:
        yield f"towards the mail server: {inward}"
    hits = lab.firewall("eg-router", "show", "--live").stdout
    for address in ("10.0.1.7", "2001:db8:5:2::7", "10.0.4.7"):
        if address not in hits:
            yield f"{address} is not named among those who met the rules: {hits}"
