# SPDX-License-Identifier: Apache-2.0
"""Probes outside, and audits that use them."""
import json

from . import vulnerable
from .network import STATE, addresses

NAMES = {"probe1": "one", "probe2": "two"}


def start(lab, host, *options):
    """A probe on `host`; the --vantage that leads to it."""
    name = NAMES[host]
    (v4,), (v6,) = addresses(host)
    secrets = lab.folder / f"{host}.tokens"
    token = lab.run(host, "postern", "probe", "--token-file", secrets, "--add-token", "lab").stdout.strip()
    process = lab.start(host, host, "postern", "probe", "--listen", v4, "--listen", v6, "--token-file", secrets, "--name", f"{name}.probes.example", *options)
    lab.wait_for(lambda: "listening" in lab.output(host), 5, f"the probe on {host}")
    lab.pids = getattr(lab, "pids", {}) | {host: process.pid}
    return f"{name}=https://{v4}:8443/#{token}"


def words(lab, *command):
    key = lab.file("consent.key", vulnerable.SECRET + "\n")
    audits = ["--consent-key", key] if command[0] != "egress" else []
    return ["postern", "audit", *command, *audits, "--root-hints", STATE / "root.hints", "--trust-anchor", STATE / "root.key", "--format", "json"]


def audit(lab, host, *command, timeout=90):
    """ID -> sorted tags of all its findings."""
    done = lab.run(host, *words(lab, *command), timeout=timeout)
    return tags(done.stdout) if done.stdout.startswith("{") else {}


def tags(report):
    return {check["id"]: sorted({finding["tag"] for finding in check["findings"]}) for check in json.loads(report)["checks"]}


def differ(seen, **expected):
    """Sentences on what differs; a check is written c4_03."""
    for name, wanted in expected.items():
        identity = name[1:].replace("_", "-")
        if seen.get(identity) != wanted:
            yield f"{identity} gives {seen.get(identity)}, not {wanted}"
