# SPDX-License-Identifier: Apache-2.0
"""The gate as Sendmail's milter: what Postfix's scenario proves, and where Sendmail differs: quarantine, macros, several messages."""
import concurrent.futures
import json
import re
import time

from postern_lab.gate import EICAR
from postern_lab.mail import KEY
from postern_lab.sendmail import MSA, PORT, SendmailGate, signature_holds

title = "behind Sendmail, clean mail is untouched, viruses are refused, holds lie in its quarantine, signatures hold, and without the gate it defers"

BODY = "First line\r\n..two dots\r\n\r\n  trailing blanks  \r\n" + "x" * 900 + "\r\n=C3=A4\r\nlast\r\n"
DANGER = "This is a program.\r\n--b\r\nContent-Type: application/octet-stream; name=\"invoice.exe\"\r\nContent-Disposition: attachment; filename=\"invoice.exe\"\r\n\r\nMZ\r\n--b--\r\n"
MULTIPART = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
MASQUERADE = 'rspamd = ""\n[identity]\nmasquerade = ["example.com"]'


def play(lab):
    key = lab.file("dkim.pem", KEY.read_text())  # the gate's own, which it may read
    gate = SendmailGate(lab, gate=f'sign = [{{ domain = "example.com", selector = "lab", key = "{key}" }}]', malware=f'clamd = "unix:{lab.state}/clamd.sock"\ntimeout = "3s"\nattachments = "hold"', spam=MASQUERADE)
    yield from passing(lab, gate)
    yield from leaving(gate)
    yield from quarantine(gate)
    yield from one_connection(gate)
    yield from gone(gate)
    yield from killed(lab, gate)


def passing(lab, gate):
    for subject, body in (("clean", BODY), ("large", BODY * 1_000)):  # the large one in many frames
        if not (said := gate.send(body, subject=subject, port=PORT)).startswith("data 250"):
            yield f"a {subject} message got {said}"
        kept = gate.arrived(subject, 20)
        if len(kept) != 1 or not kept[0].endswith("\r\n\r\n" + body):
            yield f"the {subject} message arrived {len(kept)} times, or changed"
    if not re.match(r"data 554 5\.7\.1 .*m1\.virus\.found E\w+", said := gate.send(EICAR + "\r\n", subject="virus", port=PORT)):
        yield f"a virus from outside got {said}"
    if not re.match(r"rcpt 554 5\.7\.1 .*m6\.relay\.denied E\w+", said := gate.send(to="victim@elsewhere.example", subject="relay", port=PORT)):
        yield f"relaying got {said}"
    said = gate.send(EICAR + "\r\n", subject="virus-out", sender="anna@example.com", to="bert@plain.example", host="mail", port=MSA)
    told = lab.run("mail", "postern", "events", "--data-dir", lab.data, "--format", "jsonl").stdout.splitlines()
    rows = [json.loads(line) for line in told if line.startswith("{")]
    if not said.startswith("data 554") or not any(row["kind"] == "gate.incident" and row["ip"] == "127.0.0.1" for row in rows):
        yield f"a virus from inside got {said} and is no incident"
    if gate.having("virus") or gate.having("virus-out") or gate.having("relay"):
        yield "what was refused arrived"


def leaving(gate):
    """Masqueraded and signed, and Sendmail changes nothing of it afterwards."""
    gate.send(sender="anna@pc7.example.com", to="bert@plain.example", subject="seen", host="mail", port=MSA)
    gate.confirm_masquerade()
    if not (said := gate.send(sender="anna@pc7.example.com", to="bert@plain.example", subject="out", host="mail", port=MSA)).startswith("data 250"):
        yield f"a message that leaves got {said}"
    for message in (kept := gate.arrived("out")):
        if "MAIL From:<anna@example.com>" not in message or "\r\nFrom: <anna@example.com>\r\n" not in message:
            yield f"it is not masqueraded: {message[:600]}"
        if not signature_holds(message.split("\r\n\r\n", 1)[1], KEY):
            yield f"its signature does not hold: {message}"
    if len(kept) != 1:
        yield f"what leaves arrived {len(kept)} times"


