# SPDX-License-Identifier: Apache-2.0
"""The gate in front of the lab's Postfix: another smtpd of it with the gate as its milter, and a sink behind that keeps what arrives."""
import json
import pathlib
import shutil
import signal
import socket
import time

from . import mail
from .network import STATE, inside, sh, wait_for

PORT, SINK, SUBMISSION = 2526, 2627, 2587
EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

NOBODY = "nobody"
CONFINED = ["setpriv", "--reuid", NOBODY, "--regid", "nogroup", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]

SINK_PROGRAM = r"""
import asyncio, itertools, os, sys
folder, port, address = sys.argv[1], int(sys.argv[2]), sys.argv[3]
numbers = itertools.count(1)
async def serve(reader, writer):
    async def say(text):
        writer.write(text.encode() + b"\r\n"); await writer.drain()
    await say("220 sink.example ESMTP")
    envelope = []
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            await say("354 go")
            body = []
            while (line := await reader.readline()) not in (b".\r\n", b""):
                body.append(line[1:] if line.startswith(b".") else line)
            if not line: break
            name = f"{os.getpid()}.{next(numbers):06}.eml"
            with open(f"{folder}/.{name}", "wb") as out: out.write(b"".join(envelope) + b"\r\n" + b"".join(body))
            os.rename(f"{folder}/.{name}", f"{folder}/{name}")
            envelope = []
            await say("250 2.0.0 kept")
        elif verb == b"QUIT":
            await say("221 bye"); break
        elif verb == b"EHLO":  # without these Postfix would convert what it sends
            await say("250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8")
        else:
            if verb in (b"MAIL", b"RCPT"): envelope.append(line)
            await say("250 2.0.0 yes")
    writer.close()
async def main():
    async with await asyncio.start_server(serve, address, port) as server: await server.serve_forever()
asyncio.run(main())
"""

CONFIG = """
[serve]
metrics = "{metrics}"
[site]
domains = {domains}
[gate]
milter = "127.0.0.1@8891"
submission_listeners = ["submission", "MSA"]
{gate}
[malware]
mode = "enforce"
{malware}
[spam]
{spam}
"""


