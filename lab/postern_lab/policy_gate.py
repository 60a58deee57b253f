# SPDX-License-Identifier: Apache-2.0
"""The gate as policy service of the lab's Postfix, which has no milter then."""
import shutil

from . import mail
from .gate import NOBODY, PORT, SINK, SINK_PROGRAM, SUBMISSION, Gate
from .network import STATE, inside, sh, wait_for

CONFIG = """
[serve]
metrics = "127.0.0.1@9925"
[site]
domains = ["example.com"]
[gate]
milter = ""
policy_service = "unix:{socket}"
submission_listeners = ["submission"]
[filter]
{filter}
[ceilings]
{ceilings}
"""


class PolicyGate(Gate):
    """`filter`, `ceilings`: lines of those sections."""

    def __init__(self, lab, filter="", ceilings=""):
        self.lab, self.kept = lab, lab.folder / "sink"
        self.kept.mkdir()
        # The socket's group is that of its folder, so that smtpd may connect: what docs/gate.md recommends.
        self.socket = STATE / "postfix-spool" / "postern" / "policy.sock"
        self.socket.parent.mkdir(exist_ok=True)
        shutil.chown(self.socket.parent, "root", "postfix")
        self.socket.parent.chmod(0o2770)
        lab.on_end(lambda: shutil.rmtree(self.socket.parent))
        self.configure(filter, ceilings)
        lab.start("mail", "sink", "/usr/bin/python3", lab.file("sink.py", SINK_PROGRAM), self.kept, SINK, "127.0.0.1")
        self.start()
        self.postfix()

    def configure(self, filter="", ceilings=""):
        self.config = self.lab.file("postern.toml", CONFIG.format(socket=self.socket, filter=filter, ceilings=ceilings))

    def answers(self):
        """Whether the gate takes connections at its socket."""
        ask = f"import socket; c = socket.socket(socket.AF_UNIX); c.connect({str(self.socket)!r})"
        return sh(*inside("mail", "/usr/bin/python3", "-c", ask), quiet=True).returncode == 0

    def start(self):
        """As its unit runs it with SupplementaryGroups=postfix."""
        self.lab.data.mkdir(exist_ok=True)
        for path in (self.lab.folder, self.config, self.lab.data):
            shutil.chown(path, NOBODY)
        self.process = self.lab.start("mail", "gate", "setpriv", "--reuid", NOBODY, "--regid", "nogroup", "--groups", "postfix", "--no-new-privs", "--bounding-set=-all",
                                      self.lab.postern, "serve", "--role", "gate", "--config", self.config, "--data-dir", self.lab.data)
        wait_for(self.answers, 10, "the gate")

    def postfix(self):
        master = mail.ETC / "postfix" / "master.cf"
        saved = master.read_text()
        asks = "check_policy_service { unix:postern/policy.sock, timeout=10s }"
        common = f"  -o smtpd_milters= -o smtpd_relay_restrictions= -o {{ smtpd_recipient_restrictions = {asks}, permit_mynetworks, reject_unauth_destination, reject_unlisted_recipient }}\n" \
                 f"  -o {{ smtpd_end_of_data_restrictions = {asks} }} -o smtpd_peername_lookup=no -o smtpd_client_connection_count_limit=0\n" \
                 f"  -o cleanup_service_name=gatecleanup -o content_filter=gatesink:[127.0.0.1]:{SINK}\n"
        master.write_text(saved + f"0.0.0.0:{PORT} inet n - n - 60 smtpd\n{common}"
                                  f"127.0.0.1:{SUBMISSION} inet n - n - 60 smtpd\n{common}  -o smtpd_policy_service_policy_context=submission\n"
                                  "gatecleanup unix n - n - 0 cleanup\n  -o non_smtpd_milters=\n"
                                  "gatesink unix - - n - 20 smtp\n  -o smtp_tls_security_level=none -o smtp_dns_support_level=disabled\n")
        self.lab.on_end(lambda: (master.write_text(saved), sh(*inside("mail", "postfix", "reload"), quiet=True)))
        sh(*inside("mail", "postfix", "reload"))
        wait_for(lambda: f":{PORT}" in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "Postfix with the policy service")
