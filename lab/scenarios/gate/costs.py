# SPDX-License-Identifier: Apache-2.0
"""What the gate costs beside libmilter's do-nothing filter and OpenDKIM, behind the same Postfix, in one interleaved run.

CPU is that of Postfix and of the filter together, less that of Postfix alone; children that ended count. POSTERN_COSTS=1000 sends
that many messages a round and prints the table."""
import os
import pathlib
import statistics
import time

from postern_lab import mail
from postern_lab.network import LAB, STATE, inside, sh, wait_for

title = "the gate adds at most 3/4 of the CPU of a filter that does nothing, signing at most half of OpenDKIM's, and no stall over TCP"
MESSAGES = int(os.environ.get("POSTERN_COSTS", "250"))
ROUNDS, PARALLEL, TICK = 3, 10, os.sysconf("SC_CLK_TCK")

GATE = """
[serve]
metrics = ""
[site]
domains = ["example.com"]
[gate]
milter = "{milter}"
senders = ["127.0.0.1"]
{sign}
[malware]
mode = "enforce"
"""

OPENDKIM = """Socket local:{folder}/opendkim.sock
Mode s
Domain example.com
Selector lab
KeyFile {folder}/costs.pem
SignatureAlgorithm rsa-sha256
Canonicalization relaxed/relaxed
InternalHosts 127.0.0.1
RequireSafeKeys no
Syslog no
UMask 000
"""

CLIENT = r"""
import smtplib, sys, threading, time
port, messages, threads, kept = map(int, sys.argv[1:])
body = "".join(f"line {i:04} of an ordinary message whose text is of no use to anybody\r\n" for i in range(145))
text = "From: <anna@example.com>\r\nTo: <bert@example.com>\r\nSubject: costs\r\nDate: Tue, 24 Nov 2026 09:30:00 +0000\r\nMessage-ID: <%d.%d@example.com>\r\n\r\n" + body
times, faults = [], []
def send(thread):
    try:
        client = None
        for number in range(messages // threads):
            begun = time.monotonic()
            if not client: client = smtplib.SMTP("127.0.0.1", port, "client.example.com", 30)
            client.sendmail("anna@example.com", ["bert@example.com"], text % (thread, number))
            if not kept: client.close(); client = None
            times.append(time.monotonic() - begun)
    except Exception as error: faults.append(str(error))
workers = [threading.Thread(target=send, args=(i,)) for i in range(threads)]
[w.start() for w in workers]; [w.join() for w in workers]
if faults: sys.exit(faults[0])
times.sort()
print(len(times), times[len(times) // 10] * 1000)
"""


def ticks(root):
    """CPU ticks of a process, all below it, and all of theirs that ended."""
    children, total = {}, 0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append((int(folder.name), sum(map(int, fields[11:15]))))
        if int(folder.name) == root:
            total += sum(map(int, fields[11:15]))
    below = list(children.get(root, []))
    while below:
        pid, used = below.pop()
        total += used
        below += children.get(pid, [])
    return total


