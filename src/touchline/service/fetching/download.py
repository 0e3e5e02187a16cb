"""The download of a video, from the link in a request to a file here.

Whoever sends the request decides where we connect to and what we write, so nothing of it is
trusted: see ``docs/download.md`` for what is refused, what is retried, and why.
"""

import asyncio
import functools
import itertools
import random
import shutil
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from touchline.errors import VideoUnreachableError
from touchline.service.fetching.addresses import Resolver, resolve
from touchline.service.fetching.limits import Limits
from touchline.service.fetching.links import Link, parse_link
from touchline.service.fetching.partial_file import PartialFile, ProgressCallback
from touchline.service.fetching.request import VideoRequest
from touchline.service.fetching.transient import TransientError, transient_errors

MIN_BACKOFF, MAX_BACKOFF = 4.0, 10.0
"""Seconds between two tries at least and at most."""


@functools.cache
def _authorities() -> ssl.SSLContext:
    """The trusted certificates; reading them takes some 25 ms, too long for each download."""
    return httpx.create_ssl_context(trust_env=False)


def _connect() -> httpx.AsyncBaseTransport:
    # Without a proxy of its own a transport uses none: only clients look into the environment.
    unshared = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(verify=_authorities(), limits=unshared)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a download needs of the world; tests pass their own.

    Attributes:
        resolver: Finds the addresses of a host.
        connect: Makes the transport; see ``VideoRequest.transport`` for what it must not do.
        pause: Sleeps for so many seconds.
        draw: Draws a number between two.
        free: Bytes that are free on the disk of a folder.
    """

    resolver: Resolver = resolve
    connect: Callable[[], httpx.AsyncBaseTransport] = _connect
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[float, float], float] = random.uniform
    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free


OUTSIDE = Outside()


async def fetch_video(
    url: str,
    target: Path,
    *,
    limits: Limits,
    on_progress: ProgressCallback,
    outside: Outside = OUTSIDE,
) -> int:
    """Download a video into a file, which others may read as it grows.

    What is on disk once never changes; where the download fails or is cancelled, the file is gone.

    Args:
        url: ``http`` or ``https``, at a public address unless the limits allow others.
        target: The file to make or to replace.
        limits: Time, size and tries.
        on_progress: Called with the bytes on disk, and the bytes there will be or None, after each
            block; not before the first bytes are known to be no page.
        outside: What stands for network, disk, clock and chance.

    Returns:
        Size in bytes.

    Raises:
        VideoRefusedError: The link or one that it redirects to may not be fetched; what it leads to
            is too large, or a page.
        VideoUnreachableError: The host does not give the video, or not in time.
        OutputError: The file cannot be written, or too little of the disk would stay free.
    """
    link = parse_link(url)
    try:
        async with asyncio.timeout(limits.seconds) as clock:
            ends = asyncio.get_running_loop().time() + limits.seconds
            with PartialFile(
                target, name=link.name, limits=limits, on_progress=on_progress, free=outside.free
            ) as file:
                await _Download(link, file, limits, outside, ends).run()
    except TimeoutError:
        if not clock.expired():
            raise
        raise VideoUnreachableError(
            f"{link.name} did not arrive within {limits.seconds:g} s, all tries together."
        ) from None
    return file.size


@dataclass(frozen=True, slots=True)
class _Download:
    link: Link
    file: PartialFile
    limits: Limits
    outside: Outside
    ends: float

    async def run(self) -> None:
        """Retry until all is there, with a backoff between two tries."""
        async with self.outside.connect() as transport:
            request = VideoRequest(transport, self.outside.resolver, self.limits)
            for tried in itertools.count(1):
                try:
                    await self._try(request)
                    return
                except TransientError as error:
                    if not await self._back_off(tried):
                        tries = "1 try" if tried == 1 else f"{tried} tries"
                        raise VideoUnreachableError(
                            f"{str(error).removesuffix('.')}; given up after {tries}."
                        ) from error

    async def _try(self, request: VideoRequest) -> None:
        async with request.send(self.link, self.file.request_headers()) as response:
            with transient_errors(self.link.name, self.limits):
                await self.file.receive(response)

    async def _back_off(self, tried: int) -> bool:
        """Sleep before a retry; False where no try, or no time for one, is left."""
        if tried >= self.limits.tries:
            return False
        seconds = self.outside.draw(MIN_BACKOFF, min(MIN_BACKOFF * 2**tried, MAX_BACKOFF))
        if asyncio.get_running_loop().time() + seconds >= self.ends:
            return False
        await self.outside.pause(seconds)
        return True
