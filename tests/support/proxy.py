#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A reverse proxy on loopback that counts requests and can make each of them wait.

    proxy.py [--delay MS] [--log FILE] HOST:PORT

Prints its port when it is ready. Bodies stream, connections are kept. The log has one JSON object
for each request: connection, method, path, length of its body, status, bytes sent, seconds.
"""
import argparse
import asyncio
import itertools
import json
import socket
import time

PIECE = 1 << 20
TLS_HANDSHAKE = b"\x16"
# What Go's servers say; its clients go on with plain HTTP at once when they read it.
NOT_TLS = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"


class Head:
    """First line and headers of a message."""

    def __init__(self, raw):
        self.raw = raw
        first, *rest = raw[:-4].decode("latin-1").split("\r\n")
        self.words = first.split(" ", 2)
        self.headers = {name.strip().lower(): text.strip()
                        for name, _, text in (line.partition(":") for line in rest)}

    def says(self, name, word):
        """Whether the header has that word."""
        return word in self.headers.get(name, "").lower()


async def read_head(reader):
    """The next message's."""
    return Head(await reader.readuntil(b"\r\n\r\n"))


async def relay(reader, writer, size):
    """That many bytes."""
    left = size
    while left:
        piece = await reader.read(min(PIECE, left))
        if not piece:
            raise EOFError
        writer.write(piece)
        await writer.drain()
        left -= len(piece)
    return size


async def relay_body(head, reader, writer):
    """The body that belongs to this head; its length."""
    if not head.says("transfer-encoding", "chunked"):
        return await relay(reader, writer, int(head.headers.get("content-length", 0)))
    total = 0
    while True:
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
        size = int(line.partition(b";")[0], 16)
        await relay(reader, writer, size + 2)
        total += size
        if size == 0:  # no trailers
            return total


class Proxy:
    """All connections."""

    def __init__(self, host, port, delay_s, log):
        self.upstream = (host, port)
        self.delay_s = delay_s
        self.log = log
        self.numbers = itertools.count(1)

    async def connection(self, reader, writer):
        """One of a client, with one of its own to the registry."""
        theirs = None
        try:
            first = await reader.readexactly(1)
            if first == TLS_HANDSHAKE:
                writer.write(NOT_TLS)
                return
            theirs = await asyncio.open_connection(*self.upstream, limit=PIECE)
            for stream in (writer, theirs[1]):
                stream.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = next(self.numbers)
            while await self.request(number, first, reader, writer, *theirs):
                first = b""
        except (OSError, EOFError):  # IncompleteReadError is an EOFError
            pass
        finally:
            writer.close()
            if theirs:
                theirs[1].close()

    async def request(self, number, first, reader, writer, their_reader, their_writer):
        """One request and its answer; False when it was the connection's last."""
        head = await read_head(reader)
        head = Head(first + head.raw)
        start = time.monotonic()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        their_writer.write(head.raw)
        answer = None
        if head.says("expect", "100-continue"):
            answer = await read_head(their_reader)
            writer.write(answer.raw)
        length = 0
        if not answer or answer.words[1] == "100":
            length = await relay_body(head, reader, their_writer)
            await their_writer.drain()
            answer = await read_head(their_reader)
            while answer.words[1] == "100":
                answer = await read_head(their_reader)
            writer.write(answer.raw)
        status, sent = int(answer.words[1]), 0
        if head.words[0] != "HEAD" and status not in (204, 304):
            sent = await relay_body(answer, their_reader, writer)
        await writer.drain()
        self.log.write(json.dumps({
            "connection": number, "method": head.words[0], "path": head.words[1],
            "length": length, "status": status, "sent": sent,
            "seconds": round(time.monotonic() - start, 4)}) + "\n")
        self.log.flush()
        return not (head.says("connection", "close") or answer.says("connection", "close"))


async def serve(options, log):
    """Until it is killed."""
    host, _, port = options.upstream.rpartition(":")
    proxy = Proxy(host, int(port), options.delay / 1000, log)
    server = await asyncio.start_server(proxy.connection, "127.0.0.1", 0, limit=PIECE, backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("upstream", metavar="HOST:PORT")
    parser.add_argument("--delay", type=float, default=0, metavar="MS", help="before each request")
    parser.add_argument("--log", default="/dev/null")
    options = parser.parse_args()
    with open(options.log, "a", encoding="utf-8") as log:
        asyncio.run(serve(options, log))


if __name__ == "__main__":
    main()