class Gate:
    """`gate`, `malware`, `spam`: further lines of those sections; `postfix`: settings of the services that speak with the gate."""

    def __init__(self, lab, gate="", malware=f'clamd = "unix:{STATE}/clamd.sock"\ntimeout = "3s"', spam='rspamd = ""', domains='["example.com"]', metrics="", postfix=None):
        self.lab, self.settings, self.kept = lab, postfix or {}, lab.folder / "sink"
        self.kept.mkdir()
        self.config = lab.file("postern.toml", CONFIG.format(domains=domains, gate=gate, malware=malware, spam=spam, metrics=metrics))
        lab.start("mail", "sink", "/usr/bin/python3", lab.file("sink.py", SINK_PROGRAM), self.kept, SINK, "127.0.0.1")
        self.start()
        self.postfix()

    def start(self, name="gate", wait=True):
        """As a user without rights, as its unit runs it; `name` is that of its log."""
        self.lab.data.mkdir(exist_ok=True)
        for path in (self.lab.folder, *self.lab.folder.rglob("*")):
            if path.parent != self.kept:
                shutil.chown(path, NOBODY)
        self.process = self.lab.start("mail", name, *CONFINED, self.lab.postern, "serve", "--role", "gate", "--config", self.config, "--data-dir", self.lab.data)
        if wait:
            wait_for(lambda: "8891" in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "the gate")

    def kill(self):
        """As the kernel would: the program inside the namespace, at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def postfix(self):
        master = mail.ETC / "postfix" / "master.cf"
        saved = master.read_text()
        common = "  -o smtpd_milters=inet:127.0.0.1:8891 -o milter_default_action=tempfail -o smtpd_end_of_data_restrictions= -o smtpd_peername_lookup=no\n" \
                 "  -o cleanup_service_name=gatecleanup -o smtpd_client_connection_count_limit=0 -o content_filter=gatesink:[127.0.0.1]:%d\n" % SINK
        more = "".join(f"  -o {name}={value}\n" for name, value in self.settings.items())
        common += more
        master.write_text(saved + f"0.0.0.0:{PORT} inet n - n - 60 smtpd\n{common}  -o local_recipient_maps= -o milter_macro_daemon_name=smtp\n"
                                  f"127.0.0.1:{SUBMISSION} inet n - n - 60 smtpd\n{common}  -o local_recipient_maps= -o milter_macro_daemon_name=submission\n"
                                  "  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=no\n"
                                  f"gatecleanup unix n - n - 0 cleanup\n{more}"
                                  "gatesink unix - - n - 20 smtp\n  -o smtp_tls_security_level=none -o smtp_dns_support_level=disabled\n")
        self.lab.on_end(lambda: (master.write_text(saved), sh(*inside("mail", "postfix", "reload"), quiet=True)))
        sh(*inside("mail", "postfix", "reload"))
        wait_for(lambda: f":{PORT}" in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "Postfix with the gate")

    def reload(self, *changes):
        """SIGHUP, with the configuration's text changed by (old, new) pairs, and the gate's word for it: "reloaded" or "reload refused"."""
        text = self.config.read_text()
        for old, new in changes:
            text = text.replace(old, new)
        self.config.write_text(text)
        said = self.lab.output("gate").count("reload")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.lab.output("gate").count("reload") > said, 5, "the reload")

    def masquerade(self, *words):
        return self.lab.run("mail", "postern", "masquerade", *words, "--config", self.config, "--data-dir", self.lab.data, quiet=True)

    def confirm_masquerade(self):
        """What the preview shows, once it shows something. A gate that runs knows it within a second."""
        wait_for(lambda: json.loads(self.masquerade("--preview", "--format", "json").stdout)["digest"], 5, "the masquerade's preview")
        digest = json.loads(self.masquerade("--preview", "--format", "json").stdout)["digest"]
        if (done := self.masquerade("--confirm", digest)).returncode:
            raise RuntimeError(f"the masquerade is not confirmed: {done.stderr}")
        time.sleep(1.5)

    def submit(self, sender, subject, author=None, body="Hello\r\n", headers="", login="test@example.com"):
        """From inside, with a login unless it is None; `author` stands in From."""
        return self.send(body, sender, "bert@plain.example", subject, "mail", SUBMISSION, headers, author, login)

    def send(self, body="Hello\r\n", sender="bert@plain.example", to="anna@example.com", subject="lab", host="outside", port=PORT, headers="", author=None, login=None):
        """The reply that decided, as (code, text, stage)."""
        program = self.lab.file("client.py", CLIENT)
        message = f"From: <{author or sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 09:30:00 +0000\r\nMessage-ID: <{subject}.{time.monotonic_ns()}@plain.example>\r\n{headers}\r\n{body}"
        target = "127.0.0.1" if host == "mail" else "203.0.113.26"
        done = self.lab.run(host, "/usr/bin/python3", program, target, port, sender, to, login or "", input=message)
        return done.stdout.strip()

    def arrived(self, subject, seconds=6):
        """What the sink has kept under that subject, waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.having(subject):
            time.sleep(0.05)
        return self.having(subject)

    def having(self, subject):
        return [text for text in (path.read_bytes().decode("latin-1") for path in sorted(self.kept.glob("*.eml"))) if f"Subject: {subject}\r\n" in text]


CLIENT = r"""
import smtplib, sys
host, port, sender, to, login = sys.argv[1:6]
message = sys.stdin.buffer.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
try:
    client = smtplib.SMTP(host, int(port), "client.plain.example", 30)
    client.ehlo()
    if login: client.login(login, "lab-password")
    for stage, answer in (("mail", lambda: client.mail(sender)), ("rcpt", lambda: client.rcpt(to)), ("data", lambda: client.data(message))):
        code, text = answer()
        if code >= 400: break
    print(stage, code, text.decode(errors="replace").replace("\n", " "))
    client.close()
except (OSError, smtplib.SMTPException) as error:
    print("lost 421", error)
"""
