# SPDX-License-Identifier: Apache-2.0
"""Machines inside that open port 25, each as its kind does.

mailer COUNT       a mass mailer: so many servers at once, a new HELO and sender with each, no waiting; both IP families
scanner COUNT      a device set to one server outside: the same HELO, the same sender, QUIT; a second between its attempts
person             somebody who types, with pauses and a correction
speak WHAT         tls, http or silent: something else on port 25
many COUNT SECONDS ADDRESS@PORT [NETWORK]  opens so many connections and holds them, from all addresses of a network that is the
                   machine's own; prints how many were greeted
wave COUNT ADDRESS@PORT          the same, but each says something new when it is greeted and hangs up; prints how many were greeted
hop COUNT NETWORK ADDRESS@PORT   the same, each from another address of that network
"""
import concurrent.futures
import ipaddress
import resource
import selectors
import socket
import sys
import time


def connect(address, port=25, seconds=5):
    return socket.create_connection((address, port), seconds)


def read_to_end(connection):
    said = b""
    try:
        while octets := connection.recv(4096):
            said += octets
    except OSError:
        pass
    return said


def mail_once(number):
    target = f"198.51.100.{number % 200 + 20}" if number % 4 else f"2001:db8:a::{number % 200 + 20:x}"
    name, domain = f"host-{number * 7919 % 10000}", f"shop{number % 90}.example"
    try:
        with connect(target) as connection:
            connection.sendall(f"HELO {name}\r\nMAIL FROM:<offer@{domain}>\r\nRCPT TO:<user{number}@victim{number}.example>\r\nDATA\r\nSubject: \x1b[31mCheap {number}\r\nX-Mailer: Bulk\r\n\r\nBuy.\r\n.\r\n".encode())
            connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)
    except OSError as fault:
        return str(fault).encode()


def mailer(count):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        said = list(pool.map(mail_once, range(int(count))))
    print(sum(b"554 5.7.1 m2.port25.trapped" in text for text in said), "refused", sum(b"\r\n250 " in text[text.find(b"354"):] for text in said), "taken", flush=True)


def dialogue(connection, lines, pause=0.0):
    connection.recv(4096)
    for line in lines:
        time.sleep(pause)
        connection.sendall(line.encode() + b"\r\n")
        if connection.recv(4096)[:1] in (b"", b"4"):
            break


def scanner(count):
    for _ in range(int(count)):
        with connect("198.51.100.80") as connection:
            dialogue(connection, ["EHLO KM-C300i", "MAIL FROM:<scanner@example.com>", "RCPT TO:<anna@example.com>", "DATA", "Subject: Scan\r\nX-Mailer: KM scan to mail\r\n\r\nPage 1\r\n.", "QUIT"])
        time.sleep(1)


def person():
    with connect("198.51.100.81") as connection:
        dialogue(connection, ["helo test", "mial\b\b\bail from:<me@example.com>", "mail from:<me@example.com>", "quit"], 1.2)


def speak(what):
    with connect("198.51.100.82") as connection:
        connection.settimeout(3)
        if what == "tls":
            import ssl
            try:
                ssl.create_default_context().wrap_socket(connection, server_hostname="mx.example.net")
            except (OSError, ssl.SSLError):
                pass
        elif what == "http":
            connection.sendall(b"GET /\x1b]0;x\x07 HTTP/1.1\r\nHost: a\r\n\r\n")
            read_to_end(connection)


def crowd(count, target, seconds, sources=None, say=None):
    """So many connections at once; whoever is greeted says something, if it has a word. How many were greeted, and all of them."""
    address, port = target.split("@")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    selector, opened, greeted = selectors.DefaultSelector(), [], 0
    for i in range(count):
        connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        connection.settimeout(5)
        if sources:
            connection.bind((sources(i), 0))
        connection.connect((address, int(port)))
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, i)
        opened.append(connection)
    end = time.monotonic() + seconds
    waiting = len(opened)
    while time.monotonic() < end and waiting:
        for key, _ in selector.select(0.5):
            if key.fileobj.recv(512).startswith(b"220 "):
                greeted += 1
                if say:
                    key.fileobj.send(say(key.data))
            selector.unregister(key.fileobj)
            waiting -= 1
    return greeted, opened


def addresses(network):
    hosts = ipaddress.ip_network(network)
    return lambda i: str(hosts[i % (hosts.num_addresses - 2) + 1])


def many(count, seconds, target, network=None):
    end = time.monotonic() + float(seconds)
    greeted, _opened = crowd(int(count), target, float(seconds), sources=addresses(network) if network else None)
    print(greeted, flush=True)
    time.sleep(max(0, end - time.monotonic()))


def words(i):
    return f"EHLO bot-{time.monotonic_ns()}-{i}\r\nMAIL FROM:<u{i}@shop{i % 999}.example>\r\nRCPT TO:<victim{i}@example.net>\r\n".encode()


def wave(count, target):
    print(crowd(int(count), target, 20, say=words)[0], flush=True)


def hop(count, network, target):
    print(crowd(int(count), target, 20, sources=addresses(network), say=words)[0], flush=True)


{"mailer": mailer, "scanner": scanner, "person": person, "speak": speak, "many": many, "wave": wave, "hop": hop}[sys.argv[1]](*sys.argv[2:])
