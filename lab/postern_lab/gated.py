# SPDX-License-Identifier: Apache-2.0
"""The lab's mail server as a site runs it with the gate: Postfix' own services 25 and 587 ask the gate alone, whoever logs in does so
with a password over TLS, and all that leaves the queue ends in the gate's sink."""
import json
import re
import signal
import time

from . import mail
from .gate import SINK, SINK_PROGRAM
from .network import STATE, inside, sh, wait_for

MILTER = "inet:127.0.0.1:8891"
SERVER, PARTNER, OFFICE = "203.0.113.26", "198.51.100.9", "203.0.113.30"
USER = ("test@example.com", "lab-password")

# Sections of the configuration; a scenario changes single keys.
SECTIONS = {
    "serve": {"metrics": ""},
    "site": {"domains": ["example.com"]},
    "dns": {"resolvers": ["127.0.0.1"]},
    "gate": {"milter": "127.0.0.1@8891", "submission_listeners": ["submission"], "relay": "enforce"},
    "malware": {"mode": "enforce", "clamd": f"unix:{STATE}/clamd.sock", "timeout": "5s"},
    "spam": {"mode": "enforce", "rspamd": "127.0.0.1@11333"},
    "filter": {}, "identity": {}, "ceilings": {},
}

# One JSON line a message in, one JSON line a message out: [stage, code, text] of the reply that decided. One connection for `each` messages.
CLIENT = r"""
import json, smtplib, ssl, sys
wish = json.loads(sys.stdin.readline())
def connect():
    client = smtplib.SMTP(wish["server"], wish["port"], wish["helo"], 60, source_address=(wish["source"], 0) if wish["source"] else None)
    client.ehlo()
    if wish["login"]:
        client.starttls(context=ssl._create_unverified_context())
        client.ehlo()
        client.login(*wish["login"])
    return client
def send(client, sender, to, octets):
    stages = [("mail", lambda: client.mail(sender))] + [("rcpt", lambda one=one: client.rcpt(one)) for one in to] + [("data", lambda: client.data(octets))]
    for stage, answer in stages:
        code, text = answer()
        if code >= 400:
            if stage != "data": client.rset()
            break
    return stage, code, text.decode(errors="replace").replace("\n", " ")
client, used = None, 0
for line in sys.stdin:
    one = json.loads(line)
    try:
        if client is None or used == wish["each"]:
            client, used = connect(), 0
        used += 1
        said = send(client, one["sender"], one["to"], one["octets"].encode("latin-1"))
    except (OSError, smtplib.SMTPException) as error:
        client, said = None, ("lost", getattr(error, "smtp_code", 421), str(error))
    print(json.dumps(said), flush=True)
"""


def compose(subject, text="Hello\r\n", sender="bert@plain.example", to=("anna@example.com",), head=""):
    """`head`: further fields, or None for a text that brings its whole header but From, To and Subject."""
    fields = f"From: <{sender}>\r\nTo: {', '.join(f'<{one}>' for one in to)}\r\nSubject: {subject}\r\n"
    fields += f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\nMessage-ID: <{subject}.{time.monotonic_ns()}@plain.example>\r\n"
    return f"{fields}{head}\r\n{text}"


