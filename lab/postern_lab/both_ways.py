# SPDX-License-Identifier: Apache-2.0
"""The gate with mail in bulk, in from outside and out from an office machine with a login, and sinks on either side that keep octets.

What a sink got is compared with what was sent by `compared`."""
import pickle
import re
import time

from . import mail
from .dkim_others import Rspamd
from .gate import PORT, SINK_PROGRAM, Gate
from .network import inside, sh, wait_for

AUTHENTICATED, WITHOUT_GATE, OUTSIDE_SINK = 2588, 2589, 2628
INBOUND, OUTBOUND, CONTROL = "inbound", "outbound", "without the gate"
# Where each direction's mail is sent from, and to. The control shows what Postfix alone does.
WAYS = {INBOUND: ("outside", PORT), OUTBOUND: ("office", AUTHENTICATED), CONTROL: ("outside", WITHOUT_GATE)}

# Everything that can be enforced is; the ceilings stand above what the scenarios send in one name.
ENFORCED = """
[identity]
mode = "enforce"
{identity}
[ceilings]
mode = "enforce"
alert_per_hour = 1000000
hold_per_hour = 1000000
hold_per_day = 1000000
hold_new_per_day = 1000000
"""

CLIENT = r"""
import pickle, smtplib, ssl, sys, threading
port, login, path, connections = int(sys.argv[1]), sys.argv[2], sys.argv[3], 4
messages, replies = pickle.load(open(path, "rb")), {}
def work(mine):
    client = None
    for number, sender, recipients, options, octets in mine:
        try:
            if client is None:
                client = smtplib.SMTP("203.0.113.26", port, "client.plain.example", 60)
                if login:
                    client.starttls(context=ssl._create_unverified_context())
                    client.ehlo()
                    client.login(*login.split(":"))
                client.ehlo()
            code, text = client.mail(sender, options)
            for recipient in recipients if code < 400 else []:
                code, text = client.rcpt(recipient)
                if code >= 400: break
            if code < 400: code, text = client.data(octets)
            if code >= 400: client.rset()
            replies[number] = f"{code} {text.decode(errors='replace')}"
        except (OSError, smtplib.SMTPException) as error:
            replies[number], client = f"421 {error!r}", None
    if client: client.quit()
threads = [threading.Thread(target=work, args=(messages[i::connections],)) for i in range(connections)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
pickle.dump(replies, open(path, "wb"))
"""

SERVICES = """0.0.0.0:{port} inet n - n - 60 smtpd
  -o smtpd_milters=inet:127.0.0.1:8891 -o milter_default_action=tempfail -o milter_macro_daemon_name=people
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject -o smtpd_sender_restrictions= -o smtpd_end_of_data_restrictions=
  -o smtpd_peername_lookup=no -o smtpd_client_connection_count_limit=0 -o cleanup_service_name=gatecleanup
  -o content_filter=gatesink:[198.51.100.9]:{sink}
0.0.0.0:{control} inet n - n - 60 smtpd
  -o smtpd_milters= -o smtpd_end_of_data_restrictions= -o smtpd_peername_lookup=no -o cleanup_service_name=gatecleanup
  -o smtpd_client_connection_count_limit=0 -o local_recipient_maps= -o content_filter=gatesink:[198.51.100.9]:{control_sink}
"""


class BothWays(Gate):
    """The gate's own listener names say nothing here: the login alone makes mail outbound."""

    def __init__(self, lab, sign=(), identity="", domains='["example.com"]'):
        self.engine = Rspamd(lab, "mail")
        super().__init__(lab, gate=f'own_sender = "enforce"\nlogin_sender = "enforce"\nsign = [{", ".join(sign)}]',
                         spam=f'mode = "enforce"\nrspamd = "127.0.0.1@{Rspamd.PORT}"\n' + ENFORCED.format(identity=identity), domains=domains)
        self.folders = {INBOUND: self.kept, OUTBOUND: lab.folder / "outside", CONTROL: lab.folder / "control"}
        program = lab.file("outside-sink.py", SINK_PROGRAM)
        for way, port in ((OUTBOUND, OUTSIDE_SINK), (CONTROL, OUTSIDE_SINK + 1)):
            self.folders[way].mkdir()
            lab.start("outside", f"sink of {way}", "/usr/bin/python3", program, self.folders[way], port, "198.51.100.9")

    def postfix(self):
        super().postfix()
        master = mail.ETC / "postfix" / "master.cf"
        # What programs of the host itself send (sendmail): pickup's mail goes the same way.
        text = re.sub(r"^pickup .*$", r"\g<0>\n  -o cleanup_service_name=gatecleanup -o content_filter=gatesink:[198.51.100.9]:%d" % OUTSIDE_SINK, master.read_text(), flags=re.M)
        text = text.replace("gatecleanup unix n - n - 0 cleanup\n", "gatecleanup unix n - n - 0 cleanup\n  -o non_smtpd_milters=inet:127.0.0.1:8891 -o milter_default_action=tempfail\n")
        master.write_text(text + SERVICES.format(port=AUTHENTICATED, sink=OUTSIDE_SINK, control=WITHOUT_GATE, control_sink=OUTSIDE_SINK + 1))
        sh(*inside("mail", "postfix", "reload"))
        wait_for(lambda: f":{WITHOUT_GATE}" in sh(*inside("mail", "ss", "-ltnH")).stdout, 10, "Postfix for people")

    def send_all(self, way, messages, seconds=1_200):
        """`messages`: (number, sender, recipients, MAIL's options, octets). The replies by number, once all that was taken has arrived."""
        host, port = WAYS[way]
        path = self.lab.folder / "bulk.pickle"
        path.write_bytes(pickle.dumps(messages))
        login = "test@example.com:lab-password" if way == OUTBOUND else ""
        done = self.lab.run(host, "/usr/bin/python3", self.lab.file("bulk.py", CLIENT), port, login, path, timeout=seconds)
        if done.returncode:
            raise RuntimeError(f"the client failed: {done.stderr}")
        replies = pickle.loads(path.read_bytes())
        taken = sum(reply.startswith("250") for reply in replies.values())
        self.wait_for_mail(way, taken)
        return replies

    def wait_for_mail(self, way, count, patience=60):
        """Until so many have arrived, or none more has for a while: who compares will miss what is missing."""
        seen, since = -1, time.monotonic()
        while seen < count and time.monotonic() - since < patience:
            time.sleep(0.1)
            now = len(list(self.folders[way].glob("[!.]*.eml")))
            if now != seen:
                seen, since = now, time.monotonic()

    def arrived_by_number(self, way):
        """number -> [(envelope lines, octets)]; the number is in each recipient: n17@example.com, n17.3@example.com."""
        out = {}
        for path in sorted(self.folders[way].glob("[!.]*.eml")):
            envelope, _, octets = path.read_bytes().partition(b"\r\n\r\n")
            number = int(re.search(rb"<n(\d+)[.@]", envelope)[1])
            out.setdefault(number, []).append((envelope.split(b"\r\n"), octets))
        return out
