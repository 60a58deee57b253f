# SPDX-License-Identifier: Apache-2.0
"""A site behind a router, for the scenarios of port 25; built when the first of them needs it, beside the small internet.

    outside 198.51.100.9 ── router ─┬─ office    10.0.1.0/24   2001:db8:5:1::/64
    (counts connections)            ├─ guest     10.0.2.0/24   2001:db8:5:2::/64
                                    ├─ server    10.0.3.0/24   2001:db8:5:3::/64   mail .25 (behind it a container bridge), files .30
                                    └─ vpn       10.0.4.0/24   2001:db8:5:4::/64   a tun device
"""
import atexit
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from . import scenario
from .network import LAB, NAME, inside, ns, sh, wait_for

PEER = [str(pathlib.Path("/usr/bin/python3")), str(LAB / "servers" / "egress_peer.py")]
SINK = ("198.51.100.9", "2001:db8:a::9")
NETWORKS = {"office": 1, "guest": 2, "server": 3, "vpn": 4}
HOSTS = {"eg-office": ("office", 7), "eg-guest": ("guest", 7), "eg-mail": ("server", 25), "eg-files": ("server", 30)}
MTA = pwd.getpwnam("postfix").pw_uid
NOBODY = pwd.getpwnam("nobody").pw_uid
WEB = pwd.getpwnam("www-data").pw_uid
ROUTER = """[site]
networks = ["10.0.0.0/8", "2001:db8:5::/48"]
mail_servers = ["10.0.3.25", "2001:db8:5:3::25"]
[egress]
mode = "router"
action = "reject"
mail_interfaces = ["server"]
inside_interfaces = ["office", "guest", "tun*"]
"""
HOST = """[site]
networks = ["10.0.0.0/8", "172.17.0.0/16", "2001:db8:5::/48"]
mail_servers = ["10.0.3.25", "2001:db8:5:3::25"]
[egress]
mode = "host"
action = "reject"
mta_users = ["postfix"]
"""


