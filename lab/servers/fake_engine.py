#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fake_engine clamd|rspamd ADDRESS MOOD-FILE: an engine of the mood that the file names when a connection comes in.

ADDRESS is unix:PATH or HOST:PORT. Moods of both: honest; slow SECONDS (honest, but late); silent; drip (an octet a second, for ever); garbage;
endless; closes; cut (half of a right answer). Of clamd: unterminated (a right answer without its end), error (clamd's own). Of rspamd: error
(500), other (JSON of another kind), skipped (an answer that says it did not look)."""
import asyncio
import base64
import json
import os
import pathlib
import random
import socket
import struct
import sys

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CODED = base64.b64encode(EICAR)
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + b"GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


class Wire:
    """A connection as coroutines; descriptors beside the octets are kept."""

    def __init__(self, connection):
        self.connection, self.files, self.loop = connection, [], asyncio.get_running_loop()

    def take(self):
        if self.connection.family != socket.AF_UNIX:
            return self.connection.recv(65536)
        octets, files, _, _ = socket.recv_fds(self.connection, 65536, 4)
        self.files += files
        return octets

    async def read(self):
        while True:
            try:
                return self.take()
            except BlockingIOError:
                ready = self.loop.create_future()
                self.loop.add_reader(self.connection, lambda: ready.done() or ready.set_result(None))
                await ready
                self.loop.remove_reader(self.connection)

    async def write(self, octets):
        await self.loop.sock_sendall(self.connection, octets)


async def clamd_question(wire):
    """What is to be scanned, whole."""
    seen = b""
    while b"\0" not in seen:
        more = await wire.read()
        if not more:
            return b""
        seen += more
    command, _, rest = seen.partition(b"\0")
    if command == b"zFILDES":
        while not wire.files and (more := await wire.read()):
            pass
        octets = os.pread(wire.files[0], 1 << 26, 0) if wire.files else b""
        for file in wire.files:
            os.close(file)
        return octets
    out = b""
    while True:
        while len(rest) < 4 or len(rest) < 4 + struct.unpack(">I", rest[:4])[0]:
            if not (more := await wire.read()):
                return out
            rest += more
        size = struct.unpack(">I", rest[:4])[0]
        if not size:
            return out
        out, rest = out + rest[4:4 + size], rest[4 + size:]


def clamd_answer(octets):
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in octets or CODED in octets else b"stream: OK\0"


async def rspamd_question(wire):
    seen = b""
    while b"\r\n\r\n" not in seen:
        if not (more := await wire.read()):
            return b""
        seen += more
    head, _, body = seen.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length and (more := await wire.read()):
        body += more
    return body


def http(body, status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def rspamd_answer(octets):
    if GTUBE in octets:
        return http(json.dumps({"action": "reject", "score": 15.0, "required_score": 15.0, "symbols": {"GTUBE": {"name": "GTUBE", "score": 15.0}}}))
    return http(json.dumps({"action": "no action", "score": 0.1, "required_score": 15.0, "symbols": {}}))


WRONG = {
    "clamd": {"unterminated": b"stream: OK", "error": b"INSTREAM: Can't allocate memory. ERROR\0", "cut": b"stream: O"},
    "rspamd": {"error": http("oops", "500 Internal Server Error"), "other": http('{"default": "ok", "action": "quarantine", "score": 0}'),
               "skipped": http('{"is_skipped": true, "action": "no action", "score": 0, "required_score": 15}'), "cut": http("{" + " " * 99 + "}")[:-40]},
}


async def behave(kind, mood, wire):
    word, _, number = mood.partition(" ")
    if word == "closes":
        return
    question, answer = (clamd_question, clamd_answer) if kind == "clamd" else (rspamd_question, rspamd_answer)
    octets = await question(wire)
    if word == "slow":
        await asyncio.sleep(float(number))
    if word in ("honest", "slow"):
        await wire.write(answer(octets))
    elif word == "silent":
        await asyncio.sleep(600)
    elif word == "garbage":
        await wire.write(random.randbytes(3_000) + b"\0")
    elif word in WRONG[kind]:
        await wire.write(WRONG[kind][word])
    elif word in ("drip", "endless"):
        for _ in range(600 if word == "drip" else 20_000):
            await wire.write(b"x" if word == "drip" else b"x" * 4_096)
            await asyncio.sleep(1 if word == "drip" else 0)


async def serve(kind, moods, connection):
    try:
        await behave(kind, moods.read_text().strip(), Wire(connection))
    except OSError:  # the other side has enough
        pass
    finally:
        asyncio.get_running_loop().remove_reader(connection)
        connection.close()


async def main(kind, address, moods):
    if address.startswith("unix:"):
        door = socket.socket(socket.AF_UNIX)
        door.bind(address[5:])
        os.chmod(address[5:], 0o666)
    else:
        host, port = address.rsplit(":", 1)
        door = socket.create_server((host, int(port)), reuse_port=True)
    door.listen(200)
    door.setblocking(False)
    tasks = set()
    while True:
        connection, _ = await asyncio.get_running_loop().sock_accept(door)
        connection.setblocking(False)
        task = asyncio.create_task(serve(kind, pathlib.Path(moods), connection))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
