# SPDX-License-Identifier: Apache-2.0
"""The first day: nothing is shut, and whoever would be is named; then exceptions, submission, a refused mistake, and a removal that is looked at first."""
import datetime
import json

from postern_lab import egress
from postern_lab.network import inside, sh

title = "action log shuts nobody and names who would be; exceptions hold until their day; what would lock out the mail server is refused; remove can be tried"
LOG = egress.ROUTER.replace('"reject"', '"log"')


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=days)).isoformat()


def excepted(until):
    return egress.ROUTER + f'exceptions = [{{ from = "10.0.2.7", to = "{egress.SINK[0]}", reason = "scanner until it is replaced", until = "{until}" }}]\n'


def play(_):
    lab = egress.stand()
    lab.hold("eg-router", LOG)
    for host in ("eg-office", "eg-vpn"):
        if (seen := lab.attempt(host, 0, [25])) != {"connected"}:
            yield f"action log, and {host} is {seen}"
    lab.attempt("eg-mail", egress.MTA, [25])
    live = json.loads(lab.firewall("eg-router", "show", "--live", "--format", "json").stdout)
    hits = {hit["who"] for hit in live["hits"]}
    if not {"10.0.1.7", "2001:db8:5:1::7", "10.0.4.7"} <= hits or {"10.0.3.25", "2001:db8:5:3::25"} & hits:
        yield f"who would have been shut out: {hits}"
    if live["counters"]["forward_would"] < 4 or live["counters"]["forward_denied"]:
        yield f"counters: {live['counters']}"
    report = json.loads(lab.firewall("eg-router", "verify", "--format", "json").stdout)
    if report["problems"] or not any("Nothing is shut yet" in note for note in report["notes"]):
        yield f"verify says {report}"
    yield from exceptions(lab)
    yield from submission(lab)
    yield from mistakes(lab)
    yield from removal(lab)


def exceptions(lab):
    lab.hold("eg-router", excepted(day(30)))
    seen = lab.attempts("eg-guest", 0, [f"{address}@25" for address in egress.SINK])
    if seen != {f"{egress.SINK[0]}@25": "connected", f"{egress.SINK[1]}@25": "refused"}:
        yield f"the exception for one destination: {seen}"
    lab.configure("eg-router", excepted(day(-1)))
    said = lab.firewall("eg-router", "apply", "--confirm-within", "20s").stderr
    if "ended on" not in said or lab.attempt("eg-guest", 0, [25]) != {"refused"}:
        yield f"an exception that is over: {said}"
    for until, code in ((day(500), "egress.exception_endless"), ("2099-01-01", "egress.exception_endless")):
        lab.configure("eg-router", excepted(until))
        if code not in (said := lab.firewall("eg-router", "apply", code=2).stderr):
            yield f"an exception until {until}: {said}"


def submission(lab):
    lab.hold("eg-router", egress.ROUTER + f'submission = "servers"\nsubmission_servers = ["{egress.SINK[0]}"]\n')
    seen = lab.attempts("eg-office", 0, [f"{address}@{port}" for address in egress.SINK for port in (465, 587)])
    if set(seen.values()) != {"connected", "refused"} or any((outcome == "connected") != target.startswith(egress.SINK[0]) for target, outcome in seen.items()):
        yield f"submission to a named server only: {seen}"
    lab.hold("eg-router", egress.ROUTER + 'submission = "shut"\n')
    if (seen := lab.attempt("eg-office", 0, [465, 587])) != {"refused"}:
        yield f"submission shut: {seen}"


def mistakes(lab):
    """Each would have stopped the mail, and none is loaded."""
    lab.hold("eg-router", egress.ROUTER)
    for what, text, code in (("the mail server behind another interface", egress.ROUTER.replace('mail_interfaces = ["server"]', 'mail_interfaces = ["office"]'), "egress.mail_server_elsewhere"),
                             ("nobody who may send", egress.ROUTER.replace('mail_servers = ["10.0.3.25", "2001:db8:5:3::25"]', ""), "egress.no_mail_server"),
                             ("the router's own public address", egress.ROUTER.replace('"10.0.3.25", ', '"198.51.100.1", '), "egress.mail_server_behind_nat"),
                             ("a port that is none of mail's", egress.ROUTER + 'ports = ["25", "22"]\n', "egress.not_a_mail_port")):
        lab.configure("eg-router", text)
        done = lab.firewall("eg-router", "apply", code=None)
        if done.returncode != 2 or code not in done.stderr:
            yield f"{what}: exit code {done.returncode}, {done.stdout}{done.stderr}"
    if lab.attempt("eg-mail", egress.MTA, [25]) != {"connected"}:
        yield "a refused mistake was loaded"


def removal(lab):
    lab.hold("eg-router", egress.ROUTER)
    said = lab.firewall("eg-router", "remove", "--dry-run").stdout
    if "table inet postern would go" not in said or "egress.nft would go" not in said or lab.attempt("eg-office", 0, [25]) != {"refused"}:
        yield f"remove --dry-run: {said}"
    # The way to look whether the rules are to blame: open for two seconds, and shut again by the kernel.
    lab.configure("eg-router", LOG)
    lab.firewall("eg-router", "apply", "--confirm-within", "2s")
    if (seen := lab.attempt("eg-office", 0, [25])) != {"connected"}:
        yield f"action log on trial: {seen}"
    egress.wait_for(lambda: lab.attempt("eg-office", 0, [25]) == {"refused"}, 6, "the rules behind the trial")
    lab.firewall("eg-router", "remove")
    if "inet postern" in sh(*inside("eg-router", "nft", "list", "tables")).stdout or list((lab.folder / "eg-router-root").rglob("*egress*")):
        yield "remove left something behind"
    if "nothing of ours" not in (said := lab.firewall("eg-router", "remove", "--dry-run").stdout):
        yield f"after the removal: {said}"
