# SPDX-License-Identifier: Apache-2.0
"""nmap's smtp-open-relay and ours against every mail server of the laboratory; the page of 6-01 holds what comes of it, and is held to it."""
import concurrent.futures
import re
import xml.etree.ElementTree

from postern_lab import probe, stand, vulnerable
from postern_lab.network import LAB, STATE, addresses

title = "nmap's smtp-open-relay and ours agree on each server, and where they differ the page of 6-01 says why"
PAGE = LAB.parent / "docs" / "checks" / "6-01.md"
REAL = {"Postfix": ("203.0.113.26", "example.com"), "Exim": ("203.0.113.27", "exim.example"), "OpenSMTPD": ("203.0.113.28", "opensmtpd.example")}


def servers():
    """name -> address, domain"""
    hosts, _ = addresses("vulnerable")
    return REAL | {name: (host, f"{name}.vulnerable.example") for name, host in zip(vulnerable.NAMES, hosts)}


def by_nmap(lab, address):
    """Sixteen forms at most, one connection, up to RCPT; "none": it gave no verdict."""
    done = lab.run("office", "nmap", "-n", "-Pn", "-p", "25", "--max-retries", "1", "--script", "smtp-open-relay", "--script-timeout", "100s",
                   "--script-args", "smtp-open-relay.domain=far.example,smtp-open-relay.from=antispam,smtp-open-relay.to=probe", "-oX", "-", address, timeout=150, quiet=True)
    said = [script.get("output") for script in xml.etree.ElementTree.fromstring(done.stdout).iter("script")]
    lab.transcript.append(f"nmap on {address}: {said}")
    if found := re.search(r"\((\d+)/16 tests\)", said[0] if said else ""):
        return f"open, {found[1]} of 16"
    return "closed" if said and "doesn't seem to be an open relay" in said[0] else "none"


def audit(lab, domain):
    return probe.words(lab, domain, "--no-host", "--intrusive", "--far-end", "probe@far.example", "--far-mailbox", STATE / "far", "--arrival-time", "5s",
                       "--active-time", "25s", "--list", "zen.spamhaus.org", "--only", "6-01,6-02,6-03,6-04,6-05")


def by_us(lab, domain, command):
    done = lab.run("site", *command, timeout=120, quiet=True)
    tags = {tag for every in probe.tags(done.stdout).values() for tag in every} if done.stdout.startswith("{") else set()
    lab.transcript.append(f"ours on {domain}: {sorted(tags)} {'' if tags else done.stdout[:300] + done.stderr[-300:]}")
    if "RELAY_OPEN" in tags:
        return "open, delivered"
    if tags == {"RELAY_CLOSED"}:
        return "closed"
    return "unknown: " + ", ".join(sorted(tag[6:].lower().replace("_", " ") for tag in tags - {"RELAY_CLOSED"}))


def table():
    """server -> nmap, here, why"""
    rows = re.findall(r"^\| ([\w-]+) \| ((?:open|closed|none)[^|]*) \| ([^|]*) \|([^|]*)\|$", PAGE.read_text(), re.M)
    return {name: (nmap, here, why) for name, nmap, here, why in rows}


def play(lab):
    stand.up()
    expected = table()
    commands = {domain: audit(lab, domain) for _, domain in servers().values()}  # here: each writes the consent key
    with concurrent.futures.ThreadPoolExecutor(5) as crowd:
        # The slow one first: it is what the whole waits for.
        names = sorted(servers(), key=lambda name: name != "tarpit")
        nmap = {name: crowd.submit(by_nmap, lab, servers()[name][0]) for name in names}
        ours = {name: crowd.submit(by_us, lab, servers()[name][1], commands[servers()[name][1]]) for name in names}
        seen = {name: (nmap[name].result(), ours[name].result()) for name in servers()}
    lab.transcript += [f"| {name} | {theirs} | {here} |" for name, (theirs, here) in seen.items()]
    for name in sorted(servers().keys() | expected.keys()):
        theirs, here, _ = expected.get(name, ("", "", ""))
        # What nmap makes of replies in many segments hangs on their timing: the page then names both.
        if name not in seen or seen[name][0] not in theirs.split(" or ") or seen[name][1] != here:
            yield f"{name}: nmap and ours say {seen.get(name)}, the page {expected.get(name)}"
    for name, (theirs, here, why) in expected.items():
        if (theirs.split(",")[0] == here.split(",")[0]) == bool(why.strip()):
            yield f"{name}: the page must say why they differ, and only where they do"
