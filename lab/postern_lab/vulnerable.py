# SPDX-License-Identifier: Apache-2.0
"""Servers with a hole each, honest ones at which an auditor errs, and the far end that sees what was relayed (servers/vulnerable_smtp.py)."""
import hashlib
import sys

from .network import LAB, STATE, addresses, inside, sh, start, wait_for

sys.path.insert(0, str(LAB / "servers"))
from vulnerable_smtp import NAMES  # noqa: E402

SECRET = "the-lab-is-its-own-witness"


def consent(domain):
    """The record by which a domain lets the lab's auditor test it."""
    word = hashlib.sha256(f"postern consent {domain} {SECRET}".encode()).hexdigest()[:32]
    return f'"postern-consent={word}"'


def zones():
    """zone -> records, for dns.py."""
    hosts, _ = addresses("vulnerable")
    far, _ = addresses("far")
    records = []
    for name, address in zip(NAMES, hosts):
        records += [f"{name} MX 10 mail.{name}", f"mail.{name} A {address}", f"_postern.{name} TXT {consent(name + '.vulnerable.example')}"]
    records.append(f"mail.six AAAA {addresses('vulnerable')[1][0]}")
    # A name of one's own that leads to a provider's shared host: proof of control does not help.
    records += ["shared MX 10 aspmx.l.google.com.", f"_postern.shared TXT {consent('shared.vulnerable.example')}"]
    return {"vulnerable.example.": records, "far.example.": ["@ MX 10 mx", f"mx A {far[0]}", f"probe A {far[1]}"]}


def build():
    (STATE / "consent.key").write_text(SECRET + "\n")
    hosts, _ = addresses("vulnerable")
    far, _ = addresses("far")
    start("far", "far-sink", "/usr/bin/python3", str(LAB / "servers" / "sink_smtp.py"), str(STATE / "far"), f"{far[0]}@25")
    start("vulnerable", "vulnerable", "/usr/bin/python3", str(LAB / "servers" / "vulnerable_smtp.py"), hosts[0], addresses("vulnerable")[1][0], str(STATE / "kept"), far[0], str(STATE / "mail.crt"), str(STATE / "mail.key"))
    # What a container's bridge does to the addresses of those who connect.
    gateway = hosts[NAMES.index("gateway")]
    nat = f"table ip container {{ chain in {{ type nat hook input priority 100; ip daddr {gateway} tcp dport 25 snat to 172.31.0.1; }}; }}"
    sh(*inside("vulnerable", "ip", "addr", "add", "172.31.0.1/32", "dev", "lo"))
    sh(*inside("vulnerable", "nft", nat))


def wait():
    hosts, _ = addresses("vulnerable")
    hello = f"import socket; c = socket.create_connection(('{hosts[len(NAMES) - 1]}', 25), 2); print(c.recv(99))"
    wait_for(lambda: "220 mail" in sh(*inside("outside", "/usr/bin/python3", "-c", hello), quiet=True).stdout, 10, "the vulnerable servers")
