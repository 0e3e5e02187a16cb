"""Hosts of videos on the loopback, as good or as bad as a test wants them."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"
VIDEO = HEAD + np.random.default_rng(0).bytes(300_000)
"""Bytes that begin as an MP4 file does."""


@dataclass
class Asked:
    """A request: its path, and its headers by lower-case name."""

    path: str
    headers: dict[str, str]


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Host:
    """What a server does with one request after the other (the last answer repeats), and saw."""

    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    scheme: str = "http"

    def url(self, path: str = "/video.mp4", *, name: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{name}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read_request(reader)
            answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
            self.asked.append(asked)
            await answer(asked, writer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Host]:
    """A server in the running event loop; whatever still hangs at the end is cut off."""
    host = Host(list(answers), scheme="https" if tls else "http")
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(host.serve(reader, writer))
        running.add(task)
        with suppress(asyncio.CancelledError):
            await task
        running.discard(task)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    return Asked(head[0].split(" ")[1], {name.lower(): value for name, value in pairs})


def _head(status: int, headers: dict[str, object]) -> bytes:
    lines = [f"HTTP/1.1 {status} Some Reason", *(f"{key}: {headers[key]}" for key in headers)]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def says(
    body: bytes = VIDEO, *, status: int = 200, announced: int | None = None, **headers: str
) -> Answer:
    """A whole answer; ``announced`` lies about its length, headers are written with underscores."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        length = len(body) if announced is None else announced
        writer.write(_head(status, {"Content-Length": length, **named}) + body)

    return answer


def raw(content: bytes) -> Answer:
    """These bytes and nothing else."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return answer


def redirects(location: str, *, status: int = 302) -> Answer:
    return says(b"<html>moved</html>", status=status, Location=location)


def in_chunks(
    body: bytes = VIDEO, *, size: int = 70_000, whole: bool = True, **headers: str
) -> Answer:
    """Chunked, so without a length; unless ``whole``, the connection ends before the last chunk."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Transfer-Encoding": "chunked", **named}))
        for start in range(0, len(body), size):
            block = body[start : start + size]
            writer.write(f"{len(block):x}\r\n".encode() + block + b"\r\n")
        writer.write(b"0\r\n\r\n" if whole else b"")

    return answer


def with_ranges(body: bytes = VIDEO, *, cut: int | None = None, **headers: str) -> Answer:
    """A file that can be continued; ``cut`` bytes after its start the connection breaks off."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        version = asked.headers.get("if-range")
        same = version in (None, named.get("ETag"), named.get("Last-Modified"))
        span = asked.headers.get("range") if same else None
        start = int(span.removeprefix("bytes=").removesuffix("-")) if span else 0
        told = {"Content-Length": len(body) - start, **named}
        if span:
            told["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        writer.write(_head(206 if span else 200, told) + body[start:][:cut])

    return answer


def stalls(sent: bytes = b"") -> Answer:
    """Sends this much of an answer, then nothing, and holds the line."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        await asyncio.Event().wait()

    return answer


def resets(sent: bytes) -> Answer:
    """Sends this much of an answer, then resets the connection."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.write(sent)
        await writer.drain()
        writer.transport.abort()

    return answer


def trickles(*, every: float) -> Answer:
    """A video of 32 MB, as announced, one byte at a time."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Content-Length": 2**25}) + VIDEO[:100])
        while True:
            await asyncio.sleep(every)
            writer.write(b"x")
            await writer.drain()

    return answer


def never_ends() -> Answer:
    """Chunks for as long as anyone listens."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Transfer-Encoding": "chunked"}))
        while True:
            writer.write(f"{len(VIDEO):x}\r\n".encode() + VIDEO + b"\r\n")
            await writer.drain()

    return answer
