#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vulnerable_smtp.py ADDRESS V6 FOLDER FAR CERT KEY: mail servers with one hole each, and honest ones at which an auditor errs.

One an IPv4 address, in the order of MODES; V6 belongs to the one that listens there; each for the domain NAME.vulnerable.example. FAR is where the far end's mail goes.
"""
import ipaddress
import pathlib
import re
import smtplib
import socket
import socketserver
import ssl
import sys
import threading
import time

FAR_DOMAIN = "far.example"


class Closed:
    """A server in order: own recipients that exist, nothing else. The others differ in one thing."""
    end = re.compile(rb"\r\n\.\r\n")
    offers = []
    trusted = None  # a peer that may relay
    other_ports, v6 = {}, None  # what listens there, beside port 25 over IPv4

    def __init__(self, peer, server):
        self.peer, self.server = peer, server
        self.buffer, self.errors = b"", 0
        self.sender, self.recipients, self.secure = None, [], False

    @property
    def domain(self):
        return f"{self.server.name}.vulnerable.example"

    # --- octets ---

    def write(self, octets):
        self.peer.sendall(octets)

    def say(self, text):
        if text[0] in "45":
            self.errors += 1
            self.server.errors[self.client] = self.server.errors.get(self.client, 0) + 1
        self.write(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def fill(self):
        more = self.peer.recv(65_536)
        if not more:
            raise ConnectionError
        self.buffer += more

    def line(self):
        while b"\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def body(self):
        self.buffer = b"\r\n" + self.buffer
        while not (found := self.end.search(self.buffer)):
            self.fill()
        octets, self.buffer = self.buffer[2:found.start()], self.buffer[found.end():]
        return octets.replace(b"\r\n..", b"\r\n.") + b"\r\n"

    # --- policy ---

    def final(self, path):
        """The address that this server acts on."""
        return path.strip("<>").split(":")[-1].split(" ")[0].lower()

    def exists(self, local):
        return local in ("postmaster", "sample")

    def recipient(self, path):
        local, _, domain = self.final(path).rpartition("@")
        if domain == self.domain and not re.search(r"[@%!\"]", local):
            return "250 2.1.5 Ok" if self.exists(local) else "550 5.1.1 User unknown"
        if self.trusted and self.client == self.trusted:
            return "250 2.1.5 Ok"
        return "554 5.7.1 Relay access denied"

    def deliver(self, octets):
        for path in self.recipients:
            local, _, domain = self.final(path).rpartition("@")
            if domain == self.domain:
                self.keep(local, octets)
            else:
                self.send(self.sender, f"{local}@{domain}", octets)

    def keep(self, local, octets):
        path = self.server.folder / f"{self.server.name}.{time.time():.6f}.eml"
        path.write_bytes(f"Return-Path: {self.sender}\r\nDelivered-To: {local}\r\n".encode() + octets)

    def send(self, sender, recipient, octets):
        """To the far end only: this laboratory knows no other place."""
        domain = recipient.rpartition("@")[2]
        if domain not in (FAR_DOMAIN, "probe." + FAR_DOMAIN):
            return
        place = self.server.far if domain == FAR_DOMAIN else str(ipaddress.ip_address(self.server.far) + 1)

        def go():
            with smtplib.SMTP(place, 25, f"mail.{self.domain}", source_address=(self.server.address, 0)) as client:
                client.ehlo()
                client.mail(sender.strip("<>"))
                client.rcpt(recipient)
                client.data(octets)

        threading.Thread(target=go, daemon=True).start()

    # --- the conversation ---

    def greeting(self):
        return f"220 mail.{self.domain} ESMTP"

    def command(self, verb, text):
        if verb in ("EHLO", "HELO"):
            lines = [f"mail.{self.domain}", *self.offers]
            self.sender, self.recipients = None, []
            self.write("".join(f"250{'-' if i + 1 < len(lines) else ' '}{line}\r\n" for i, line in enumerate(lines)).encode())
        elif verb == "MAIL":
            if self.sender is not None:
                return self.say("503 5.5.1 nested MAIL")
            self.sender = text[10:].split(" ")[0]
            self.say("250 2.1.0 Ok")
        elif verb == "RCPT":
            if self.sender is None:
                return self.say("503 5.5.1 MAIL first")
            reply = self.recipient(text[8:])
            if reply[0] == "2":
                self.recipients.append(text[8:])
            self.say(reply)
        elif verb == "DATA":
            if not self.recipients:
                return self.say("554 5.5.1 no valid recipients")
            self.say("354 go")
            octets = self.body()
            self.say(self.content(octets))
            self.sender, self.recipients = None, []
        elif verb == "RSET":
            self.sender, self.recipients = None, []
            self.say("250 2.0.0 Ok")
        elif verb == "STARTTLS" and "STARTTLS" in self.offers:
            self.start_tls()
        elif verb == "QUIT":
            self.say("221 2.0.0 Bye")
            raise ConnectionError
        else:
            self.other(verb, text)

    def other(self, verb, text):
        self.say("252 2.0.0 cannot verify" if verb == "VRFY" else "502 5.5.2 not here")

    def content(self, octets):
        self.deliver(octets)
        return "250 2.0.0 queued"

    def start_tls(self):
        self.buffer = b""  # RFC 3207 4.2
        self.say("220 go")
        self.wrap()

    def wrap(self):
        self.peer = self.server.tls.wrap_socket(self.peer, server_side=True)
        self.secure, self.sender, self.recipients = True, None, []

    def run(self):
        self.client = self.peer.getpeername()[0]
        self.peer.settimeout(60)
        greeting = self.greeting()
        self.say(greeting)
        while greeting.startswith("220"):
            text = self.line()
            self.command(text.split(" ")[0].split(":")[0].upper()[:8], text)


class Open(Closed):
    """Carries everybody's mail everywhere."""

    def recipient(self, path):
        reply = super().recipient(path)
        return reply if "unknown" in reply else "250 2.1.5 Ok"


