# SPDX-License-Identifier: Apache-2.0
"""Namespaces, bridges and veth pairs from topology.toml. Nothing of it is connected to the machine's own network."""
import ipaddress
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import tomllib

LAB = pathlib.Path(__file__).resolve().parent.parent
# Another name (POSTERN_LAB=other) is another lab: several stand beside each other.
NAME = os.environ.get("POSTERN_LAB", "postern")
STATE = pathlib.Path(f"/run/{NAME}-lab")
TOPOLOGY = tomllib.loads((LAB / "topology.toml").read_text())


def need_root():
    if os.geteuid() != 0:
        sys.exit("lab: network namespaces need root; try: sudo " + " ".join(sys.argv))


def sh(*words, quiet=False):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode and not quiet:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done


def ns(host):
    return f"{NAME}-{host}"


def inside(host, *words):
    return ["ip", "netns", "exec", ns(host), *words]


def expand(addresses):
    """"192.0.2.20+3" is that address and the two behind it; IPv6 numbers count in hexadecimal digits as written."""
    for text in addresses:
        first, _, count = text.partition("+")
        for i in range(int(count or 1)):
            yield str(ipaddress.ip_address(first) + i)


def addresses(host):
    entry = TOPOLOGY["host"][host]
    return list(expand(entry["v4"])), list(expand(entry["v6"]))


def batch(host, lines):
    """Many `ip` commands inside one namespace, in one process."""
    subprocess.run(["ip", "-n", ns(host), "-batch", "-"], input="\n".join(lines), text=True, check=True, capture_output=True)


def build():
    sh("ip", "netns", "add", ns("core"))
    batch("core", ["link set lo up"])
    for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        sh(*inside("core", "sysctl", "-qw", f"{key}=1"))
    for name, segment in TOPOLOGY["segment"].items():
        gateways = [next(reversed_hosts(segment[family])) for family in ("v4", "v6")]
        batch("core", [f"link add br-{name} type bridge", f"link set br-{name} up", f"addr add {gateways[0]} dev br-{name}", f"addr add {gateways[1]} dev br-{name} nodad"])
    for index, (name, host) in enumerate(TOPOLOGY["host"].items()):
        build_host(index, name, host)


def reversed_hosts(network):
    """The gateway: the last address but one of an IPv4 network, ::fffe of an IPv6 one, with its prefix length."""
    net = ipaddress.ip_network(network)
    address = net[-2] if net.version == 4 else net.network_address + 0xFFFE
    yield f"{address}/{net.prefixlen}"


def build_host(index, name, host):
    segment = TOPOLOGY["segment"][host["segment"]]
    sh("ip", "netns", "add", ns(name))
    batch("core", [f"link add p{index} type veth peer name eth0 netns {ns(name)}", f"link set p{index} master br-{host['segment']} up"])
    lines = ["link set lo up", "link set eth0 up"]
    for family, net in zip(addresses(name), (segment["v4"], segment["v6"])):
        prefix = ipaddress.ip_network(net).prefixlen
        lines += [f"addr add {address}/{prefix} dev eth0{' nodad' if ':' in address else ''}" for address in family]
        gateway = next(reversed_hosts(net)).split("/")[0]
        lines.append(f"route add default via {gateway}")
    batch(name, lines)
    if "resolver" in host:
        folder = pathlib.Path("/etc/netns") / ns(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "resolv.conf").write_text(f"nameserver {host['resolver']}\n")


def start(host, name, *words):
    """A server inside a host; its pid and output are kept in the state directory."""
    log = open(STATE / f"{name}.log", "w")
    process = subprocess.Popen(inside(host, *words), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (STATE / f"{name}.pid").write_text(str(process.pid))


def running():
    """Whole, with every server alive: what a killed session or a reboot left is no lab."""
    return (STATE / "up").exists() and all(pathlib.Path(f"/proc/{path.read_text()}").exists() for path in STATE.glob("*.pid"))


def down():
    for path in STATE.glob("*.pid"):
        pid = int(path.read_text())
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    listed = sh("ip", "netns", "list").stdout.split()
    for name in listed:
        if name.startswith(NAME + "-"):
            for pid in sh("ip", "netns", "pids", name, quiet=True).stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            sh("ip", "netns", "del", name, quiet=True)
    for host in TOPOLOGY["host"]:
        shutil.rmtree(pathlib.Path("/etc/netns") / ns(host), ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)


def wait_for(test, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not come up within {seconds} s; its output is in {STATE}")
