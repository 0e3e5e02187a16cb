"""The video of a challenge, from a stranger's link to a file here.

Whoever may ask decides where we connect to and what we write, so nothing of it is trusted: see
``docs/download.md`` for what is refused, what is tried again, and why.
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
from touchline.service.fetching.partial_file import Arrived, PartialFile
from touchline.service.fetching.request import VideoRequest
from touchline.service.fetching.transient import TransientError, passing

__all__ = ["Limits", "Outside", "download"]

SHORTEST_PAUSE = 4.0
LONGEST_PAUSE = 10.0


@functools.cache
def _authorities() -> ssl.SSLContext:
    # Reading them takes some 25 ms, too long for each download.
    return httpx.create_ssl_context(trust_env=False)


def _connect() -> httpx.AsyncBaseTransport:
    # Without a proxy of its own a transport uses none: only clients look into the environment.
    unshared = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(verify=_authorities(), limits=unshared)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class Outside:
    """What a download needs of the world; tests pass their own.

    Attributes:
        resolver: Finds the addresses of a host.
        connect: Makes what sends requests; see ``VideoRequest.transport`` for what it must not do.
        pause: Waits so many seconds.
        draw: Chooses a number between two.
        free: Bytes that are free on the disk of a folder.
    """

    resolver: Resolver = resolve
    connect: Callable[[], httpx.AsyncBaseTransport] = _connect
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[float, float], float] = random.uniform
    free: Callable[[Path], int] = _free


OUTSIDE = Outside()


async def download(
    url: str, target: Path, *, limits: Limits, arrived: Arrived, outside: Outside = OUTSIDE
) -> int:
    """Fetch a video into a file, which other readers may read as it grows.

    What is on disk once never changes; where the download fails or is cancelled, the file is gone.

    Args:
        url: ``http`` or ``https``, at a public address unless the limits allow others.
        target: The file to make or to replace.
        limits: Time, size and tries.
        arrived: Told the bytes on disk, and the bytes there will be or None, after each block; not
            before the first bytes are known to be no page.
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
                target, name=link.name, limits=limits, arrived=arrived, free=outside.free
            ) as landing:
                await _Download(link, landing, limits, outside, ends).run()
    except TimeoutError:
        if not clock.expired():
            raise
        raise VideoUnreachableError(
            f"{link.name} did not arrive within {limits.seconds:g} s, all tries together."
        ) from None
    return landing.size


@dataclass(frozen=True, slots=True)
class _Download:
    link: Link
    landing: PartialFile
    limits: Limits
    outside: Outside
    ends: float

    async def run(self) -> None:
        """Try until all is there; pause between two tries."""
        async with self.outside.connect() as transport:
            visitor = VideoRequest(transport, self.outside.resolver, self.limits)
            for tried in itertools.count(1):
                try:
                    await self._try(visitor)
                    break
                except TransientError as error:
                    if not await self._paused(tried):
                        raise _given_up(error, tried) from error

    async def _try(self, visitor: VideoRequest) -> None:
        async with visitor.visit(self.link, self.landing.request_headers()) as response:
            with passing(self.link.name, self.limits):
                await self.landing.take(response)

    async def _paused(self, tried: int) -> bool:
        """Wait for another try, unless there is none or no time for it."""
        if tried >= self.limits.tries:
            return False
        seconds = self.outside.draw(SHORTEST_PAUSE, min(SHORTEST_PAUSE * 2**tried, LONGEST_PAUSE))
        if asyncio.get_running_loop().time() + seconds >= self.ends:
            return False
        await self.outside.pause(seconds)
        return True


def _given_up(error: TransientError, tried: int) -> VideoUnreachableError:
    tries = "1 try" if tried == 1 else f"{tried} tries"
    return VideoUnreachableError(f"{str(error).removesuffix('.')}; given up after {tries}.")