class Drops(Open):
    """Takes everything for strangers and throws it away: open by what it says, closed by what it does."""

    def deliver(self, octets):
        pass


class Percent(Closed):
    """Refuses foreign domains, then unfolds user%domain@own."""

    def final(self, path):
        address = super().final(path)
        local, _, domain = address.rpartition("@")
        return local.replace("%", "@", 1) if domain == self.domain and "%" in local else address

    def recipient(self, path):
        local, _, domain = super().final(path).rpartition("@")
        return "250 2.1.5 Ok" if domain == self.domain and "%" in local else super().recipient(path)


class BareLf(Closed):
    """Takes LF.LF for the end of a message."""
    end = re.compile(rb"\r?\n\.\r?\n")


class Injector(Closed):
    """Keeps what came in clear behind STARTTLS, and obeys it inside TLS."""
    offers = ["STARTTLS"]

    def start_tls(self):
        self.say("220 go")
        self.wrap()


class Bouncer(Closed):
    """Takes mail for everybody of its domain, and writes to the sender later that there is nobody."""

    def recipient(self, path):
        reply = super().recipient(path)
        return "250 2.1.5 Ok" if "unknown" in reply else reply

    def deliver(self, octets):
        for path in self.recipients:
            local = self.final(path).rpartition("@")[0]
            if self.exists(local):
                self.keep(local, octets)
            else:
                text = f"From: MAILER-DAEMON@{self.domain}\r\nSubject: Undelivered Mail\r\nAuto-Submitted: auto-replied\r\n"
                text += 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nno such user\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n'
                self.send("<>", self.sender.strip("<>"), text.encode() + octets + b"\r\n--b--\r\n")


class CallsOut(Closed):
    """Asks the sender's server whether the sender exists."""

    def recipient(self, path):
        reply = super().recipient(path)
        if reply[0] == "2" and self.sender and self.sender.endswith(f"@probe.{FAR_DOMAIN}>"):
            place = str(ipaddress.ip_address(self.server.far) + 1)
            with smtplib.SMTP(place, 25, f"mail.{self.domain}", source_address=(self.server.address, 0)) as client:
                client.ehlo()
                client.mail("")
                client.rcpt(self.sender.strip("<>"))
        return reply


class Answers(Closed):
    """Asks every sender to prove himself, and tells every sender that its user is away."""

    def deliver(self, octets):
        super().deliver(octets)
        for text in ("Please confirm that you are a person: reply to this message.", "I am away until Monday."):
            message = f"From: sample@{self.domain}\r\nSubject: Re: your message\r\n\r\n{text}\r\n\r\n" + octets.decode("latin-1").partition("\r\n\r\n")[2]
            self.send(f"<sample@{self.domain}>", self.sender.strip("<>"), message.encode("latin-1"))


class Gateway(Closed):
    """In a container: every client seems to be the bridge, and the bridge is trusted."""
    trusted = "172.31.0.1"


class Greylist(Closed):
    """Puts every stranger off, whatever is asked."""

    def recipient(self, path):
        return "450 4.2.0 Greylisted, try again in 300 seconds"


