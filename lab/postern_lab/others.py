# SPDX-License-Identifier: Apache-2.0
"""Further mail servers beside the installed Postfix: Exim and OpenSMTPD, each in a root of its own (servers/own_root.py)."""
import pathlib
import shutil
import subprocess

from .network import LAB, STATE, TOPOLOGY, inside, sh, start, wait_for

PACKAGES = LAB.parent / "build" / "packages"

EXIM = """primary_hostname = mail.exim.example
domainlist local_domains = exim.example
domainlist relay_to_domains =
hostlist relay_from_hosts = <; 127.0.0.1 ; ::1
acl_smtp_rcpt = acl_check_rcpt
acl_smtp_vrfy = deny
log_file_path = {state}/exim-%slog
spool_directory = /var/spool/exim4
smtp_banner = mail.exim.example ESMTP
tls_advertise_hosts =
begin acl
acl_check_rcpt:
  deny local_parts = ^[./|] : ^.*[@%!`#&?] : ^.*/\\\\.\\\\./
  accept authenticated = *
  accept hosts = +relay_from_hosts
  require message = relay not permitted
    domains = +local_domains
  require verify = recipient
  accept
begin routers
known:
  driver = accept
  domains = +local_domains
  local_parts = anna : postmaster : abuse
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  file = {state}/exim-mailbox-$local_part
  user = Debian-exim
  create_file = anywhere
begin retry
begin rewrite
begin authenticators
"""

OPENSMTPD = """table domains { "opensmtpd.example" }
table users { "anna" = "anna", "postmaster" = "anna", "abuse" = "anna" }
listen on 203.0.113.28 port 25 hostname mail.opensmtpd.example
listen on lo port 25 hostname mail.opensmtpd.example
action "local" maildir "/tmp/maildir" virtual <users>
action "out" relay helo mail.opensmtpd.example
match from any for domain <domains> action "local"
match from local for any action "out"
"""

CONFIGURATION = {"exim": ("etc/exim4/exim4.conf", EXIM), "opensmtpd": ("etc/smtpd.conf", OPENSMTPD)}

SERVERS = {
    # host: packages, users, command
    "exim": (("exim4-base", "exim4-daemon-light"), "Debian-exim:6025", "/usr/sbin/exim4 -bdf -q30m"),
    "opensmtpd": (("opensmtpd",), "opensmtpd:6026,opensmtpq:6027,anna:6028", "/usr/sbin/smtpd -d"),
}

PREPARE = {
    "exim": "install -d -o Debian-exim -g Debian-exim /var/spool/exim4 /var/log/exim4 /var/lib/exim4",
    "opensmtpd": "install -d -o root -g root -m 711 /var/spool/smtpd /run/smtpd /var/lib/opensmtpd/empty && chgrp opensmtpq /usr/sbin/smtpctl && chmod 2555 /usr/sbin/smtpctl",
}


def unpack(host):
    folder = STATE / "unpacked" / host
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package in SERVERS[host][0]:
        sh("dpkg", "-x", str(next(PACKAGES.glob(f"{package}_*.deb"))), str(folder))
    return folder


def configure(host, folder):
    path, text = CONFIGURATION[host]
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("{state}", str(STATE)))
    (folder / "etc" / "resolv.conf").write_text(f"nameserver {TOPOLOGY['host'][host]['resolver']}\n")
    if host == "exim":
        for name in ("mainlog", "rejectlog", "paniclog"):
            (STATE / f"exim-{name}").touch()
            (STATE / f"exim-{name}").chmod(0o666)


def build():
    subprocess.run([str(LAB.parent / "tools" / "install"), "unpacked"], check=True)
    for host in SERVERS:
        folder = unpack(host)
        configure(host, folder)
        _, users, command = SERVERS[host]
        start(host, host, "/usr/bin/python3", str(LAB / "servers" / "own_root.py"), str(folder), str(STATE), users, "/bin/sh", "-c", f"{PREPARE[host]} && exec {command}")


def wait():
    for host, address in (("exim", "203.0.113.27"), ("opensmtpd", "203.0.113.28")):
        hello = f"import socket; c = socket.create_connection(('{address}', 25), 2); print(c.recv(99))"
        wait_for(lambda: f"220 mail.{host}.example" in sh(*inside("site", "/usr/bin/python3", "-c", hello), quiet=True).stdout, 10, host)


def configuration(host):
    """The server's file, seen from outside its root."""
    return pathlib.Path(f"/proc/{(STATE / f'{host}.pid').read_text()}/root") / CONFIGURATION[host][0]


def within(host):
    """Words that lead into the server's own root, behind `inside(host)`; nothing for hosts that have none."""
    if host not in SERVERS:
        return []
    pid = (STATE / f"{host}.pid").read_text()
    return ["nsenter", "-t", pid, "-m", "--root=/proc/" + pid + "/root", "--wdns=/"]