def quarantine(gate):
    if not (said := gate.send("--b\r\nContent-Type: text/plain\r\n\r\n" + DANGER, subject="danger", headers=MULTIPART, port=PORT)).startswith("data 250"):
        yield f"a message that is held got {said}"
    listed = gate.sendmail("-bp", "-qQ")
    number = re.search(r"^(\w{14})\S*\s", listed, re.M)
    if not number or "QUARANTINE" not in listed or "ends in .exe" not in listed or gate.having("danger"):
        yield f"mailq -qQ shows: {listed}"
        return
    if number[1] in (normal := gate.sendmail("-bp")):
        yield f"mailq shows what is held as if it were to be sent: {normal}"
    gate.sendmail("-Q", "-qQ", f"-qI{number[1]}")
    gate.sendmail(f"-qI{number[1]}")
    kept = gate.arrived("danger", 20)
    if len(kept) != 1 or not re.search(r"\r\nX-Postern-Tag: m1\.attachment\S* E\w+\r\n", kept[0]):
        yield f"what was released arrived {len(kept)} times, or without its tag: {gate.sendmail('-bp', '-qQ')}{kept[:1]}"


def one_connection(gate):
    """A message, one that is broken off by RSET, one to a recipient that is refused, a virus, and a message again."""
    begin = ("MAIL FROM:<bert@plain.example>", "RCPT TO:<anna@example.com>")
    said = gate.say("EHLO client.plain.example", *begin, "DATA", "Subject: turn-1\n\nfirst\n", *begin, "RSET",
                    begin[0], "RCPT TO:<victim@elsewhere.example>", begin[1], "DATA", "Subject: turn-2\n\nsecond\n",
                    *begin, "DATA", f"Subject: turn-3\n\n{EICAR}\n", *begin, "DATA", "Subject: turn-4\n\nfourth\n", "QUIT")
    codes = [line[:3] for line in said]
    wanted = "220 250 250 250 354 250 250 250 250 250 554 250 354 250 250 250 354 554 250 250 354 250 221".split()
    if codes != wanted:
        yield f"several messages in one connection got {said}"
    for turn, copies in ((1, 1), (2, 1), (4, 1)):
        if len(gate.arrived(f"turn-{turn}")) != copies:
            yield f"message {turn} of one connection arrived {len(gate.having(f'turn-{turn}'))} times"
    if gate.having("turn-3") or "elsewhere" in "".join(gate.having("turn-2")):
        yield "what was refused in the middle of a connection arrived"


def gone(gate):
    gate.kill()
    if not re.match(r"(mail|rcpt) 4\d\d ", said := gate.send(subject="gone", port=PORT)):
        yield f"without the gate a client got {said}"
    gate.start()
    if not (said := gate.send(subject="back", port=PORT)).startswith("data 250") or len(gate.arrived("back")) != 1:
        yield f"with the gate back a client got {said}"
    if gate.having("gone"):
        yield "a message passed without the gate"


def killed(lab, gate):
    """While clamd keeps it waiting at the end of a message."""
    path = lab.folder / "silent.sock"
    lab.start("mail", "silent", "/usr/bin/python3", "-c", f"import socket, time; s = socket.socket(socket.AF_UNIX); s.bind({str(path)!r}); s.listen(50); time.sleep(600)")
    lab.wait_for(path.exists, 5, "the silent scanner")
    gate.config.write_text(gate.config.read_text().replace(f"unix:{lab.state}/clamd.sock", f"unix:{path}").replace('timeout = "3s"', 'timeout = "60s"'))
    gate.process.send_signal(1)
    time.sleep(0.5)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sending = pool.submit(gate.send, subject="killed", port=PORT)
        time.sleep(3)
        gate.kill()
        if not re.match(r"data 4\d\d ", said := sending.result()):
            yield f"a message under way as the gate was killed got {said}"
    if gate.having("killed"):
        yield "a message passed without a verdict"
