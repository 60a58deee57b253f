# SPDX-License-Identifier: Apache-2.0
"""Sabotage, one at a time, each of a kind that was seen in the field; and changes that hurt nobody, for which there must be no alarm."""
import json
import re
import subprocess

from postern_lab import egress
from postern_lab.network import inside, sh

title = "verify finds each sabotaged rule set, and raises no alarm on what is harmless"
TRAP = egress.ROUTER.replace('"reject"', '"trap"')
REFUSAL = 'counter name "forward_denied" reject with tcp reset'
# name: (what is done to the router, the code that must be among the problems, does the office really get out?)
SABOTAGE = {
    "an accept before ours inside our chain": ("insert rule inet postern forward_GEN accept", "verify.foreign_rule", {"connected"}),
    "IPv6 forgotten": (f"delete rule inet postern forward_GEN handle LAST; add rule inet postern forward_GEN meta nfproto ipv4 {REFUSAL}", "verify.rule_missing", {"refused", "connected"}),
    "our chain flushed": ("flush chain inet postern forward_GEN", "verify.rule_missing", {"connected"}),
    "the wrong interface": (f"delete rule inet postern forward_GEN handle LAST; add rule inet postern forward_GEN iifname guest {REFUSAL}", "verify.rule_missing", {"connected"}),
    "another port": ("insert rule inet postern forward_GEN tcp dport 25 ip saddr 10.0.1.0/24 accept", "verify.foreign_rule", {"refused", "connected"}),
    "the base chain leads nowhere": ("flush chain inet postern forward", "verify.rule_missing", {"connected"}),
    "the table put to sleep": ("add table inet postern { flags dormant; }", "verify.foreign_rule", {"connected"}),
    "the table deleted": ("delete table inet postern", "verify.absent", {"connected"}),
    "a user let out": ("insert rule inet postern output_GEN meta skuid 33 accept", "verify.foreign_rule", None),
    "a redirect of port 25 before ours": ("table ip other { chain pre { type nat hook prerouting priority -150; tcp dport 25 dnat to 198.51.100.9:2525; }; }", "verify.port_changed", None),
    "packets handed on below the hooks": ("table netdev other { chain in { type filter hook ingress device office priority 0; tcp dport 25 fwd to wan; }; }", "verify.device_forward", None),
}
HARMLESS = {
    "accepts of another table, before and behind": "table inet other { chain f { type filter hook forward priority -200; accept; }; chain g { type filter hook forward priority 10; accept; }; "
                                                   "chain o { type filter hook output priority -200; accept; }; }",
    "port 25 forwarded to the mail server": "table ip other { chain pre { type nat hook prerouting priority -150; iifname wan tcp dport 25 dnat to 10.0.3.25; }; }",
    "another port redirected": "table ip other { chain pre { type nat hook prerouting priority -150; tcp dport 80 redirect to :3128; }; }",
    "an input chain that drops": "table inet other { chain in { type filter hook input priority 0; policy drop; meta l4proto ipv6-icmp accept; tcp dport 22 accept; }; }",
    "a container engine's own nat": "table ip other { chain pre { type nat hook prerouting priority -100; fib daddr type local jump d; }; chain d { tcp dport 8080 dnat to 172.17.0.2:80; }; }",
}
DEAF = "table inet other { chain in { type filter hook input priority 0; policy drop; ct state established accept; tcp dport 22 accept; }; }"
HEARING = DEAF.replace("tcp dport 22", "tcp dport { 22, 2526 }")


def problems(lab, host="eg-router"):
    done = lab.firewall(host, "verify", "--format", "json", "--probe", egress.SINK[0], "--probe", egress.SINK[1], code=None)
    report = json.loads(done.stdout)
    if done.returncode != (1 if report["problems"] else 0):
        raise AssertionError(f"exit code {done.returncode} with {report}")
    return {problem["code"] for problem in report["problems"]}, report


def sabotage(lab, text):
    listing = sh(*inside("eg-router", "nft", "-a", "list", "table", "inet", "postern")).stdout
    generation = re.findall(r"goto forward_(\w+)", listing)[-1]
    last = re.search(rf'forward_denied" reject with tcp reset.*handle (\d+)', listing)[1]
    lab.nft("eg-router", text.replace("GEN", generation).replace("LAST", last))


