# SPDX-License-Identifier: Apache-2.0
"""The audit's checks of the mail host's firewall, on what nft itself prints there: without rules, with them, with drift."""
import json
import subprocess

from postern_lab import egress, scenario
from postern_lab.network import inside, sh

title = "the audit judges the mail host's own rules: absent, as generated, drifted"
WANTED = ("2-05", "2-10", "2-11", "2-12", "2-13")


def judged(lab, expected=None):
    """The status of each check, by what is collected in the host and judged from files, for there is no DNS here."""
    files = {"firewall": ("nft", "list", "ruleset"), "firewall.json": ("nft", "-j", "list", "ruleset"),
             "ip_forward": ("cat", "/proc/sys/net/ipv4/ip_forward"), "egress.live": ("nft", "-s", "-t", "list", "table", "inet", "postern")}
    words = []
    for name, command in files.items():
        said = sh(*inside("eg-mail", *command), quiet=True).stdout
        (lab.folder / name).write_text(said or "\n")
        words += ["--import", f"{name}={lab.folder / name}"]
    if expected is not None:
        (lab.folder / "expected").write_text(expected)
        words += ["--import", f"egress.expected={lab.folder / 'expected'}"]
    only = [word for identity in WANTED for word in ("--only", identity)]
    done = subprocess.run(inside("eg-mail", "env", f"POSTERN_DATA_DIR={lab.folder / 'audit'}", scenario.POSTERN, "audit", "example.com", "--no-host", "--no-smtp", "--resolver", "127.0.0.1",
                                 "--timeout", "100ms", *only, *words, "--format", "json"), capture_output=True, text=True, timeout=60)
    if not done.stdout.startswith("{"):
        raise AssertionError(f"no report: {done.stderr}")
    return {check["id"]: check["status"] for check in json.loads(done.stdout)["checks"] if check["id"] in WANTED}


def play(_):
    lab = egress.stand()
    if (seen := judged(lab)) != dict(zip(WANTED, ("fail", "fail", "fail", "skipped", "fail"))):
        yield f"without rules: {seen}"
    lab.hold("eg-mail", egress.HOST)
    expected = sh(*inside("eg-mail", "nft", "-s", "-t", "list", "table", "inet", "postern")).stdout
    if (seen := judged(lab, expected)) != dict.fromkeys(WANTED, "pass"):
        yield f"with rules: {seen}"
    if (seen := judged(lab)["2-12"]) != "fail":
        yield f"without a boot file 2-12 is {seen}"
    lab.nft("eg-mail", "insert rule inet postern output accept")
    seen = judged(lab, expected)
    if (seen["2-12"], seen["2-10"]) != ("fail", "fail"):
        yield f"with an accept in front: {seen}"
