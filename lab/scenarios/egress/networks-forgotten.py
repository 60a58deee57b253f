# SPDX-License-Identifier: Apache-2.0
"""Rules as administrators write them by hand, each with its hole: the audit, run where the forgotten machines stand, finds it."""
import json

from postern_lab import egress
from postern_lab.network import LAB, inside, ns, sh

title = "rules that forget guests, servers, the VPN, IPv6 or a proxy: the audit from each place finds the way out"
PROBE = "203.0.113.62", "2001:db8:b::62"
OFFICE_ONLY = "-A FORWARD -i office -p tcp --dport 25 -j REJECT"
ALL_BUT_MAIL = "-A FORWARD ! -s {mail} -p tcp --dport 25 -j REJECT --reject-with tcp-reset"
NO_HOST_RULES = "eg-router"
PROXY = "http://10.0.1.1@3128"


def outside(lab, site):
    """A probe beyond eg-outside, whose own port 25 is the sink's; the --vantage that leads to it."""
    sh("ip", "netns", "add", ns("eg-probe"))
    lab.on_end(lambda: sh("ip", "netns", "del", ns("eg-probe"), quiet=True))
    sh(*inside("eg-outside", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
    site.ip("eg-probe", "link set lo up")
    site.link("eg-outside", "probe", "eg-probe", "eth0")
    site.leg("eg-outside", "probe", "203.0.113.1/24", "2001:db8:b::1/64")
    site.leg("eg-probe", "eth0", f"{PROBE[0]}/24", f"{PROBE[1]}/64", "route add default via 203.0.113.1", "route add default via 2001:db8:b::1")
    secrets = lab.folder / "tokens"
    token = lab.run("eg-probe", "postern", "probe", "--token-file", secrets, "--add-token", "lab").stdout.strip()
    lab.start("eg-probe", "probe", "postern", "probe", "--listen", PROBE[0], "--listen", PROBE[1], "--token-file", secrets, "--name", "one.probes.example")
    lab.wait_for(lambda: "listening" in lab.output("probe"), 5, "the probe")
    return f"one=https://{PROBE[0]}:8443/#{token}"


def rules(v4, v6):
    """The router's rules of both families, instead of whatever there was."""
    for program, text in (("iptables", v4), ("ip6tables", v6)):
        sh(*inside("eg-router", program, "-F", "FORWARD"))
        if text:
            sh(*inside("eg-router", program, *text.split()))


def play(lab):
    site = egress.stand()
    vantage = outside(lab, site)
    lab.on_end(lambda: rules("", ""))

    def seen(host, place, *more):
        done = lab.run(host, "postern", "audit", "egress", "--place", place, "--no-host", "--vantage", vantage, "--timeout", "4s", "--resolver", "127.0.0.1", "--list", "zen.spamhaus.org", "--format", "json", *more)
        if not done.stdout.startswith("{"):
            raise AssertionError(f"no report from {host}: {done.stderr}")
        return {check["id"]: (check["status"], sorted({finding["tag"] for finding in check["findings"]})) for check in json.loads(done.stdout)["checks"]}

    def differ(what, report, **wanted):
        for name, (status, *tags) in wanted.items():
            identity = name[1:].replace("_", "-")
            if report.get(identity) != (status, tags):
                yield f"{what}: {identity} is {report.get(identity)}, not {status} {tags}"

    rules(OFFICE_ONLY, OFFICE_ONLY)
    yield from differ("the office alone is shut", seen("eg-office", "office"), c2_01=("pass", "EGRESS_SHUT"), c2_04=("pass", "EGRESS_SHUT"))
    yield from differ("guests are forgotten", seen("eg-guest", "guest"), c2_02=("fail", "EGRESS_OPEN"), c2_04=("fail", "EGRESS_OPEN"))
    yield from differ("servers are forgotten", seen("eg-files", "server"), c2_02=("fail", "EGRESS_OPEN"))
    yield from differ("the VPN is forgotten", seen("eg-vpn", "vpn"), c2_03=("fail", "EGRESS_OPEN"))
    rules(ALL_BUT_MAIL.format(mail="10.0.3.25"), "")
    yield from differ("IPv6 is forgotten", seen("eg-office", "office"), c2_01=("pass", "EGRESS_SHUT"), c2_04=("fail", "EGRESS_OPEN"))
    yield from differ("IPv6 is forgotten, for guests", seen("eg-guest", "guest"), c2_02=("fail", "EGRESS_OPEN", "EGRESS_SHUT"))
    rules(ALL_BUT_MAIL.format(mail="10.0.3.25"), ALL_BUT_MAIL.format(mail="2001:db8:5:3::25"))
    lab.start("eg-router", "proxy", "/usr/bin/python3", LAB / "servers" / "connect_proxy.py", "10.0.1.1", "3128")
    lab.wait_for(lambda: site.attempts("eg-office", 0, ["10.0.1.1@3128"])["10.0.1.1@3128"] == "connected", 5, "the proxy")
    yield from differ("a proxy on the router is forgotten", seen("eg-office", "office", "--proxy", PROXY), c2_01=("pass", "EGRESS_SHUT"), c2_15=("fail", "PROXY_LETS_OUT"))
    rules("", "")
    site.hold("eg-router", egress.ROUTER)
    for host, place, check in (("eg-office", "office", "c2_01"), ("eg-guest", "guest", "c2_02"), ("eg-files", "server", "c2_02"), ("eg-vpn", "vpn", "c2_03")):
        yield from differ(f"Postern's rules, from {place}", seen(host, place), **{check: ("pass", "EGRESS_SHUT"), "c2_04": ("pass", "EGRESS_SHUT")})
    yield from differ("Postern's rules, through the proxy", seen("eg-office", "office", "--proxy", PROXY), c2_15=("pass", "PROXY_REFUSES"))