def clean(lab, text):
    lab.clear()
    for family in ("inet", "ip", "netdev"):
        lab.nft("eg-router", f"table {family} other\ndelete table {family} other\n")
    lab.hold("eg-router", text)


def play(_):
    lab = egress.stand()
    for name, (text, code, outcome) in SABOTAGE.items():
        clean(lab, egress.ROUTER)
        sabotage(lab, text)
        if outcome is not None and (seen := lab.attempt("eg-office", 0, [25])) != outcome:
            yield f"{name}: the office is {seen}, not {outcome}: the sabotage is none"
        if code not in (found := problems(lab))[0]:
            yield f"{name}: {code} is not among {found[1]}"
    clean(lab, egress.ROUTER)
    if (found := problems(lab))[0]:
        yield f"nothing was done, and yet: {found[1]}"
    for name, text in HARMLESS.items():
        lab.nft("eg-router", text)
        if (found := problems(lab))[0]:
            yield f"{name}: alarm over what is harmless: {found[1]['problems']}"
        if (seen := lab.attempt("eg-office", 0, [25])) != {"refused"}:
            yield f"{name}: the office is {seen}: not so harmless"
        for family in ("inet", "ip"):
            lab.nft("eg-router", f"table {family} other\ndelete table {family} other\n")
    yield from flowtable(lab)
    yield from trap(lab)
    yield from boot(lab)
    yield from bridged(lab)


def flowtable(lab):
    """Connections in it skip `forward`. Not every kernel of a test machine has them; the unit tests play it everywhere."""
    clean(lab, egress.ROUTER)
    text = "table inet other {\n flowtable ft { hook ingress priority 0; devices = { office, wan }; };\n chain f { type filter hook forward priority 0; ct state established flow add @ft; }\n}\n"
    if lab.nft("eg-router", text, check=False).returncode:
        print("    this kernel has no flow tables: that sabotage is not played", flush=True)
    elif "verify.flowtable" not in (found := problems(lab))[0]:
        yield f"a flow table: verify.flowtable is not among {found[1]}"


def trap(lab):
    clean(lab, TRAP)
    lab.nft("eg-router", DEAF)
    if problems(lab)[0] != {"verify.trap_deaf"}:
        yield f"the trap's port dropped by another table: {problems(lab)[1]}"
    lab.nft("eg-router", "delete table inet other\n" + HEARING)
    if problems(lab)[0]:
        yield f"the trap's port is open: {problems(lab)[1]}"
    clean(lab, egress.ROUTER)


def boot(lab):
    root = lab.folder / "eg-router-root"
    (root / "etc/nftables.conf").write_text("#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter { }\n")
    if problems(lab)[0]:
        yield f"a flush that our unit follows: {problems(lab)[1]}"
    (root / "etc/systemd/system/nftables.service.wants/postern-firewall.service").unlink()
    if problems(lab)[0] != {"verify.reload_flushes"}:
        yield f"a flush that nothing follows: {problems(lab)[1]}"
    rules = root / "etc/postern/egress.nft"
    rules.write_text(rules.read_text().replace("10.0.3.25", "10.0.3.26"))
    if "verify.boot_differs" not in problems(lab)[0]:
        yield f"another boot file: {problems(lab)[1]}"
    unit = subprocess.run(["systemd-analyze", "verify", "--man=no", str(root / "etc/systemd/system/postern-firewall.service")], capture_output=True, text=True)
    if "postern-firewall.service" in unit.stderr:
        yield f"systemd-analyze: {unit.stderr}"


def bridged(lab):
    """Machines bridged to the way out never meet forward, unless the kernel is told to show it bridged packets."""
    lab.hold("eg-mail", egress.HOST)
    calls = "net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables"
    lab.ip("eg-mail", "link add tap0 type veth peer name tap1", "link set tap0 master docker0", "route replace default via 172.17.0.2")
    try:
        for value, wanted in ((0, {"verify.bridged"}), (1, set())):
            sh(*inside("eg-mail", "sysctl", "-qw", *(f"{call}={value}" for call in calls)))
            report = json.loads(lab.firewall("eg-mail", "verify", "--format", "json", code=None).stdout)
            if {problem["code"] for problem in report["problems"]} != wanted:
                yield f"bridged machines with {calls[0]}={value}: {report}"
    finally:
        lab.ip("eg-mail", "link del tap0", "route replace default via 10.0.3.1")
