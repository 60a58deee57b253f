#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""mail_backends.py: what Postfix asks in the lab: a policy that has no objection (127.0.0.1:10030), and logins by Dovecot's protocol (127.0.0.1:10027).

The one user is test@example.com, password "lab-password".
"""
import base64
import socketserver
import threading

USER, PASSWORD = "test@example.com", "lab-password"


class Policy(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            if line == b"\n":
                self.wfile.write(b"action=dunno\n\n")


class Login(socketserver.StreamRequestHandler):
    """https://doc.dovecot.org/main/developers/design/auth_protocol.html, as much of it as PLAIN needs."""

    def handle(self):
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
        while line := self.rfile.readline():
            words = line.decode().rstrip("\n").split("\t")
            if words[0] != "AUTH":
                continue
            response = next((word[5:] for word in words if word.startswith("resp=")), "")
            parts = base64.b64decode(response).split(b"\0")
            good = parts[1:] == [USER.encode(), PASSWORD.encode()]
            self.wfile.write(f"{'OK' if good else 'FAIL'}\t{words[1]}\tuser={USER}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    for port, handler in ((10030, Policy), (10027, Login)):
        threading.Thread(target=Server(("127.0.0.1", port), handler).serve_forever).start()
