#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""smtp_load HOST PORT SESSIONS RECORD: mail programs that send, are deferred, and come again, until SIGTERM; then each ends what it has begun.

RECORD gets one JSON line a message: its name, what it held, and every attempt as [stage, code, text]; code 0: the connection was lost, and at
stage "dot" nobody can know whether the message was taken. A message counts as finished by 250 behind the dot or by a 5xx; after anything
else the session is given up and the same message is tried again over a new one, as a queue would."""
import asyncio
import base64
import json
import random
import signal
import sys

EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PATIENCE = 60  # seconds for one reply: more than any time-out between the mail server and its filter in the laboratory
PAUSE = (0.1, 0.4)

stopping = False


def content(draw, name):
    """(kind, octets): a third are viruses, bare or in an attachment; some clean ones are large enough for a file of the spool."""
    kind = draw.choices(("clean", "large", "virus", "wrapped"), (10, 1, 3, 2))[0]
    head = f"From: <bert@plain.example>\r\nTo: <anna@example.com>\r\nSubject: {name}\r\nDate: Tue, 24 Nov 2026 09:30:00 +0000\r\nMessage-ID: <{name}@plain.example>\r\n"
    if kind == "wrapped":
        coded = base64.b64encode(EICAR.encode()).decode()
        return kind, (f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee attached\r\n--b\r\n"
                      f"Content-Type: application/octet-stream; name=minutes.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n--b--\r\n").encode()
    body = {"clean": "Hello,\r\nthe minutes.\r\n", "large": ("x" * 76 + "\r\n") * 5_000, "virus": EICAR + "\r\n"}[kind]
    return kind, f"{head}\r\n{body}".encode()


class Lost(Exception):
    pass


class Session:
    def __init__(self, host, port):
        self.host, self.port = host, port

    async def reply(self):
        text = []
        while True:
            try:
                line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
            except (OSError, asyncio.TimeoutError) as fault:
                raise Lost(f"{type(fault).__name__}") from None
            if not line.endswith(b"\n"):
                raise Lost("closed")
            text.append(line[4:].decode("latin-1").strip())
            if line[3:4] != b"-":
                return int(line[:3]), " ".join(text)

    async def say(self, octets):
        try:
            self.writer.write(octets)
            await self.writer.drain()
        except OSError:
            raise Lost("closed") from None
        return await self.reply()

    async def open(self):
        try:
            self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(self.host, self.port), PATIENCE)
        except (OSError, asyncio.TimeoutError) as fault:
            raise Lost(f"{type(fault).__name__}") from None
        code, text = await self.reply()
        return (code, text) if code != 220 else await self.say(b"EHLO client.plain.example\r\n")

    def close(self):
        if hasattr(self, "writer"):
            self.writer.close()


async def attempt(session, fresh, octets):
    """(stage, code, text) of the reply that ended it."""
    stage = "connect"
    try:
        if fresh:
            code, text = await session.open()
            if code != 250:
                return stage, code, text
        for stage, line, wanted in (("mail", b"MAIL FROM:<bert@plain.example>\r\n", 250), ("rcpt", b"RCPT TO:<anna@example.com>\r\n", 250), ("data", b"DATA\r\n", 354)):
            code, text = await session.say(line)
            if code != wanted:
                return stage, code, text
        stage = "dot"
        return stage, *await session.say(octets + b".\r\n")
    except Lost as lost:
        return stage, 0, str(lost)


async def client(number, host, port, record):
    draw = random.Random(number)
    session, left, count = None, 0, 0
    while not stopping:
        name = f"load-{number}-{count}"
        count += 1
        kind, octets = content(draw, name)
        attempts = []
        while True:
            fresh = session is None
            if fresh:
                session, left = Session(host, port), draw.randint(1, 5)
            stage, code, text = await attempt(session, fresh, octets)
            attempts.append([stage, code, text])
            left -= 1
            done = (stage == "dot" and code == 250) or code >= 500
            if code != 250 or left == 0:
                session.close()
                session = None
            if done:
                break
            await asyncio.sleep(draw.uniform(*PAUSE))
        record.write(json.dumps({"name": name, "kind": kind, "attempts": attempts}) + "\n")
        record.flush()
        await asyncio.sleep(draw.uniform(*PAUSE))


async def main(host, port, sessions, path):
    def stop():
        global stopping
        stopping = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    with open(path, "w") as record:
        await asyncio.gather(*(client(number, host, int(port), record) for number in range(int(sessions))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
