# SPDX-License-Identifier: Apache-2.0
"""The trap on the router of the egress site: its firewall leads port 25 there, the daemon runs as nobody."""
import json
import os
import signal
import time

from . import egress
from .network import LAB, inside, ns, sh, wait_for

OFFENDERS = ["/usr/bin/python3", str(LAB / "servers" / "offenders.py")]
PC, SCANNER, PERSON = ("10.0.1.7", "eg-office"), ("10.0.2.7", "eg-guest"), ("10.0.3.30", "eg-files")
TRAP = """[trap]
leases = ["{leases}"]
{more}[serve]
metrics = ""
"""


def mac(host):
    return json.loads(sh("ip", "-n", ns(host), "-j", "link", "show", "eth0").stdout)[0]["address"]


class Trapped:
    """`lab` is the scenario's; the site is that of the egress scenarios."""

    def __init__(self, lab, more="", redirect=True):
        self.lab, self.site = lab, egress.stand()
        leases = lab.file("leases", f"1795512600 {mac(PC[1])} {PC[0]} annas-pc *\n1795512600 {mac(SCANNER[1])} {SCANNER[0]} hall-scanner *\n")
        text = egress.ROUTER.replace('action = "reject"', 'action = "trap"').replace('"tun*"]', '"tun*", "server"]')
        if redirect:
            self.site.hold("eg-router", text)
        self.config = lab.file("postern.toml", text + TRAP.format(leases=leases, more=more))
        lab.data.mkdir()
        for path in (lab.folder, lab.data, leases, self.config):
            os.chown(path, egress.NOBODY, -1)
        self.starts = 0
        self.serve()

    def serve(self):
        """Starts the daemon; its output is `said()`."""
        self.starts += 1
        self.daemon = self.lab.start("eg-router", f"trap{self.starts}", "setpriv", "--reuid", str(egress.NOBODY), "--clear-groups", "--no-new-privs", "--bounding-set=-all", self.lab.postern, "serve", "--role", "trap", "--config", self.config)
        wait_for(lambda: "trap: listening" in self.said(), 5, "the trap")

    def said(self):
        return self.lab.output(f"trap{self.starts}")

    def reload(self, old, new):
        """The configuration with a change, read anew; what the daemon says of it."""
        text = self.config.read_text()
        if old not in text:
            raise AssertionError(f"the configuration does not hold {old!r}")
        self.config.write_text(text.replace(old, new))
        before = len(self.said())
        self.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "reload" in self.said()[before:], 5, "the reload")
        return self.said()[before:]

    def offend(self, host, *words, wait=True):
        if wait:
            return self.lab.run(host, *OFFENDERS, *words)
        return self.lab.start(host, "-".join(words).replace("/", "_"), *OFFENDERS, *words)

    def postern(self, *words, quiet=False):
        return self.lab.run("eg-router", "postern", *words, "--config", self.config, quiet=quiet)

    def events(self, *words):
        return [json.loads(line) for line in self.postern("events", "--format", "jsonl", "--kind", "trap.", *words, quiet=True).stdout.splitlines()]

    def first_event(self, ip, seconds):
        """The first of that address, as soon as it is there, within so many seconds."""
        end = time.monotonic() + seconds
        while not (found := self.events("--ip", ip)) and time.monotonic() < end:
            time.sleep(0.02)
        return found[0] if found else None

    def show(self, ip):
        time.sleep(1.5)
        return json.loads(self.postern("trap", "show", ip, "--format", "json").stdout or "null") or {}
