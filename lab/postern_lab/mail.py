# SPDX-License-Identifier: Apache-2.0
"""The audited mail server: a real Postfix, clamd and rspamd in the host `mail`, and what such a server leaves behind."""
import base64
import datetime
import hashlib
import os
import pathlib
import pwd
import re
import shutil
import subprocess

from .network import LAB, STATE, inside, ns, sh, start, wait_for

ETC = pathlib.Path("/etc/netns") / ns("mail")
KEY = STATE / "dkim.pem"
LOG = STATE / "postfix.log"

MAIN_CF = """compatibility_level = 3.6
myhostname = mail.example.com
mydomain = example.com
myorigin = $mydomain
mydestination = $mydomain, localhost
mynetworks = 127.0.0.0/8, [::1]/128
inet_interfaces = all
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_milters = inet:127.0.0.1:11332
non_smtpd_milters = $smtpd_milters
milter_default_action = tempfail
message_size_limit = 10240000
disable_vrfy_command = yes
smtpd_forbid_bare_newline = normalize
smtpd_forbid_unauth_pipelining = yes
smtpd_tls_security_level = may
smtp_tls_security_level = may
smtpd_tls_cert_file = {state}/mail.crt
smtpd_tls_key_file = {state}/mail.key
smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:10030
local_transport = discard
alias_maps =
alias_database =
local_recipient_maps = inline:{{anna=x, postmaster=x, abuse=x, test=x, sample=x}}
transport_maps = inline:{{sample@example.com=smtp:[127.0.0.1]:10026}}
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:10027
smtpd_sender_login_maps = inline:{{test@example.com=test@example.com}}
queue_directory = {state}/postfix-spool
data_directory = {state}/postfix-data
maillog_file = {state}/postfix.log
maillog_file_prefixes = {state}
"""

SUBMISSION = """
submission inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=yes
  -o smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
"""