class Ban(Closed):
    """After five errors everything from that address is refused, until it has been quiet for a while."""

    def say(self, text):
        if text[0] in "45":
            self.server.last_error[self.client] = time.monotonic()
        super().say(text)

    def banned(self):
        if time.monotonic() - self.server.last_error.get(self.client, 0) > 12:
            self.server.errors[self.client] = 0
        return self.server.errors.get(self.client, 0) >= 5

    def greeting(self):
        return "554 5.7.1 banned" if self.banned() else super().greeting()

    def recipient(self, path):
        return "550 5.7.1 banned" if self.banned() else super().recipient(path)


class Tarpit(Closed):
    """A second before each reply."""

    def write(self, octets):
        time.sleep(1)
        super().write(octets)


class OneOctet(Closed):
    """One octet a segment, and right."""
    offers = ["SIZE 1000000", "8BITMIME"]

    def write(self, octets):
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in octets:
            self.peer.sendall(bytes([octet]))


class Segments(Closed):
    """Replies of several lines, a segment each, with a pause between them."""

    def write(self, octets):
        code, text = octets[:3], octets[4:]
        if octets.count(b"\r\n") > 1:
            return super().write(octets)
        for part in (code + b"-wait\r\n", code + b"-wait", b" more\r\n", code + b" " + text):
            self.peer.sendall(part)
            time.sleep(0.01)


class Logins(Closed):
    """Takes passwords in clear, on port 25."""
    offers = ["AUTH PLAIN LOGIN"]

    def other(self, verb, text):
        if verb == "AUTH":
            self.say("334 ")
            self.say("501 5.7.0 cancelled" if self.line() == "*" else "535 5.7.8 no")
        else:
            super().other(verb, text)


class Verifies(Closed):
    """Tells who exists."""

    def other(self, verb, text):
        if verb in ("VRFY", "EXPN"):
            name = text[5:]
            self.say(f"250 2.1.5 <{name}@{self.domain}>" if self.exists(name) else "550 5.1.1 unknown")
        else:
            super().other(verb, text)


class CatchAll(Closed):
    """Takes every local part of its own domain, as written, and keeps it."""

    def recipient(self, path):
        return "250 2.1.5 Ok" if self.final(path).endswith("@" + self.domain) else "554 5.7.1 Relay access denied"


class Ends421(Closed):
    """421 at the third error."""

    def say(self, text):
        if text[0] in "45" and self.errors >= 2:
            self.write(b"421 4.7.0 too many errors\r\n")
            raise ConnectionError
        super().say(text)


class Impatient(Closed):
    """Hangs up at the sixth error of a connection; the next connection is welcome."""

    def say(self, text):
        if text[0] in "45" and self.errors >= 5:
            raise ConnectionError
        super().say(text)


class Mute(Closed):
    """Says nothing to the end of a message that held a bare line end: so does a server whose filter dies of one."""

    def content(self, octets):
        if re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
            time.sleep(30)
            raise ConnectionError
        return super().content(octets)


class Doors(Closed):
    """In order on port 25, and open for all on 587 and 2525."""
    other_ports = {587: Open, 2525: Open}


class Six(Closed):
    """In order over IPv4, and open for all over IPv6."""
    v6 = Open


MODES = [Closed, Open, Drops, Percent, BareLf, Injector, Bouncer, CallsOut, Answers, Gateway, Greylist, Ban, Tarpit, OneOctet, Segments, Logins, Verifies, CatchAll, Ends421, Impatient, Mute, Doors, Six]
NAMES = [re.sub(r"(?<!^)(?=[A-Z])", "-", mode.__name__).lower() for mode in MODES]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Whoever hangs up, hangs up."""


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.server.mode(self.request, self.server).run()
        except (OSError, ssl.SSLError):
            pass


class ServerV6(Server):
    address_family = socket.AF_INET6


def main(address, v6, folder, far, certificate, key):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for index, (mode, name) in enumerate(zip(MODES, NAMES)):
        place = str(ipaddress.ip_address(address) + index)
        doors = [(Server, place, 25, mode)] + [(Server, place, port, other) for port, other in mode.other_ports.items()]
        for kind, host, port, what in doors + ([(ServerV6, v6, 25, mode.v6)] if mode.v6 else []):
            server = kind((host, port), Handler)
            server.mode, server.name, server.errors, server.last_error, server.tls = what, name, {}, {}, tls
            server.address, server.far, server.folder = place, far, pathlib.Path(folder)
            threading.Thread(target=server.serve_forever).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
