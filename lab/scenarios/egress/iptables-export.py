# SPDX-License-Identifier: Apache-2.0
"""The export to iptables and ip6tables, loaded as printed, in both modes; then its reverse."""
import subprocess

from postern_lab import egress
from postern_lab.network import inside

title = "the iptables export shuts the same as nft does, and its reverse opens everything again"
EXCEPTION = 'exceptions = [{ from = "10.0.2.7", reason = "a scanner\'s \\"mail\\"", until = "2037-12-31" }]\n'


def script(lab, host, *words):
    text = lab.firewall(host, "export", "--format", "iptables", *words).stdout
    done = subprocess.run(inside(host, "sh", "-s"), input=text, text=True, capture_output=True)
    if done.returncode or done.stderr:
        raise AssertionError(f"the script failed in {host}: {done.stderr}")


def play(_):
    lab = egress.stand()
    lab.configure("eg-router", egress.ROUTER + EXCEPTION)
    lab.configure("eg-mail", egress.HOST)
    try:
        for _ in range(2):  # again replaces it
            script(lab, "eg-router")
            script(lab, "eg-mail")
        lab.arrived()
        for host, uid in (("eg-office", 0), ("eg-vpn", 0), ("eg-files", 0), ("eg-container", 0), ("eg-router", egress.NOBODY), ("eg-mail", egress.WEB), ("eg-mail", 0)):
            if (seen := lab.attempt(host, uid, [25])) != {"refused"}:
                yield f"{host} as {uid}: {seen}, not refused"
        if arrived := lab.arrived():
            yield f"connections reached the sink: {arrived}"
        if (seen := lab.attempt("eg-mail", egress.MTA, [25])) != {"connected"}:
            yield f"the mail server: {seen}"
        if (seen := lab.attempt("eg-guest", 0, [25], egress.SINK[:1])) != {"connected"}:
            yield f"the exception: {seen}"
        if (seen := lab.attempt("eg-guest", 0, [25], egress.SINK[1:])) != {"refused"}:
            yield f"the exception over IPv6, where it does not hold: {seen}"
    finally:
        script(lab, "eg-router", "--reverse")
        script(lab, "eg-mail", "--reverse")
    if (seen := lab.attempt("eg-office", 0, [25])) != {"connected"}:
        yield f"after the reverse: {seen}"
    left = subprocess.run(inside("eg-router", "nft", "list", "ruleset"), capture_output=True, text=True).stdout
    if "POSTERN" in left:
        yield f"the reverse left chains: {left}"
