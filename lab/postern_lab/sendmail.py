# SPDX-License-Identifier: Apache-2.0
"""Sendmail with the gate as its milter, in a root of its own beside the lab's Postfix (servers/own_root.py), on two ports of `mail`."""
import base64
import hashlib
import re
import shutil
import socket
import subprocess
import tempfile

from . import others
from .gate import SINK, Gate
from .mail import relaxed
from .network import LAB, inside, sh, wait_for

PORT, MSA = 2528, 2588
PACKAGES = ("sendmail-bin", "sendmail-base", "sendmail-cf", "m4", "libsigsegv2", "libwrap0", "liblockfile1")
USERS = "smmta:6031,smmsp:6032"
BINARY = "/usr/libexec/sendmail/sendmail"
PREPARE = "install -d -o root -g smmta -m 750 /var/spool/mqueue && chmod 755 / /etc /etc/mail /var /var/spool"

# Sendmail itself takes mail for everybody, so that it is the gate that refuses; all of it goes to the sink.
MC = f"""divert(0)dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `mail.example.com')dnl
define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch')dnl
define(`confPID_FILE', `/run/sendmail.pid')dnl
define(`confTO_IDENT', `0')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(`Name=MTA, Addr=0.0.0.0, Port={PORT}')dnl
DAEMON_OPTIONS(`Name=MSA, Addr=127.0.0.1, Port={MSA}')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {SINK}')dnl
INPUT_MAIL_FILTER(`postern', `S=inet:8891@127.0.0.1, F=T, T=C:10s;S:30s;R:30s;E:5m')dnl
MAILER(`smtp')dnl
"""


class SendmailGate(Gate):
    def postfix(self):
        """In place of Postfix: unpacks Sendmail, makes its configuration with its own m4, and starts it."""
        folder = self.lab.state / "unpacked" / "sendmail"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.lab.on_end(lambda: shutil.rmtree(folder))
        for package in PACKAGES:
            sh("dpkg", "-x", str(next(others.PACKAGES.glob(f"{package}_*.deb"))), str(folder))
        mail = folder / "etc" / "mail"
        (mail / "sendmail.mc").write_text(MC)
        (mail / "service.switch").write_text("hosts files dns\naliases files\n")
        (mail / "local-host-names").write_text("mail.example.com\n")
        # Without a name with a dot for this machine it waits a minute for one.
        (folder / "etc" / "hosts").write_text(f"127.0.0.1 localhost\n203.0.113.26 mail.example.com {socket.gethostname()}\n")
        (folder / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        make = "cd /usr/share/sendmail/cf/cf && m4 -D_CF_DIR_=/usr/share/sendmail/cf/ ../m4/cf.m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf"
        self.daemon = self.lab.start("mail", "sendmail", "/usr/bin/python3", str(LAB / "servers" / "own_root.py"), str(folder), str(self.lab.state), USERS,
                                     "/bin/sh", "-c", f"{PREPARE} && {make} && exec {BINARY} -bD -X {self.lab.folder}/session.log")
        wait_for(lambda: f":{PORT}" in sh(*inside("mail", "ss", "-ltnH")).stdout, 60, "Sendmail")

    def sendmail(self, *words):
        """Sendmail in its own root, as its administrator calls it."""
        return self.lab.run("mail", "nsenter", "-t", str(self.daemon.pid), "-m", f"--root=/proc/{self.daemon.pid}/root", "--wdns=/", BINARY, *words).stdout

    def say(self, *dialogue, port=PORT):
        """The last line of each reply in one connection; a line with "\n" in it is a message and ends itself."""
        return self.lab.run("outside", "/usr/bin/python3", "-c", DIALOGUE, str(port), *dialogue).stdout.splitlines()


def signature_holds(message, key):
    """Whether the topmost DKIM-Signature (relaxed/relaxed, RSA) of a message verifies, counted out here (RFC 6376 3.4, 3.7)."""
    head, body = message.split("\r\n\r\n", 1)
    fields = [tuple(field.split(":", 1)) for field in re.split(r"\r\n(?![ \t])", head)]
    signature = next((field for field in fields if field[0].lower() == "dkim-signature"), None)
    if signature is None:
        return False
    tags = dict(re.sub(r"\s", "", tag).split("=", 1) for tag in signature[1].split(";") if "=" in tag)
    body = re.sub(r"(\r\n)+\Z", "\r\n", re.sub(r"[ \t]+\r\n", "\r\n", re.sub(r"[ \t]+", " ", body)))
    digest = base64.b64encode(hashlib.sha256(body.encode("latin-1")).digest()).decode()
    left, hashed = fields[::-1], ""
    for name in tags["h"].lower().split(":"):
        if found := next((field for field in left if field[0].lower() == name), None):
            left.remove(found)
            hashed += relaxed(name, found[1])
    hashed += relaxed("dkim-signature", re.sub(r"([;\s]b=)[^;]*", r"\1", signature[1]))[:-2]
    with tempfile.NamedTemporaryFile() as octets:
        octets.write(base64.b64decode(tags["b"]))
        octets.flush()
        public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], capture_output=True, check=True).stdout
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(public)
            pem.flush()
            done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", pem.name, "-signature", octets.name], input=hashed.encode("latin-1"), capture_output=True)
    return tags["bh"] == digest and done.returncode == 0


DIALOGUE = r"""
import socket, sys
peer = socket.create_connection(("203.0.113.26", int(sys.argv[1])), 30).makefile("rwb")
def reply():
    while (line := peer.readline().decode(errors="replace").rstrip())[3:4] == "-":
        pass
    print(line, flush=True)
reply()
for line in sys.argv[2:]:
    text = line.replace("\n", "\r\n") + ("\r\n.\r\n" if "\n" in line else "\r\n")
    peer.write(text.encode())
    peer.flush()
    reply()
"""
