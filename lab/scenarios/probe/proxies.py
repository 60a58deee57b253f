# SPDX-License-Identifier: Apache-2.0
import json

from postern_lab import probe
from postern_lab.network import LAB

title = "proxies inside: one that leads to port 25 is found though the way itself is shut, one for the web alone is not accused, none is not a pass"


def play(lab):
    vantage = probe.start(lab, "probe1")
    lab.start("site", "proxies", "/usr/bin/python3", LAB / "servers" / "proxies.py", "203.0.113.25")
    lab.wait_for(lambda: "listening" in lab.output("proxies"), 10, "the proxies")
    lab.nft("core", "shut", "add chain TABLE f { type filter hook forward priority 0; }", "add rule TABLE f ip saddr 203.0.113.30 tcp dport 25 drop")
    # In the office's own network nothing is forwarded that a rule could stop: the proxy is reached, and goes out for the office.
    words = ("egress", "example.com", "--no-host", "--vantage", vantage, "--timeout", "3s")

    def findings(*proxies):
        done = lab.run("office", *probe.words(lab, *words, *[word for one in proxies for word in ("--proxy", one)]))
        report = json.loads(done.stdout) if done.stdout.startswith("{") else {"checks": []}
        return {check["id"]: check["findings"] for check in report["checks"]}

    for scheme, port in (("socks5", 1080), ("http", 3128)):
        found = findings(f"{scheme}://203.0.113.25@{port}")
        if {one["tag"] for one in found.get("2-15", [])} != {"PROXY_LETS_OUT"} or "seen there as 203.0.113.25" not in str(found["2-15"]):
            yield f"{scheme} to anywhere: {found.get('2-15')}"
        if [one["tag"] for one in found.get("2-01", [])] != ["EGRESS_SHUT"]:
            yield f"the way itself: {found.get('2-01')}"
        found = findings(f"{scheme}://203.0.113.25@{port + 1}")
        if {one["tag"] for one in found.get("2-15", [])} != {"PROXY_REFUSES"}:
            yield f"{scheme} to 443 alone: {found.get('2-15')}"
    found = findings("socks5://203.0.113.25@1099")
    if {one["tag"] for one in found.get("2-15", [])} != {"PROXY_SILENT"}:
        yield f"a proxy that is not there: {found.get('2-15')}"
    if [one["tag"] for one in findings().get("2-15", [])] != ["PROXY_NONE"]:
        yield "no proxy named is taken for a verdict"
