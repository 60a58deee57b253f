# SPDX-License-Identifier: Apache-2.0
"""connect_proxy.py ADDRESS PORT: an HTTP proxy that CONNECTs to wherever it is asked, as a careless one does."""
import asyncio
import sys


async def carry(reader, writer):
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def session(reader, writer):
    try:
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).split()
        host, _, port = head[1].decode().rpartition(":")
        there, back = await asyncio.wait_for(asyncio.open_connection(host.strip("[]"), int(port)), 5)
    except (OSError, ValueError, IndexError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(carry(reader, back), carry(there, writer))


async def main(address, port):
    async with await asyncio.start_server(session, address, int(port)) as server:
        await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
