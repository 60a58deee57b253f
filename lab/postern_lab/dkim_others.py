# SPDX-License-Identifier: Apache-2.0
"""DKIM by programs that are not ours: signatures of other organisations (dkimpy), their keys in the lab's DNS, and what OpenDKIM, rspamd and
dkimpy say of a message."""
import base64
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import time

import dkim

from .compared import fields_of
from .network import STATE, inside, sh, wait_for

RESOLVER = "192.0.2.53"
FORMS = [(header, body) for header in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]


def publish(lab, zone, *lines):
    """Records in a zone of the lab's NSD for the scenario's time. Their names must be new: resolvers remember."""
    path = STATE / "nsd-auth" / f"{zone}zone"
    saved = path.read_text()

    def write(text):
        path.write_text(text)
        os.kill(int((STATE / "nsd-auth.pid").read_text()), signal.SIGHUP)

    write(saved.rstrip("\n") + "\n" + "\n".join(lines) + "\n")
    lab.on_end(lambda: write(saved))
    name = lines[-1].split(" ")[0]
    name = name.rstrip(".") if name.endswith(".") else f"{name}.{zone.rstrip('.')}"
    wait_for(lambda: record(name, "192.0.2.3"), 10, f"{name} in the DNS")


def record(name, server=RESOLVER):
    """The TXT record's text, its strings joined; "" when there is none."""
    line = next((line for line in sh(*inside("site", "drill", "-b", "4096", name, f"@{server}", "TXT"), quiet=True).stdout.splitlines() if "\tTXT\t" in line and not line.startswith(";")), "")
    return "".join(re.findall(r'"([^"]*)"', line))


def keygen(lab, domain, zone, kind):
    """A key of `postern dkim keygen`, its record published as printed: (selector, the entry for [gate] sign)."""
    selector = f"gate-{kind}-{time.monotonic_ns():x}"
    key = lab.folder / f"{selector}.pem"
    done = lab.run("mail", "postern", "dkim", "keygen", domain, "--selector", selector, "--type", kind, "--key", key)
    line = next((line for line in done.stdout.splitlines() if "._domainkey." in line), None)
    if done.returncode or line is None:
        raise RuntimeError(f"dkim keygen: {done.stdout}{done.stderr}")
    publish(lab, zone, line)
    return selector, f'{{ domain = "{domain}", selector = "{selector}", key = "{key}" }}'


class Signer:
    """Another organisation's key, in DNS under a selector of this run."""

    def __init__(self, lab, kind, domain="plain.example", zone="plain.example."):
        self.kind, self.domain, self.selector = kind, domain, f"{kind}{time.monotonic_ns():x}"
        pem = subprocess.run(["openssl", "genpkey", "-algorithm", kind.upper(), *(["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "rsa" else [])], capture_output=True, check=True).stdout
        public = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER"], input=pem, capture_output=True, check=True).stdout
        if kind == "rsa":
            # PKCS #1, which every release of dkimpy reads.
            self.key = subprocess.run(["openssl", "pkey", "-traditional"], input=pem, capture_output=True, check=True).stdout
        else:
            public = public[-32:]
            self.key = base64.b64encode(subprocess.run(["openssl", "pkey", "-outform", "DER"], input=pem, capture_output=True, check=True).stdout[-32:])
        text = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
        publish(lab, zone, f"{self.selector}._domainkey.{domain}. TXT " + " ".join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250)))

    def sign(self, octets, form, length=False):
        return dkim.sign(octets, self.selector.encode(), self.domain.encode(), self.key, canonicalize=form, signature_algorithm=self.kind.encode() + b"-sha256", length=length) + octets


@functools.cache
def _key(name):
    return record(name.decode().rstrip(".")).encode()


def alone(octets, selector):
    """The message with one of its signatures: programs that are content with the first that verifies say nothing of the others."""
    fields, rest = fields_of(octets)
    return b"".join(field for field in fields if not field.lower().startswith(b"dkim-signature:") or f"s={selector};".encode() in field) + rest


def by_dkimpy(octets):
    """A verdict for each signature, topmost first."""
    one = dkim.DKIM(octets)
    count = sum(1 for name, _ in one.headers if name.lower() == b"dkim-signature")

    def good(index):
        try:
            return one.verify(index, dnsfunc=lambda name, timeout=5: _key(name))
        except dkim.DKIMException:
            return False

    return [good(index) for index in range(count)]


def by_opendkim(lab, paths):
    """What `opendkim -t` says of each file: path -> its words."""
    config = lab.file("opendkim.conf", f"Mode v\nNameservers {RESOLVER}\nOn-Default accept\nSyslog no\n")
    said = {}
    for at in range(0, len(paths), 200):  # one argument, and those have a limit
        done = lab.run("outside", "/usr/sbin/opendkim", "-x", config, "-t", ",".join(map(str, paths[at:at + 200])), timeout=300, quiet=True)
        for line in (done.stdout + done.stderr).splitlines():
            if found := re.match(r"opendkim: ([^:]+): (.*)", line):
                said.setdefault(found[1], []).append(found[2])
    return {path: said.get(str(path), []) for path in paths}


RSPAMD_CONF = """
options {{
  filters = "dkim";
  dns {{ nameserver = ["{resolver}:53:10"]; timeout = 2s; }}
  url_tld = "{folder}/tld";  # the whole list of top levels takes half a minute to compile
  hs_cache_dir = "{cache}/";
  tempdir = "/tmp";
  pidfile = "{folder}/pid";
}}
logging {{ type = "console"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
dkim {{ dkim_cache_size = 2k; }}
"""


class Rspamd:
    """rspamd with its DKIM module alone, asking the lab's resolver: a receiver's outside, or the gate's engine."""

    PORT = 11399

    def __init__(self, lab, host="outside"):
        self.lab, folder = lab, lab.folder / f"rspamd-{host}"
        folder.mkdir()
        cache = STATE / "rspamd-compiled"  # kept as long as the lab stands
        cache.mkdir(exist_ok=True)
        for one in (folder, cache):
            shutil.chown(one, "_rspamd", "_rspamd")
        lab.folder.chmod(0o755)
        (folder / "tld").write_text("example\ntest\n")
        config = lab.file(f"rspamd-{host}.conf", RSPAMD_CONF.format(resolver=RESOLVER, folder=folder, cache=cache, port=self.PORT))
        lab.start(host, f"rspamd-{host}", "rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", config, *(f"--var={name}={folder}" for name in ("DBDIR", "RUNDIR", "LOGDIR")))
        wait_for(lambda: f":{self.PORT}" in sh(*inside(host, "ss", "-ltnH")).stdout, 120, f"rspamd on {host}")

    def signatures(self, paths):
        """path -> {"R_DKIM_ALLOW": ["plain.example:s=selector", ...], ...}"""
        program = self.lab.file("ask-rspamd.py", ASK_RSPAMD)
        done = self.lab.run("outside", "/usr/bin/python3", program, self.PORT, input="\n".join(map(str, paths)), timeout=1_200, quiet=True)
        return {path: json.loads(line) for path, line in zip(paths, done.stdout.splitlines(), strict=True)}


ASK_RSPAMD = r"""
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
for path in sys.stdin.read().splitlines():
    connection.request("POST", "/checkv2", open(path, "rb").read(), {"IP": "203.0.113.26", "Helo": "mail.example.com"})
    symbols = json.load(connection.getresponse()).get("symbols", {})
    print(json.dumps({name: one.get("options", []) for name, one in symbols.items() if name.startswith(("R_DKIM", "DKIM_TRACE"))}))
"""
