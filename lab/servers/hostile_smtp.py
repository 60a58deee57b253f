#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hostile_smtp.py ADDRESS: mail servers that misbehave, one an address, in the order of MODES, from ADDRESS on."""
import ipaddress
import socketserver
import sys
import threading
import time

ESCAPE = b"\x1b]0;owned\x07\x1b[31m<script>alert(1)</script>"


def endless(peer):
    peer.sendall(b"220 ")
    for _ in range(20_000):
        peer.sendall(b"x" * 1_024)


def tarpit(peer):
    for octet in b"220 mail.example ESMTP waiting for you\r\n":
        peer.sendall(bytes([octet]))
        time.sleep(1)


def one_octet(peer):
    """Not hostile, only slow: one octet a segment, and right."""
    for line, command in ((b"220 slow.hostile.example ESMTP\r\n", True), (b"250-slow.hostile.example\r\n250 SIZE 1000\r\n", True), (b"221 bye\r\n", False)):
        for octet in line:
            peer.sendall(bytes([octet]))
            time.sleep(0.002)
        if command:
            peer.recv(999)


def long_line(peer):
    peer.sendall(b"220 " + b"y" * 1_048_576 + b"\r\n")
    time.sleep(5)


def many_lines(peer):
    peer.sendall(b"220 hello\r\n")
    peer.recv(999)
    for _ in range(100_000):
        peer.sendall(b"250-AGAIN\r\n")


def garbage_tls(peer):
    peer.sendall(b"220 hello\r\n")
    peer.recv(999)
    peer.sendall(b"250-hello\r\n250 STARTTLS\r\n")
    peer.recv(999)
    peer.sendall(b"220 go\r\n")
    peer.recv(999)
    peer.sendall(bytes(range(256)) * 64)
    time.sleep(5)


def escapes(peer):
    peer.sendall(b"554 " + ESCAPE + b"\r\n")


def injected(peer):
    peer.sendall(b"220 hello\r\n")
    peer.recv(999)
    peer.sendall(b"250-hello\r\n250 STARTTLS\r\n")
    peer.recv(999)
    peer.sendall(b"220 go\r\n250 injected\r\n")
    time.sleep(5)


MODES = [endless, tarpit, one_octet, long_line, many_lines, garbage_tls, escapes, injected]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """The auditor hangs up on us: that is what the scenario wants."""


def serve(address, mode):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            mode(self.request)

    Server((address, 25), Handler).serve_forever()


if __name__ == "__main__":
    first = ipaddress.ip_address(sys.argv[1])
    for index, mode in enumerate(MODES):
        threading.Thread(target=serve, args=(str(first + index), mode), daemon=index < len(MODES) - 1).start()