class GatedMail:
    """`sections`: keys of the gate's configuration; `postfix`: settings of main.cf for the time of the scenario."""

    def __init__(self, lab, sections=None, postfix=None):
        self.lab, self.kept = lab, lab.folder / "sink"
        self.kept.mkdir()
        self.config = lab.folder / "postern.toml"
        self.sections = {name: dict(keys) for name, keys in SECTIONS.items()}
        self.write(sections or {})
        lab.start("mail", "sink", "/usr/bin/python3", lab.file("sink.py", SINK_PROGRAM), self.kept, SINK, "127.0.0.1")
        self.process = lab.start("mail", "gate", "postern", "serve", "--role", "gate", "--config", self.config, "--data-dir", lab.data)
        wait_for(lambda: "8891" in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "the gate")
        self.postfix(postfix or {})

    # The gate ------------------------------------------------------------------------------------------------------------------

    def write(self, sections):
        for name, keys in sections.items():
            self.sections[name] |= keys
        text = ""
        for name, keys in self.sections.items():
            text += f"[{name}]\n" + "".join(f"{key} = {value if isinstance(value, Raw) else json.dumps(value)}\n" for key, value in keys.items())
        self.config.write_text(text)

    def change(self, **sections):
        """New settings, in force for new conversations when this returns. Postfix keeps none over from before."""
        before = self.lab.output("gate").count("reload")
        self.write(sections)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.lab.output("gate").count("reload") > before, 10, "the gate's reload")
        if "reload refused" in self.lab.output("gate").splitlines()[-1]:
            raise RuntimeError(self.lab.output("gate").splitlines()[-1])

    def lines(self, word):
        return [line for line in self.lab.output("gate").splitlines() if word in line]

    def events(self, *options, wanted=None, seconds=5):
        """Rows of `postern events`; with `wanted`, waited for until a row satisfies it."""
        end = time.monotonic() + seconds
        while True:
            done = self.lab.run("mail", "postern", "events", "--data-dir", self.lab.data, "--most", "10000", "--format", "jsonl", *options, quiet=True)
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            if wanted is None or any(wanted(row) for row in rows) or time.monotonic() > end:
                return rows
            time.sleep(0.1)

    def event_of(self, said):
        """The event that a reply names; {} if there is none."""
        named = re.search(r"\b(E[0-9A-Z]{9,})\b", said)
        rows = self.events("--id", named[1], wanted=lambda row: True) if named else []
        return rows[0] if rows else {}

    # Postfix -------------------------------------------------------------------------------------------------------------------

    def postfix(self, settings):
        main, master = mail.ETC / "postfix" / "main.cf", mail.ETC / "postfix" / "master.cf"
        saved = main.read_text(), master.read_text()
        sink = f"smtp:[127.0.0.1]:{SINK}"
        wanted = {"smtpd_milters": MILTER, "non_smtpd_milters": MILTER, "local_transport": sink, "default_transport": sink, "relay_transport": sink, "transport_maps": "",
                  "smtp_tls_security_level": "none", "smtp_dns_support_level": "disabled", "smtp_destination_recipient_limit": "1000"} | settings

        def restore():
            main.write_text(saved[0])
            master.write_text(saved[1])
            sh(*inside("mail", "postsuper", "-d", "ALL"), quiet=True)
            sh(*inside("mail", "postfix", "reload"), quiet=True)
        self.lab.on_end(restore)
        kept = [line for line in saved[0].splitlines() if line.split(" ")[0] not in wanted]
        main.write_text("\n".join(kept + [f"{name} = {value}" for name, value in wanted.items() if value is not None]) + "\n")
        master.write_text(saved[1].replace("\n  -o smtpd_sasl_auth_enable=yes", "\n  -o smtpd_sasl_auth_enable=yes\n  -o milter_macro_daemon_name=submission"))
        sh(*inside("mail", "postfix", "reload"))
        wait_for(lambda: "220 mail.example.com" in self.lab.run("site", "/usr/bin/python3", "-c", HELLO, quiet=True).stdout, 20, "Postfix with the gate")

    def held(self):
        """What lies in the hold queue, as Postfix' own record tells: queue id -> text of the message."""
        listed = sh(*inside("mail", "postqueue", "-j"), quiet=True).stdout
        rows = [json.loads(line) for line in listed.splitlines()]
        return {row["queue_id"]: sh(*inside("mail", "postcat", "-qbh", row["queue_id"]), quiet=True).stdout for row in rows if row["queue_name"] == "hold"}

    def empty_queue(self):
        sh(*inside("mail", "postsuper", "-d", "ALL"), quiet=True)

    # Mail ----------------------------------------------------------------------------------------------------------------------

    def send_all(self, messages, host="outside", login=None, helo="", source="", port=0, each=100, timeout=300):
        """[(sender, recipients, octets)] -> ["stage code text"]"""
        wish = {"server": SERVER, "port": port or (587 if login else 25), "login": login, "helo": helo or "client.plain.example", "source": source, "each": each}
        rows = [json.dumps(wish)] + [json.dumps({"sender": sender, "to": list(to), "octets": octets}) for sender, to, octets in messages]
        done = self.lab.run(host, "/usr/bin/python3", self.lab.file("client.py", CLIENT), input="\n".join(rows) + "\n", timeout=timeout, quiet=True)
        said = [" ".join(map(str, json.loads(line))) for line in done.stdout.splitlines()]
        if len(said) != len(messages):
            raise RuntimeError(f"{len(said)} answers for {len(messages)} messages: {done.stderr[-300:]}")
        self.lab.transcript += [f"{host}{' as ' + login[0] if login else ''}: {sender} to {len(to)} recipients: {answer}" for (sender, to, _), answer in zip(messages, said)][:60]
        return said

    def send_in(self, octets, sender="bert@plain.example", to="anna@example.com", **wish):
        """From a stranger outside."""
        return self.send_all([(sender, [to], octets)], **wish)[0]

    def send_out(self, octets, sender=USER[0], to="bert@plain.example", **wish):
        """As the user, from a machine of the office."""
        return self.send_all([(sender, [to], octets)], host="office", login=USER, helo="pc30.example.com", **wish)[0]

    def arrived(self, subject, seconds=8):
        """What the sink has kept under that subject, waited for."""
        wait_until(lambda: self.having(subject), seconds)
        return self.having(subject)

    def having(self, subject):
        return [text for text in (path.read_bytes().decode("latin-1") for path in sorted(self.kept.glob("*.eml"))) if f"Subject: {subject}\r\n" in text]

    def is_held(self, subject, seconds=5):
        return wait_until(lambda: any(f"Subject: {subject}\n" in text for text in self.held().values()), seconds)


class Raw(str):
    """A value of the configuration that is TOML already."""


def wait_until(test, seconds):
    end = time.monotonic() + seconds
    while not (seen := test()) and time.monotonic() < end:
        time.sleep(0.05)
    return seen


HELLO = f"import socket; c = socket.create_connection(('{SERVER}', 25), 2); print(c.recv(99))"
