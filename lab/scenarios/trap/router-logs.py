# SPDX-License-Identifier: Apache-2.0
"""No redirect is possible: the router only denies, and its log names the offender, from a file and as syslog over UDP and TCP."""
import datetime
import json
import time

from postern_lab import egress, trapped

title = "offenders are named from the deny logs of nft, OPNsense, MikroTik and Cisco ASA, as files and as syslog over UDP and TCP"
FORMS = {
    "nft": "{iso} gw kernel: trap: IN=lan OUT=wan MAC=00:11:22:33:44:55:{mac}:08:00 SRC={src} DST={dst} LEN=60 TTL=63 PROTO=TCP SPT={port} DPT=25 WINDOW=64240 SYN",
    "opnsense": "<134>1 {iso} gw.example filterlog 4711 - [meta sequenceId=\"1\"] 71,,,02f4,igb1,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,{src},{dst},{port},25,0,S,1,,64240,,mss",
    "mikrotik": "{iso} gw firewall,info trap forward: in:bridge out:ether1, connection-state:new src-mac {mac}, proto TCP (SYN), {src}:{port}->{dst}:25, len 60",
    "asa": "{iso} gw %ASA-4-106023: Deny tcp src inside:{src}/{port} dst outside:{dst}/25 by access-group \"out\" [0x0, 0x0]",
}


def lines(form, source, count, gap):
    """So many attempts at as many servers, so many seconds apart, the last one now; each SYN once more, as logs have them."""
    now = datetime.datetime.now(datetime.timezone.utc)
    for i in range(count):
        at = now - datetime.timedelta(seconds=(count - 1 - i) * gap)
        line = FORMS[form].format(iso=at.strftime("%Y-%m-%dT%H:%M:%S+00:00"), mac="52:54:00:12:34:56", src=source, dst=f"198.51.100.{i % 200 + 1 if count > 10 else 80}", port=40000 + i)
        yield from (line, line)


def play(lab):
    egress.stand()
    for form in FORMS:
        text = "\n".join([*lines(form, "10.0.0.7", 120, 0.2), *lines(form, "10.0.0.8", 6, 60), *lines(form, "10.0.0.25", 50, 0.1), "noise \x1b[31m PROTO=TCP"])
        log = lab.file(f"{form}.log.txt", text + "\n")
        done = lab.run("eg-router", "postern", "trap", "--syslog", log, "--mail-server", "10.0.0.25", "--format", "json")
        found = {row["address"]: row for row in json.loads(done.stdout)["offenders"]}
        if done.returncode != 1 or set(found) != {"10.0.0.7", "10.0.0.8"}:
            yield f"{form}: exit code {done.returncode}, offenders {sorted(found)}"
            continue
        for address, attempts, kind in (("10.0.0.7", 120, "mass-mailer"), ("10.0.0.8", 6, "misconfigured")):
            row = found[address]
            if (row["attempts"], row["judgement"]["kind"]) != (attempts, kind):
                yield f"{form}: {address} has {row['attempts']} attempts and is judged {row['judgement']['kind']}, not {kind}"
        if form in ("nft", "mikrotik") and found["10.0.0.7"]["mac"] != "52:54:00:12:34:56":
            yield f"{form}: the MAC is {found['10.0.0.7']['mac']!r}"
    own = lab.file("kern.log", f"{datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S+00:00')} mail kernel: postern: IN= OUT=eth0 SRC=10.0.3.26 DST=198.51.100.9 LEN=60 PROTO=TCP SPT=40001 DPT=25 SYN UID=33 GID=33\n")
    found = json.loads(lab.run("eg-router", "postern", "trap", "--syslog", own, "--format", "json").stdout)["offenders"]
    if [(row["address"], row["user"]) for row in found] != [("10.0.3.26", "uid 33")]:
        yield f"a machine's own log does not tell the user: {found}"
    yield from live(lab)


# send.py HOW ADDRESS PORT: the lines of standard input as datagrams, as lines of a TCP connection, or counted (RFC 6587) and cut anywhere.
SEND = """
import socket, sys, time
how, address, port = sys.argv[1:]
lines = [line.encode() for line in sys.stdin.read().splitlines()]
if how == "udp":
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for line in lines:
        out.sendto(line, (address, int(port)))
else:
    out = socket.create_connection((address, int(port)), 3)
    octets = b"".join(line + b"\\n" if how == "lines" else str(len(line)).encode() + b" " + line for line in lines)
    for at in range(0, len(octets), 997):
        out.sendall(octets[at:at + 997])
        time.sleep(0.002)
"""


def send(lab, host, how, port, form, source, count=60):
    return lab.run(host, "/usr/bin/python3", "-c", SEND, how, "10.0.1.1", str(port), input="\n".join(lines(form, source, count, 0.2)), quiet=True)


def within(lab, name, text, seconds=4):
    end = time.monotonic() + seconds
    while text not in lab.output(name) and time.monotonic() < end:
        time.sleep(0.02)
    return text in lab.output(name)


def live(lab):
    """The daemon takes a router's datagrams and connections, and believes that router only."""
    lab.data.mkdir()
    config = lab.file("live.toml", "[trap]\nlisten = [\"127.0.0.1@2526\"]\nsyslog = \"10.0.1.1@5514\"\nsyslog_from = [\"10.0.1.7\"]\n[serve]\nmetrics = \"\"\n")
    lab.start("eg-router", "trap", "postern", "serve", "--role", "trap", "--config", config)
    trapped.wait_for(lambda: "for syslog on 10.0.1.1@5514" in lab.output("trap"), 5, "the trap")
    for how, source in (("udp", "10.0.0.7"), ("lines", "10.0.4.7"), ("counted", "10.0.5.7")):
        send(lab, "eg-office", how, 5514, "asa", source)
        send(lab, "eg-guest", how, 5514, "asa", "10.0.0.66")
        if not within(lab, "trap", f"incident: {source} tried port 25, 60 times"):
            yield f"over {how} the daemon says: {lab.output('trap')}"
    yield from by_hand(lab)
    if "10.0.0.66" in lab.output("trap"):
        yield "a stranger was believed"


def by_hand(lab):
    command = lab.start("eg-router", "by-hand", "postern", "trap", "--syslog", "10.0.1.1@5515", "--from", "10.0.1.7")
    time.sleep(0.5)
    for how, form, source in (("udp", "nft", "10.0.0.8"), ("lines", "opnsense", "10.0.1.8"), ("counted", "mikrotik", "10.0.2.8")):
        send(lab, "eg-office", how, 5515, form, source)
        if not within(lab, "by-hand", f"incident: {source} "):
            yield f"over {how} the command says: {lab.output('by-hand')}"
    send(lab, "eg-guest", "lines", 5515, "asa", "10.0.0.66")
    # More connections than a door has room for from one address: the next are let go, and those that stand are heard.
    idle = lab.start("eg-office", "idle", "/usr/bin/python3", "-c", "import socket,time; all = [socket.create_connection(('10.0.1.1', 5515), 3) for _ in range(40)]; print('open', flush=True); time.sleep(20)")
    within(lab, "idle", "open")
    lab.stop(idle)
    send(lab, "eg-office", "counted", 5515, "asa", "10.0.3.8")
    if not within(lab, "by-hand", "incident: 10.0.3.8"):
        yield f"after idle connections the command says: {lab.output('by-hand')}"
    if lab.stop(command) != 0 or "10.0.0.66" in lab.output("by-hand"):
        yield f"at its end the command said {lab.output('by-hand')}"
