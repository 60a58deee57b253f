# SPDX-License-Identifier: Apache-2.0
"""The DNS of the lab: a signed root, a signed top level `example.`, unsigned other top levels, and the resolvers."""
import pathlib
import subprocess
import tomllib

from . import blocklists, mail, vulnerable
from .network import LAB, STATE, addresses, inside, sh, start, wait_for

SOA = "SOA ns.{zone} hostmaster.{zone} 1 600 600 86400 60"


def zone_text(zone, host, records):
    v4, v6 = addresses(host)
    dot = "" if zone == "." else zone
    lines = [f"$ORIGIN {zone}", "$TTL 300", f"@ {SOA.format(zone=dot or 'root.')}", f"@ NS ns.{dot or 'root.'}"]
    lines += [f"ns.{dot or 'root.'} A {v4[0]}", f"ns.{dot or 'root.'} AAAA {v6[0]}"] if zone != "." else []
    return "\n".join(lines + records) + "\n"


def delegation(zone, name, v4, v6):
    return [f"{zone} NS {name}", f"{name} A {v4}", f"{name} AAAA {v6}"]


def sign(folder, zone, path):
    """Signs in place; returns the DS records for the parent and the key for an anchor."""
    keys = subprocess.run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
    sh("ldns-signzone", "-f", str(path), str(path), str(folder / keys))
    return (folder / f"{keys}.ds").read_text().strip(), (folder / f"{keys}.key").read_text().strip()


def nsd(host, zones):
    folder = STATE / f"nsd-{host}"
    folder.mkdir(exist_ok=True)
    binds = "".join(f"  ip-address: {address}\n" for family in addresses(host) for address in family)
    text = f'server:\n  server-count: 1\n  zonesdir: "{folder}"\n  database: ""\n  pidfile: ""\n  xfrdfile: ""\n  zonelistfile: ""\n  username: ""\n'
    text += f"  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n{binds}remote-control:\n  control-enable: no\n"
    for zone in zones:
        text += f"zone:\n  name: {zone}\n  zonefile: {zone}zone\n"
    (folder / "nsd.conf").write_text(text)
    start(host, f"nsd-{host}", "nsd", "-d", "-c", str(folder / "nsd.conf"))


def write(host, zone, text):
    folder = STATE / f"nsd-{host}"
    folder.mkdir(exist_ok=True)
    path = folder / f"{zone}zone"
    path.write_text(text)
    return folder, path


def auth_zones():
    """Zones of ordinary organisations: signed, badly signed, unsigned, and reverse trees."""
    zones = {}
    for zone in ("signed.example.", "bogus.example.", "plain.example."):
        zones[zone] = ["www A 198.51.100.80", "mail A 203.0.113.25", "@ MX 10 mail", "mail.plain.example.bl A 127.0.0.2"]
    zones["2.0.192.in-addr.arpa."] = ["53 PTR resolver.plain.example."]
    zones["10.in-addr.arpa."] = ["1.0.0 PTR inside.plain.example."]
    zones["8.b.d.0.1.0.0.2.ip6.arpa."] = ["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR six.plain.example."]
    zones["server.test."] = ["www A 198.51.100.81"]
    for zone, entry in tomllib.loads((LAB / "mail.toml").read_text())["zone"].items():
        zones[zone] = list(entry["records"])
    zones["example.com."] += [mail.dkim_record(), f"_postern TXT {vulnerable.consent('example.com')}"]
    zones |= vulnerable.zones()
    for zone in ("exim.example.", "opensmtpd.example."):
        zones[zone].append(f"_postern TXT {vulnerable.consent(zone[:-1])}")
    # Trees that resolvers like to answer by themselves: an entry in each shows whether the server is reached.
    for zone in ("2.0.192.in-addr.arpa.", "10.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa.", "server.test."):
        zones[zone].append("mail.plain.example.bl A 127.0.0.2")
    return zones