def dkim_record():
    if not KEY.exists():
        sh("openssl", "genrsa", "-out", str(KEY), "2048")
    public = subprocess.run(["openssl", "rsa", "-in", str(KEY), "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
    text = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    strings = " ".join(f'"{text[i:i + 250]}"' for i in range(0, len(text), 250))
    return f"lab._domainkey TXT {strings}"


def forget_log():
    """A scenario's log begins with it: what others had relayed on purpose is nothing to find."""
    if LOG.exists():
        os.truncate(LOG, 0)


def relaxed(name, value):
    unfolded = re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip()
    return f"{name.lower()}:{unfolded}\r\n"


def signed_message(helo="mail.example.com", ip="203.0.113.26", sender="anna@example.com", tls=True):
    """What an outside mailbox shows of a message that the mail server signed and sent."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S +0000")
    body = "Hello,\r\n\r\nthe minutes are attached.\r\n"
    fields = [("From", f"Anna <{sender}>"), ("To", "Bert <bert@plain.example>"), ("Subject", "Minutes"), ("Date", now), ("Message-ID", f"<1.{hash(now) % 10 ** 8}@mail.example.com>")]
    names = ":".join(name.lower() for name, _ in fields)
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    value = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=lab; h={names}; bh={digest}; b="
    hashed = "".join(relaxed(*field) for field in fields) + relaxed("DKIM-Signature", value)[:-2]
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(KEY)], input=hashed.encode(), capture_output=True, check=True).stdout
    with_ = "ESMTPS" if tls else "ESMTP"
    head = f"Return-Path: <{sender}>\r\nReceived: from {helo} ({helo} [{ip}])\r\n\tby mx.plain.example (Postfix) with {with_} id 4XQ1; {now}\r\n"
    head += f"DKIM-Signature: {value}{base64.b64encode(signature).decode()}\r\n"
    return head + "".join(f"{name}: {text}\r\n" for name, text in fields) + "\r\n" + body


def healthy_log():
    """A quiet day: people's mail in and out, a scanner, strangers who tried to relay."""
    stamp = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    lines = []

    def line(program, text):
        lines.append(f"{stamp} mail postfix/{program}[100]: {text}")

    for i in range(30):
        line("smtpd", f"4XIN{i:03}A: client=mx{i}.plain.example[198.51.100.{100 + i}]")
        line("qmgr", f"4XIN{i:03}A: from=<bert{i}@plain.example>, size=900, nrcpt=1 (queue active)")
        line("local", f"4XIN{i:03}A: to=<anna@example.com>, relay=local, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)")
        line("qmgr", f"4XIN{i:03}A: removed")
        line("submission/smtpd", f"4XOT{i:03}A: client=pc{i}.example.com[203.0.113.{100 + i}], sasl_method=PLAIN, sasl_username=anna@example.com")
        line("qmgr", f"4XOT{i:03}A: from=<anna@example.com>, size=900, nrcpt=1 (queue active)")
        line("smtp", f"Trusted TLS connection established to mx.plain.example[198.51.100.{i}]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)")
        line("smtp", f"4XOT{i:03}A: to=<bert@plain.example>, relay=mx.plain.example[198.51.100.{i}]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9)")
        line("qmgr", f"4XOT{i:03}A: removed")
    line("smtpd", "NOQUEUE: reject: RCPT from unknown[198.51.100.66]: 454 4.7.1 <x@else.example>: Relay access denied; from=<a@b.example> to=<x@else.example> proto=ESMTP helo=<x>")
    line("smtpd", "NOQUEUE: reject: RCPT from unknown[198.51.100.67]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<nobody@example.com> proto=ESMTP helo=<x>")
    return "\n".join(lines) + "\n"


def build():
    for folder in ("postfix", "clamav", "rspamd"):
        shutil.rmtree(ETC / folder, ignore_errors=True)
        shutil.copytree(f"/etc/{folder}", ETC / folder, symlinks=True)
    sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=mail.example.com", "-addext", "subjectAltName=DNS:mail.example.com", "-keyout", str(STATE / "mail.key"), "-out", str(STATE / "mail.crt"))
    (ETC / "postfix" / "main.cf").write_text(MAIN_CF.format(state=STATE))
    master = pathlib.Path("/usr/share/postfix/master.cf.dist")
    text = (master if master.exists() else pathlib.Path("/etc/postfix/master.cf")).read_text()
    # No chroot: what the jail would need is not in the lab.
    text = re.sub(r"^(\S+\s+(?:inet|unix)\s+\S+\s+\S+\s+)[y-](\s)", r"\1n\2", text, flags=re.M)
    (ETC / "postfix" / "master.cf").write_text(text + SUBMISSION)
    (STATE / "postfix-spool").mkdir()
    data = STATE / "postfix-data"
    data.mkdir()
    user = pwd.getpwnam("postfix")
    shutil.chown(data, user.pw_uid)
    firewall = "table inet guard { chain out { type filter hook output priority 0; oifname != lo tcp dport 25 meta skuid != postfix limit rate 5/second log prefix \"mail-out: \"; oifname != lo tcp dport 25 meta skuid != postfix counter reject; }; }"
    sh(*inside("mail", "nft", firewall))
    sh(*inside("mail", "sysctl", "-qw", "net.ipv4.ip_forward=0"))
    # Postfix logs through a datagram socket: with the usual ten places in its queue, master waits at a reload for the logger that it is to start.
    sh(*inside("mail", "sysctl", "-qw", "net.unix.max_dgram_qlen=20000"))
    start("hostile", "hostile", "/usr/bin/python3", str(LAB / "servers" / "hostile_smtp.py"), "198.51.100.40")
    start("mail", "backends", "/usr/bin/python3", str(LAB / "servers" / "mail_backends.py"))
    # Where samples end: a sink inside the site, and its messages one a file.
    start("mail", "sample-sink", "/usr/bin/python3", str(LAB / "servers" / "sink_smtp.py"), str(STATE / "sample"), "127.0.0.1@10026")
    (STATE / "test-user").write_text("test@example.com\nlab-password\n")
    (STATE / "test-user").chmod(0o600)
    start("mail", "postfix", "postfix", "start-fg")
    resolver()
    scanner()
    spam_filter()
    (STATE / "healthy.log").write_text(healthy_log())
    (STATE / "healthy.eml").write_text(signed_message())


def resolver():
    """Recursion of its own, as a mail server should have."""
    text = (STATE / "unbound.conf").read_text().replace("interface: 192.0.2.53", "interface: 127.0.0.1").replace("  interface: 2001:db8:d::53\n", "")
    (STATE / "unbound-mail.conf").write_text(text)
    start("mail", "unbound-mail", "unbound", "-d", "-c", str(STATE / "unbound-mail.conf"))


def spam_filter():
    """rspamd as a milter that scans by itself, and over HTTP for the gate; it asks the lab's resolver."""
    local = ETC / "rspamd" / "local.d"
    data = STATE / "rspamd"
    data.mkdir()
    user = pwd.getpwnam("_rspamd")
    shutil.chown(data, user.pw_uid, user.pw_gid)
    (local / "worker-proxy.inc").write_text('bind_socket = "127.0.0.1:11332";\nmilter = yes;\ncount = 1;\nupstream "local" { default = yes; self_scan = yes; }\n')
    (local / "worker-normal.inc").write_text('bind_socket = "127.0.0.1:11333";\ncount = 1;\n')
    for worker in ("controller", "fuzzy"):
        (local / f"worker-{worker}.inc").write_text("enabled = false;\n")
    (local / "options.inc").write_text(f'dns {{ nameserver = ["127.0.0.1:53:10"]; }}\npidfile = "{data}/rspamd.pid";\n')
    (local / "antivirus.conf").write_text(f'clamav {{ type = "clamav"; servers = "{STATE}/clamd.sock"; action = "reject"; scan_mime_parts = true; symbol = "CLAM_VIRUS"; }}\n')
    (local / "logging.inc").write_text('type = "console";\n')
    start("mail", "rspamd", "rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", "/etc/rspamd/rspamd.conf", f"--var=DBDIR={data}", f"--var=RUNDIR={data}", f"--var=LOGDIR={data}")


def scanner():
    """clamd with one signature, EICAR's. Signed databases come from the internet alone, so what clamd would say with one is a file."""
    folder = STATE / "clamav"
    folder.mkdir()
    eicar = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    (folder / "lab.ndb").write_text(f"Eicar-Test-Signature:0:*:{eicar.encode().hex()}\n")
    (ETC / "clamav" / "clamd.conf").write_text(f"LocalSocket {STATE}/clamd.sock\nDatabaseDirectory {folder}\nForeground yes\nStreamMaxLength 50M\nMaxFileSize 50M\nMaxScanSize 100M\nAlertExceedsMax yes\nSelfCheck 0\n")
    start("mail", "clamd", "clamd", "--config-file=/etc/clamav/clamd.conf")
    made = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=20)
    (STATE / "clamd.version").write_text(f"ClamAV 1.4.6/27500/{made:%a %b %d %H:%M:%S %Y}")


def change(lab, **settings):
    """Settings of main.cf for the time of a scenario, in the running server too."""
    path = ETC / "postfix" / "main.cf"
    saved = path.read_text()

    def restore():
        path.write_text(saved)
        lab.run("mail", "postfix", "reload")

    lab.on_end(restore)
    kept = [line for line in saved.splitlines() if line.split(" ")[0] not in settings]
    path.write_text("\n".join(kept + [f"{name} = {value}" for name, value in settings.items()]) + "\n")
    lab.run("mail", "postfix", "reload")


def wait():
    wait_for(lambda: (STATE / "clamd.sock").exists(), 120, "clamd")
    wait_for(lambda: "11332" in sh(*inside("mail", "ss", "-ltnH")).stdout, 240, "rspamd")  # it compiles its expressions first
    hello = "import socket; c = socket.create_connection(('203.0.113.26', 25), 2); print(c.recv(99))"
    wait_for(lambda: "220 mail.example.com" in sh(*inside("site", "/usr/bin/python3", "-c", hello), quiet=True).stdout, 30, "Postfix")
