# SPDX-License-Identifier: Apache-2.0
"""The peers of the egress scenarios.

sink LOG PORT...          listens outside and writes a line "PORT ADDRESS" for every connection that reaches it
attempt UID TARGET@PORT.. tries to connect as that user, all at once; a JSON object TARGET@PORT -> connected, refused, silent, ...
load UID SECONDS TARGET.. as a mail server: one dialogue after the other, many at once; a JSON object of what came of them
tunnel NETNS NETNS        a VPN: a tun device in each of two namespaces, and whoever carries packets between them
"""
import asyncio
import ctypes
import errno
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


async def serve(log, ports):
    out = open(log, "a", buffering=1)

    async def session(reader, writer):
        port, peer = writer.get_extra_info("sockname")[1], writer.get_extra_info("peername")[0]
        out.write(f"{port} {peer}\n")
        try:
            writer.write(b"220 sink.example\r\n")
            while line := await asyncio.wait_for(reader.readline(), 20):
                writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")
                await writer.drain()
                if line.upper().startswith(b"QUIT"):
                    break
        except (OSError, asyncio.TimeoutError):
            pass
        writer.close()

    for port in ports:
        for address in ("0.0.0.0", "::"):
            await asyncio.start_server(session, address, port, backlog=512)
    await asyncio.Event().wait()


def become(uid):
    if uid:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(uid)


def attempt(uid, targets):
    become(uid)
    waiting, result = {}, {}
    for target in targets:
        host, port = target.split("@")
        one = socket.socket(family(host), socket.SOCK_STREAM)
        one.setblocking(False)
        code = one.connect_ex((host, int(port)))
        if code in (0, errno.EINPROGRESS):
            waiting[one] = target
        else:
            result[target] = errno.errorcode[code]
    end = time.monotonic() + 1.0
    while waiting and time.monotonic() < end:
        for one in select.select([], list(waiting), [], 0.1)[1]:
            code = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            result[waiting.pop(one)] = "connected" if code == 0 else "refused" if code == errno.ECONNREFUSED else errno.errorcode[code]
            one.close()
    result.update({target: "silent" for target in waiting.values()})
    print(json.dumps(result))


async def dialogue(target, counts, over):
    while not over():
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(target, 25), 3)
            assert (await asyncio.wait_for(reader.readline(), 3)).startswith(b"220")
            for line in (b"EHLO mail.example.com", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@plain.example>", b"QUIT"):
                writer.write(line + b"\r\n")
                assert (await asyncio.wait_for(reader.readline(), 3))[:1] == b"2"
            writer.close()
            counts["delivered"] += 1
            await asyncio.sleep(0.02)
        except (OSError, AssertionError, asyncio.TimeoutError) as fault:
            counts["lost"] += 1
            counts["why"] = repr(fault)


async def load(seconds, targets):
    counts = {"delivered": 0, "lost": 0}
    end = time.monotonic() + seconds
    asked = asyncio.Event()  # by an interrupt, to end after the dialogues under way
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, asked.set)
    await asyncio.gather(*(dialogue(target, counts, lambda: asked.is_set() or time.monotonic() > end) for target in targets for _ in range(4)))
    print(json.dumps(counts))


def tun_in(namespace):
    with open(f"/run/netns/{namespace}") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, 0x400454CA, struct.pack("16sH", b"tun0", 0x0001 | 0x1000))
    return device


def tunnel(here, there):
    ends = [tun_in(here), tun_in(there)]
    while True:
        for end in select.select(ends, [], [])[0]:
            try:
                os.write(ends[1 - ends.index(end)], os.read(end, 65536))
            except OSError:
                pass  # the other end is not up yet


if __name__ == "__main__":
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == "sink":
        asyncio.run(serve(words[0], [int(port) for port in words[1:]]))
    elif verb == "attempt":
        attempt(int(words[0]), words[1:])
    elif verb == "load":
        become(int(words[0]))
        asyncio.run(load(float(words[1]), words[2:]))
    elif verb == "tunnel":
        tunnel(*words)
