# SPDX-License-Identifier: Apache-2.0
"""The relay battery from the office, the VPN (a tun device, also translated) and a container on the mail host, against the real Postfix."""
import os
import pathlib
import signal
import subprocess

from postern_lab import mail, probe
from postern_lab.network import LAB, STATE, inside, ns, sh

title = "from office, VPN, NAT and container the battery is refused by a server in order, and open where its trusted networks are too wide"


def ip(host, *lines):
    subprocess.run(["ip", "-n", ns(host), "-batch", "-"], input="\n".join(lines), text=True, check=True, capture_output=True)


def machine(lab, name):
    sh("ip", "netns", "del", ns(name), quiet=True)
    sh("ip", "netns", "add", ns(name))
    lab.on_end(lambda: sh("ip", "netns", "del", ns(name), quiet=True))
    ip(name, "link set lo up")
    folder = pathlib.Path("/etc/netns") / ns(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "resolv.conf").write_text("nameserver 192.0.2.53\n")


def vpn(lab):
    machine(lab, "vpn")
    tunnel = subprocess.Popen(["/usr/bin/python3", str(LAB / "servers" / "egress_peer.py"), "tunnel", ns("core"), ns("vpn")], stdin=subprocess.DEVNULL, start_new_session=True)
    lab.on_end(lambda: (os.killpg(tunnel.pid, signal.SIGKILL), tunnel.wait()))
    for name, last in (("core", 1), ("vpn", 7)):
        lab.wait_for(lambda: sh("ip", "-n", ns(name), "link", "show", "tun0", quiet=True).returncode == 0, 5, "the tunnel")
        ip(name, "link set tun0 up", f"addr add 10.8.0.{last}/24 dev tun0")
    ip("vpn", "route add default dev tun0")


def container(lab):
    machine(lab, "container")
    ip("mail", f"link add veth-c type veth peer name eth0 netns {ns('container')}", "link set veth-c up", "addr add 172.17.0.1/16 dev veth-c")
    ip("container", "link set eth0 up", "addr add 172.17.0.2/16 dev eth0", "route add default via 172.17.0.1")
    sh(*inside("mail", "sysctl", "-qw", "net.ipv4.ip_forward=1"))
    lab.on_end(lambda: sh(*inside("mail", "sysctl", "-qw", "net.ipv4.ip_forward=0")))
    lab.on_end(lambda: sh("ip", "-n", ns("mail"), "link", "del", "veth-c", quiet=True))
    lab.nft("mail", "containers", "add chain TABLE p { type nat hook postrouting priority 100; }", "add rule TABLE p ip saddr 172.17.0.0/16 oifname eth0 masquerade")


def battery(lab, host, place):
    check = "6-09" if place in ("vpn", "guest") else "6-07"
    found = probe.audit(lab, host, "example.com", "--no-host", "--intrusive", "--place", place, "--far-end", "probe@far.example", "--far-mailbox", STATE / "far",
                        "--arrival-time", "6s", "--list", "zen.spamhaus.org", "--only", "6-01,6-07,6-09", timeout=150)
    if found.get("6-01") != ["RELAY_NOT_SEEN"] and "RELAY_NOT_SEEN" not in found.get("6-01", []):
        yield f"{host}: what was tried from inside is laid at 6-01's door: {found.get('6-01')}"
    yield found.get(check, [])


def play(lab):
    vpn(lab)
    container(lab)
    places = (("office", "office"), ("vpn", "vpn"), ("container", "container"))

    def expect(wanted, what, host, place):
        *wrong, tags = battery(lab, host, place)
        yield from wrong
        if (wanted not in tags) or (wanted == "RELAY_CLOSED" and tags != [wanted]):
            yield f"{what}, from {host}: {tags}, not {wanted}"

    for host, place in places:
        yield from expect("RELAY_CLOSED", "in order", host, place)
    mail.change(lab, mynetworks="127.0.0.0/8, [::1]/128, 203.0.113.0/24, 10.8.0.0/24, 172.16.0.0/12")
    for host, place in places:
        yield from expect("RELAY_OPEN", "trusted too widely", host, place)
    # The VPN translated to the router's address, which is trusted "because it is ours".
    mail.change(lab, mynetworks="127.0.0.0/8, [::1]/128, 203.0.113.254/32")
    lab.nft("core", "translated", "add chain TABLE p { type nat hook postrouting priority 100; }", "add rule TABLE p ip saddr 10.8.0.0/24 ip daddr 203.0.113.0/24 snat ip to 203.0.113.254")
    yield from expect("RELAY_OPEN", "behind NAT", "vpn", "vpn")
