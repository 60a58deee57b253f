# SPDX-License-Identifier: Apache-2.0
from postern_lab import probe

title = "an office's ways out are told by what arrives at a probe: open, shut for IPv4 alone, shut, and a proof that is missing"
RULE = "add rule TABLE f {} saddr {} tcp dport {} drop"


def play(lab):
    vantage = probe.start(lab, "probe1")
    look = lambda *more: probe.audit(lab, "office", "egress", "example.com", "--no-host", "--vantage", vantage, "--timeout", "2s", *more)
    yield from probe.differ(look("--submission", "open"), c2_01=["EGRESS_OPEN"], c2_04=["EGRESS_OPEN"], c2_09=["SUBMISSION_AS_DECLARED"], c2_08=["CLIENTS_APART"])
    lab.nft("core", "f4", "add chain TABLE f { type filter hook forward priority 0; }", RULE.format("ip", "203.0.113.30", 25))
    yield from probe.differ(look(), c2_01=["EGRESS_SHUT"], c2_04=["EGRESS_OPEN"])
    lab.nft("core", "f6", "add chain TABLE f { type filter hook forward priority 0; }", RULE.format("ip6", "2001:db8:5::30", "{ 25, 465, 587, 2525 }"))
    yield from probe.differ(look("--place", "guest"), c2_01=["EGRESS_PLACE"], c2_02=["EGRESS_NOT_PROVED", "EGRESS_SHUT"], c2_04=["EGRESS_NOT_PROVED"])
