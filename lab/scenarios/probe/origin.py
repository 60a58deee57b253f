# SPDX-License-Identifier: Apache-2.0
from postern_lab import probe

title = "a server behind a filter, seen from outside: open and taking mail, shut with proof, and a silence that proves nothing"
SHUT = "add rule TABLE i ip saddr 198.51.100.0/24 tcp dport { 25, 26, 2525 } drop", "add rule TABLE i ip6 saddr 2001:db8:a::/64 tcp dport { 25, 26, 2525 } drop"


def play(lab):
    targets = "--target", "203.0.113.0/24", "--target", "2001:db8:5::/64"
    doubtful = probe.start(lab, "probe2", *targets)
    sure = probe.start(lab, "probe1", *targets, "--port25-control", "198.51.100.63")
    command = ["example.com", "203.0.113.26", "2001:db8:5::2f", "--no-host", "--filter-service", "spamexperts", "--only", "4-03,4-04,4-05,5-08,5-33", "--list", "zen.spamhaus.org", "--timeout", "3s"]
    record = lab.folder / "record.json"
    open_ = probe.audit(lab, "site", *command, "--vantage", sure, "--record", record)
    yield from probe.differ(open_, c4_03=["ORIGIN_OPEN_OUTSIDE"], c4_04=["ORIGIN_OPEN_OUTSIDE", "ORIGIN_SHUT_OUTSIDE"], c4_05=["ORIGIN_TAKES_MAIL"], c5_08=["BANNER_GOOD"],
                            c5_33=["POSTMASTER_TAKEN"])
    again = probe.audit(lab, "site", "--replay", record, "--only", "4-03,4-04,4-05,5-08,5-33")
    if again != open_:
        yield f"the record gives {again}, not {open_}"
    lab.nft("mail", "shut", "add chain TABLE i { type filter hook input priority -10; }", *SHUT)
    yield from probe.differ(probe.audit(lab, "site", *command, "--vantage", sure), c4_03=["ORIGIN_SHUT_OUTSIDE"], c4_04=["ORIGIN_SHUT_OUTSIDE"], c4_05=["ORIGIN_ANSWERS_NOBODY"])
    yield from probe.differ(probe.audit(lab, "site", *command, "--vantage", doubtful), c4_03=["ORIGIN_NOT_PROVED"])
    forbidden = probe.audit(lab, "site", "example.com", "198.51.100.9", *command[3:], "--vantage", sure)
    if "ORIGIN_NOT_LOOKED_AT" not in forbidden.get("4-03", []):
        yield f"an address that the probe's owner did not allow was looked at: {forbidden.get('4-03')}"