class Stand:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-egress."))
        self.log = self.folder / "sink.log"
        self.processes = []
        try:
            self.build()
        except BaseException:
            self.down()
            raise

    def ip(self, host, *lines):
        subprocess.run(["ip", "-n", ns(host), "-batch", "-"], input="\n".join(lines), text=True, check=True, capture_output=True)

    def link(self, host, name, there, peer):
        self.ip(host, f"link add {name} type veth peer name {peer} netns {ns(there)}")

    def leg(self, host, device, v4, v6, *routes):
        self.ip(host, f"link set {device} up", f"addr add {v4} dev {device}", f"addr add {v6} dev {device} nodad", *routes)

    def spawn(self, host, *words):
        process = subprocess.Popen((inside(host) if host else []) + PEER + list(words), stdin=subprocess.DEVNULL, start_new_session=True)
        self.processes.append(process)

    def build(self):
        self.names = ["eg-outside", "eg-router", "eg-vpn", "eg-container", *HOSTS]
        for name in self.names:
            sh("ip", "netns", "del", ns(name), quiet=True)
            sh("ip", "netns", "add", ns(name))
            self.ip(name, "link set lo up")
        for name in ("eg-router", "eg-mail"):
            sh(*inside(name, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
        self.link("eg-router", "wan", "eg-outside", "eth0")
        self.leg("eg-outside", "eth0", "198.51.100.9/24", "2001:db8:a::9/64", "route add 2001:db8:5::/48 via 2001:db8:a::1")
        self.leg("eg-router", "wan", "198.51.100.1/24", "2001:db8:a::1/64", "route add default via 198.51.100.9", "route add default via 2001:db8:a::9")
        self.ip("eg-router", "link add server type bridge", "link set server up", "addr add 10.0.3.1/24 dev server", "addr add 2001:db8:5:3::1/64 dev server nodad")
        for name, (network, last) in HOSTS.items():
            n = NETWORKS[network]
            port = network if network != "server" else name[3:]
            self.link("eg-router", port, name, "eth0")
            if network == "server":
                self.ip("eg-router", f"link set {port} master server up")
            else:
                self.leg("eg-router", port, f"10.0.{n}.1/24", f"2001:db8:5:{n}::1/64")
            self.leg(name, "eth0", f"10.0.{n}.{last}/24", f"2001:db8:5:{n}::{last}/64", f"route add default via 10.0.{n}.1", f"route add default via 2001:db8:5:{n}::1")
        self.spawn(None, "tunnel", ns("eg-router"), ns("eg-vpn"))
        for name, last in (("eg-router", 1), ("eg-vpn", 7)):
            wait_for(lambda name=name: sh("ip", "-n", ns(name), "link", "show", "tun0", quiet=True).returncode == 0, 5, "the tunnel")
            self.leg(name, "tun0", f"10.0.4.{last}/24", f"2001:db8:5:4::{last}/64")
        self.ip("eg-vpn", "route add default dev tun0", "route add default via 2001:db8:5:4::1 dev tun0")
        # Containers of the mail host: a bridge of its own, translated on the way out in IPv4, routed in IPv6.
        self.ip("eg-mail", "link add docker0 type bridge", "link set docker0 up", "addr add 172.17.0.1/16 dev docker0", "addr add 2001:db8:5:3f::1/64 dev docker0 nodad")
        self.link("eg-mail", "veth1", "eg-container", "eth0")
        self.ip("eg-mail", "link set veth1 master docker0 up")
        self.leg("eg-container", "eth0", "172.17.0.2/16", "2001:db8:5:3f::2/64", "route add default via 172.17.0.1", "route add default via 2001:db8:5:3f::1")
        self.ip("eg-router", "route add 2001:db8:5:3f::/64 via 2001:db8:5:3::25")
        for host, device in (("eg-router", "wan"), ("eg-mail", "eth0")):
            self.nft(host, f"table ip nat_lab {{ chain post {{ type nat hook postrouting priority srcnat; oifname {device} ip saddr {'172.17.0.0/16' if host == 'eg-mail' else '10.0.0.0/8'} masquerade; }}; }}")
        self.spawn("eg-outside", "sink", str(self.log), "25", "465", "587", "2525")
        self.spawn("eg-mail", "sink", str(self.folder / "mail.log"), "25")
        wait_for(lambda: self.attempt("eg-mail", MTA, [25]) == {"connected"}, 5, "the sink")

    def nft(self, host, text, check=True):
        done = subprocess.run(inside(host, "nft", "-f", "-"), input=text, text=True, capture_output=True)
        if check and done.returncode:
            raise RuntimeError(f"nft in {host}: {done.stderr}")
        return done

    def attempts(self, host, uid, targets):
        return json.loads(sh(*inside(host, *PEER, "attempt", str(uid), *targets)).stdout)

    def attempt(self, host, uid, ports, addresses=SINK):
        """The outcomes of attempts at the sink over IPv4 and IPv6, as a set."""
        return set(self.attempts(host, uid, [f"{address}@{port}" for address in addresses for port in ports]).values())

    def arrived(self):
        """Connections that reached the sink since the last look, by port."""
        time.sleep(0.05)
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        new, self.seen = lines[getattr(self, "seen", 0):], len(lines)
        counts = {}
        for line in new:
            counts[int(line.split()[0])] = counts.get(int(line.split()[0]), 0) + 1
        return counts

    def configure(self, host, text):
        (self.folder / f"{host}.toml").write_text(text)

    def command(self, host, *words):
        extra = ["--root", str(self.folder / f"{host}-root")] if words[0] in ("confirm", "remove", "verify") else []
        return inside(host, "env", f"POSTERN_DATA_DIR={self.folder / host}", scenario.POSTERN, "firewall", *words, "--config", str(self.folder / f"{host}.toml"), *extra)

    def firewall(self, host, *words, code=0):
        done = subprocess.run(self.command(host, *words), capture_output=True, text=True, timeout=60)
        if code is not None and done.returncode != code:
            raise AssertionError(f"postern firewall {' '.join(words)} in {host}: exit code {done.returncode}, not {code}: {done.stdout}{done.stderr}")
        return done

    def hold(self, host, text):
        """Rules applied and confirmed."""
        self.configure(host, text)
        self.firewall(host, "apply", "--confirm-within", "20s")
        self.firewall(host, "confirm")

    def clear(self):
        """As it was built: no rules of ours, no boot files, nothing counted."""
        for host in ("eg-router", "eg-mail"):
            self.nft(host, "table inet postern\ndelete table inet postern\n")
            shutil.rmtree(self.folder / f"{host}-root", ignore_errors=True)
        self.arrived()

    def down(self):
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for name in self.names:
            sh("ip", "netns", "del", ns(name), quiet=True)
        shutil.rmtree(self.folder, ignore_errors=True)


standing = []


def stand():
    """The one of this run; it goes with the process."""
    if not standing:
        standing.append(Stand())
        atexit.register(standing[0].down)
    standing[0].clear()
    return standing[0]