class Elements:
    """Ports of one Postfix, each with another filter behind it."""

    def __init__(self, lab):
        self.lab, self.filters, self.services = lab, {}, []
        # Postfix's user reaches the sockets; nothing in the folder is a secret.
        lab.folder.chmod(0o755)
        sh("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(lab.folder / "costs.pem"))
        sh("clang-19", "-O2", "-o", str(lab.folder / "milter_noop"), str(LAB / "servers/milter_noop.c"), "-lmilter", "-lpthread")
        self.add("none", None, "")
        self.add("noop", lab.start("mail", "noop", lab.folder / "milter_noop", f"local:{lab.folder}/noop.sock"), f"unix:{lab.folder}/noop.sock")
        self.gate("postern", f"unix:{lab.folder}/postern.sock")
        self.gate("postern_tcp", "127.0.0.1@8895")
        lab.file("opendkim.conf", OPENDKIM.format(folder=lab.folder))
        self.add("opendkim", lab.start("mail", "opendkim", "opendkim", "-f", "-x", lab.folder / "opendkim.conf"), f"unix:{lab.folder}/opendkim.sock")
        self.gate("postern_signs", f"unix:{lab.folder}/signs.sock", f'sign = [{{ domain = "example.com", selector = "lab", key = "{lab.folder}/costs.pem" }}]')
        self.postfix()

    def gate(self, name, milter, sign=""):
        config = self.lab.file(f"{name}.toml", GATE.format(milter=milter, sign=sign))
        process = self.lab.start("mail", name, "postern", "serve", "--role", "gate", "--config", config, "--data-dir", self.lab.folder / name)
        self.add(name, process, milter if milter.startswith("unix") else "inet:127.0.0.1:8895")

    def add(self, name, process, milter):
        self.filters[name] = (2530 + len(self.filters), process)
        self.services.append(f"127.0.0.1:{self.filters[name][0]} inet n - n - 60 smtpd\n  -o smtpd_milters={milter}\n  -o milter_default_action=tempfail\n"
                             "  -o smtpd_end_of_data_restrictions= -o smtpd_peername_lookup=no -o local_recipient_maps= -o content_filter=discard:\n"
                             "  -o smtpd_client_connection_count_limit=0 -o smtpd_client_connection_rate_limit=0\n")

    def postfix(self):
        for name in ("noop", "postern", "opendkim", "signs"):
            path = self.lab.folder / f"{name}.sock"
            wait_for(path.exists, 10, f"the socket of {name}")
            path.chmod(0o666)
        master = mail.ETC / "postfix" / "master.cf"
        saved = master.read_text()
        master.write_text(saved + "".join(self.services))
        self.lab.on_end(lambda: (master.write_text(saved), sh(*inside("mail", "postfix", "reload"), quiet=True)))
        sh(*inside("mail", "postfix", "reload"))
        last = f":{2530 + len(self.filters) - 1}"
        wait_for(lambda: last in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "Postfix")

    def used(self, name):
        process = self.filters[name][1]
        return ticks(int((STATE / "postfix-spool/pid/master.pid").read_text())) + (ticks(process.pid) if process else 0)

    def settled(self, name):
        """The reading once the queue is delivered: no more is used."""
        now, before = self.used(name), -1
        while now != before:
            time.sleep(0.3)
            before, now = now, self.used(name)
        return now

    def play(self, name, messages, threads=PARALLEL, kept=0):
        """CPU in microseconds a message, and the milliseconds that nine in ten take at least: a stall is in each, a busy machine in some."""
        before = self.settled(name)
        done = self.lab.run("mail", "/usr/bin/python3", self.lab.folder / "client.py", self.filters[name][0], messages, threads, kept, timeout=120, quiet=True)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()}")
        sent, least = done.stdout.split()
        return (self.settled(name) - before) / TICK / int(sent) * 1e6, float(least)


def play(lab):
    lab.file("client.py", CLIENT)
    elements = Elements(lab)
    spent = {name: [] for name in elements.filters}
    for _ in range(ROUNDS):
        for name in elements.filters:
            spent[name].append(elements.play(name, MESSAGES)[0])
    cpu = {name: statistics.median(values) for name, values in spent.items()}
    added = {name: value - cpu["none"] for name, value in cpu.items()}
    one_by_one = {name: elements.play(name, 40, threads=1, kept=1)[1] for name in ("postern", "postern_tcp")}
    table = "\n".join(f"{name:14} {cpu[name]:8.0f} us a message, {added[name]:8.0f} more than no filter" for name in cpu)
    table += f"\none after another: {one_by_one['postern']:.1f} ms over a unix socket, {one_by_one['postern_tcp']:.1f} ms over TCP"
    lab.transcript.append(table)
    if "POSTERN_COSTS" in os.environ:
        print(table)
    if added["postern"] > 0.75 * added["noop"]:
        yield f"the gate adds {added['postern']:.0f} us, the filter that does nothing {added['noop']:.0f}"
    if added["postern_signs"] > 0.5 * added["opendkim"]:
        yield f"signing adds {added['postern_signs']:.0f} us, OpenDKIM {added['opendkim']:.0f}"
    if one_by_one["postern_tcp"] > one_by_one["postern"] + 20:
        yield f"a message takes {one_by_one['postern_tcp']:.1f} ms over TCP and {one_by_one['postern']:.1f} ms over a unix socket"
