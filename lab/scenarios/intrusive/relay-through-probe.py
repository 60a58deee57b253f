# SPDX-License-Identifier: Apache-2.0
"""The far end is a real probe: every form has an address of its own there, and call-outs show."""
import json

from postern_lab import stand
from postern_lab.network import STATE, addresses, inside, sh, wait_for

title = "through a probe, each relayed form is proved by its own arrival, and a call-out is seen"


def audit(lab, name, vantage, only, *more):
    words = ["postern", "audit", f"{name}.vulnerable.example", "--root-hints", STATE / "root.hints", "--trust-anchor", STATE / "root.key",
             "--no-host", "--intrusive", "--consent-key", STATE / "consent.key", "--vantage", f"far={vantage}", "--arrival-time", "6s",
             "--list", "zen.spamhaus.org", "--only", only, "--format", "json", *more]
    done = lab.run("outside", *words)
    report = json.loads(done.stdout) if done.stdout.startswith("{") else {"checks": []}
    return {check["id"]: check["findings"] for check in report["checks"]}


def tags(findings):
    return sorted({finding["tag"] for finding in findings if finding["status"] != "pass"})


def play(lab):
    stand.up()
    address = addresses("far")[0][1]
    tokens = lab.folder / "tokens"
    word = lab.run("far", "postern", "probe", "--token-file", tokens, "--add-token", "own").stdout.strip()
    lab.start("far", "probe", "postern", "probe", "--listen", address, "--token-file", tokens, "--name", "probe.far.example")
    wait_for(lambda: "8443" in sh(*inside("far", "ss", "-ltnH")).stdout, 10, "the probe")
    vantage = f"https://{address}:8443/#{word}"

    found = audit(lab, "percent", vantage, "6-01,6-03")
    if tags(found.get("6-01", [])) or not found.get("6-01"):
        yield f"6-01 of the percent relay: {found.get('6-01')}"
    text = str(found.get("6-03"))
    if "RELAY_OPEN" not in text or "R13 percent hack at the own domain" not in text:
        yield f"6-03 of the percent relay: {text}"
    if "at least one of them" in text:
        yield "forms were not told apart, although each has its own address at the probe"
    found = audit(lab, "open", vantage, "6-01")
    if tags(found.get("6-01", [])) != ["RELAY_OPEN"]:
        yield f"6-01 of the open relay: {found.get('6-01')}"
    found = audit(lab, "closed", vantage, "6-01,6-02,6-03,6-04,6-05")
    if not found or any(tags(findings) for findings in found.values()):
        yield f"the server in order: {found}"
    sample = ("--sample-recipient", "sample@calls-out.vulnerable.example")
    if tags(audit(lab, "calls-out", vantage, "3-13", *sample, ).get("3-13", [])) != ["CALLED_OUT"]:
        yield "the call-out was not seen"
    if tags(audit(lab, "closed", vantage, "3-13", "--sample-recipient", "sample@closed.vulnerable.example").get("3-13", [])):
        yield "a call-out was seen where there is none"
    found = audit(lab, "answers", vantage, "3-12,3-14", "--sample-recipient", "sample@answers.vulnerable.example")
    if (tags(found.get("3-12", [])), tags(found.get("3-14", []))) != (["AUTOREPLY"], ["CHALLENGE"]):
        yield f"autoresponder and challenge: {found}"
