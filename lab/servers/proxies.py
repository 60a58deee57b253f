#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""proxies.py ADDRESS: four proxies of an office: SOCKS 5 on 1080 (anywhere) and 1081 (443 alone), HTTP CONNECT on 3128 and 3129 likewise."""
import socket
import socketserver
import struct
import sys
import threading


class Proxy(socketserver.BaseRequestHandler):
    def exactly(self, count):
        octets = b""
        while len(octets) < count:
            more = self.request.recv(count - len(octets))
            if not more:
                raise ConnectionError
            octets += more
        return octets

    def carry(self, there):
        """Octets in both directions until one side ends."""
        def copy(source, sink):
            try:
                while octets := source.recv(65_536):
                    sink.sendall(octets)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        back = threading.Thread(target=copy, args=(there, self.request), daemon=True)
        back.start()
        copy(self.request, there)
        back.join(10)
        there.close()

    def allowed(self, port):
        return not self.server.strict or port == 443

    def handle(self):
        try:
            self.converse()
        except OSError:
            pass


class Socks(Proxy):
    """RFC 1928, CONNECT without a login."""

    def converse(self):
        self.exactly(self.exactly(2)[1])
        self.request.sendall(b"\x05\x00")
        _, _, _, kind = self.exactly(4)
        host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, self.exactly(4 if kind == 1 else 16))
        port, = struct.unpack("!H", self.exactly(2))
        if not self.allowed(port):
            return self.request.sendall(b"\x05\x02\x00\x01" + bytes(6))  # not allowed by the ruleset
        there = socket.create_connection((host, port), 5)
        self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
        self.carry(there)


class Http(Proxy):
    """RFC 9110 9.3.6."""

    def converse(self):
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.exactly(1)
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        if not self.allowed(int(port)):
            return self.request.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        there = socket.create_connection((host.strip("[]"), int(port)), 5)
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.carry(there)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    for port, handler, strict in ((1080, Socks, False), (1081, Socks, True), (3128, Http, False), (3129, Http, True)):
        server = Server((sys.argv[1], port), handler)
        server.strict = strict
        threading.Thread(target=server.serve_forever).start()
    print("listening", flush=True)
