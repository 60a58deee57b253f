# SPDX-License-Identifier: Apache-2.0
"""The day after: the audit fails while an infected machine is on record, and an operator's time leads to a machine by the trap's record or a router's log."""
import datetime
import json

from postern_lab import trapped

title = "the audit's 2-14 fails for an infected machine and warns of a scanner; case evidence names machines by trap and deny logs"
DENIED = "{iso} gw kernel: mail-out: IN=guest OUT=wan MAC=02:00:00:00:00:01:02:00:00:00:00:09:08:00 SRC=10.0.2.9 DST=198.51.100.30 LEN=60 TTL=63 PROTO=TCP SPT=50123 DPT=25 SYN\n"
HOUR = datetime.timedelta(hours=1)


def iso(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def judged(trap):
    done = trap.postern("audit", "example.com", "--no-smtp", "--resolver", "127.0.0.1", "--timeout", "100ms", "--list", "zen.spamhaus.org", "--only", "2-14", "--format", "json")
    check = next(check for check in json.loads(done.stdout)["checks"] if check["id"] == "2-14")
    return check["status"], sorted(finding["tag"] for finding in check["findings"]), " ".join(finding["sentence"] for finding in check["findings"]), done.returncode


def play(lab):
    trap = trapped.Trapped(lab)
    if (seen := judged(trap))[:2] != ("pass", ["TRAP_QUIET"]):
        yield f"before anything happened 2-14 is {seen}"
    trap.offend(trapped.SCANNER[1], "scanner", "2")
    trap.show(trapped.SCANNER[0])
    if (seen := judged(trap))[:2] != ("warning", ["TRAP_NOTICED"]) or "hall-scanner" not in seen[2]:
        yield f"with a scanner on record 2-14 is {seen}"
    trap.offend(trapped.PC[1], "mailer", "100")
    trap.show(trapped.PC[0])
    seen = judged(trap)
    if (seen[0], seen[1], seen[3]) != ("fail", ["TRAP_INFECTED", "TRAP_NOTICED"], 1):
        yield f"with an infected machine on record 2-14 is {seen}"
    for text in (trapped.PC[0], "annas-pc", trapped.mac(trapped.PC[1]), "HELO host-"):
        if text not in seen[2]:
            yield f"the finding does not hold {text!r}: {seen[2]}"
    yield from evidence(lab, trap)


def evidence(lab, trap):
    now = datetime.datetime.now(datetime.timezone.utc)
    done = trap.postern("case", "evidence", "--at", iso(now))
    for text in (f"trapped {trapped.PC[0]} (annas-pc, {trapped.mac(trapped.PC[1])}): 100 attempts", f"trapped {trapped.SCANNER[0]} (hall-scanner, {trapped.mac(trapped.SCANNER[1])}): 2 attempts", "none of which came out"):
        if done.returncode or text not in done.stdout:
            yield f"the trap's record does not say {text!r}: {done.stdout}{done.stderr}"
    done = trap.postern("case", "evidence", "--at", iso(now - 3 * HOUR))
    if done.returncode != 3 or "the log of the firewall or NAT router of that time is missing" not in done.stdout:
        yield f"three hours before, nobody is on record: exit code {done.returncode}, {done.stdout}{done.stderr}"
    log = lab.file("router.log", DENIED.format(iso=(now - 3 * HOUR).strftime("%Y-%m-%dT%H:%M:%S+00:00")))
    done = trap.postern("case", "evidence", "--at", iso(now - 3 * HOUR), "--firewall-log", log)
    if done.returncode or "machine 10.0.2.9 (02:00:00:00:00:09): 1 connections to port 25, the first to 198.51.100.30" not in done.stdout:
        yield f"the router's deny log names: exit code {done.returncode}, {done.stdout}{done.stderr}"
    done = trap.postern("case", "evidence", "--at", iso(now), "--firewall-log", log, "--format", "json")
    found = json.loads(done.stdout)
    if (found["machines"], [trapped.PC[0] in one["addresses"] or trapped.SCANNER[0] in one["addresses"] for one in found["trapped"]]) != ([], [True, True]):
        yield f"as JSON: {found}"
