#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sink_smtp.py FOLDER ADDRESS@PORT...: takes every message and writes it to a file; relays nothing. A far end, and a mailbox for samples."""
import itertools
import pathlib
import socketserver
import sys
import threading
import time

NUMBERS = itertools.count()


class Session(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def keep(self, sender, recipients, octets):
        head = f"Return-Path: {sender}\r\nDelivered-To: {', '.join(recipients)}\r\nX-Postern-Peer: {self.client_address[0]}\r\nX-Postern-Helo: {self.helo}\r\n"
        name = f"{time.time():.6f}.{next(NUMBERS)}.eml"
        path = self.server.folder / ("." + name)
        path.write_bytes(head.encode("utf-8", "surrogateescape") + octets)
        path.rename(self.server.folder / name)

    def message(self):
        lines = []
        while (line := self.rfile.readline(65_536)) and line != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def handle(self):
        self.helo, sender, recipients = "", "", []
        self.say("220 sink ESMTP")
        while line := self.rfile.readline(4_096):
            text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
            verb = text[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.helo = text[5:]
                self.say("250 sink")
            elif verb == "MAIL":
                sender, recipients = text[10:].split(" ")[0], []
                self.say("250 ok")
            elif verb == "RCPT":
                recipients.append(text[8:].split(" ")[0])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go")
                self.keep(sender, recipients, self.message())
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever hangs up, hangs up."""


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for place in sys.argv[2:]:
        address, _, port = place.partition("@")
        server = Server((address, int(port)), Session)
        server.folder = folder
        threading.Thread(target=server.serve_forever).start()