def build():
    auth4, auth6 = (family[0] for family in addresses("auth"))
    tld4, tld6 = (family[0] for family in addresses("tld"))
    faulty4, faulty6 = (family[0] for family in addresses("faulty"))
    zones = auth_zones()
    ds = {}
    for zone, records in zones.items():
        folder, path = write("auth", zone, zone_text(zone, "auth", records))
        if zone in ("signed.example.", "bogus.example."):
            ds[zone], _ = sign(folder, zone, path)
    # The bogus zone's records were changed behind the signer's back.
    path = STATE / "nsd-auth" / "bogus.example.zone"
    path.write_text(path.read_text().replace("127.0.0.2", "127.0.0.3"))

    # Top levels: what ends in the same label is delegated there.
    tops = {"example.": [], "test.": [], "arpa.": []}
    for zone in zones:
        tops.setdefault(zone.split(".")[-2] + ".", []).extend(delegation(zone, f"ns.{zone}", auth4, auth6) + ([ds[zone]] if zone in ds else []))
    tops["example."] += delegation("faulty.example.", "ns.faulty.example.", faulty4, faulty6)
    for zone, v4, v6 in blocklists.delegations():
        tops.setdefault(zone.split(".")[-2] + ".", []).extend(delegation(zone, f"ns.{zone}", v4, v6))
    root = [f". NS a.root-servers.lab.example.", "a.root-servers.lab.example. A 192.0.2.1", "a.root-servers.lab.example. AAAA 2001:db8:d::1"]
    for top, records in tops.items():
        folder, path = write("tld", top, zone_text(top, "tld", records))
        root += delegation(top, f"ns.{top}", tld4, tld6)
        if top == "example.":
            root.append(sign(folder, top, path)[0])
    text = "$ORIGIN .\n$TTL 300\n. SOA a.root-servers.lab.example. hostmaster.example. 1 600 600 86400 60\n" + "\n".join(root) + "\n"
    folder, path = write("root", ".", text)
    _, key = sign(folder, ".", path)
    (STATE / "root.key").write_text(key + "\n")
    (STATE / "root.hints").write_text(". 3600000 NS a.root-servers.lab.example.\na.root-servers.lab.example. 3600000 A 192.0.2.1\na.root-servers.lab.example. 3600000 AAAA 2001:db8:d::1\n")
    nsd("root", ["."])
    nsd("tld", tops)
    nsd("auth", zones)
    resolvers()


def resolvers():
    (STATE / "unbound.conf").write_text(f"""server:
  directory: "{STATE}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: 192.0.2.53
  interface: 2001:db8:d::53
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  root-hints: "{STATE}/root.hints"
  trust-anchor-file: "{STATE}/root.key"
  unblock-lan-zones: yes
  qname-minimisation: no
  local-zone: "test." nodefault
  cache-max-negative-ttl: 1
  num-threads: 1
remote-control:
  control-enable: no
""")
    start("resolver", "unbound", "unbound", "-d", "-c", str(STATE / "unbound.conf"))
    start("rewriter", "rewriter", "/usr/bin/python3", str(LAB / "servers" / "rewriter.py"), "192.0.2.54", "192.0.2.53")
    start("faulty", "faulty", "/usr/bin/python3", str(LAB / "servers" / "faulty.py"), "192.0.2.60", "2001:db8:d::60")


def answers(name, server):
    return sh(*inside("site", "drill", "-Q", name, f"@{server}", "A"), quiet=True).stdout.strip()


def wait():
    wait_for(lambda: answers("www.signed.example", "192.0.2.53") == "198.51.100.80", 15, "the DNS")
    wait_for(lambda: "127.0.0" in answers("2.0.0.127.zen.spamhaus.org", "192.0.2.53"), 10, "the blocklists")
    wait_for(lambda: "127.0.0" in answers("2.0.0.127.world.faulty.example", "192.0.2.60"), 5, "the faulty server")
    wait_for(lambda: answers("nothing.plain.example", "192.0.2.54"), 5, "the rewriting resolver")
