"""What a night brings: a service that is asked, what it holds meanwhile, and what it leaves."""

import asyncio
import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.sync.server import serve

from tests.scorevision.miner.serving import MINER, Running
from tests.scorevision.miner.serving import serving as serving_it
from tests.scorevision.miner.validators import ENDPOINT, WITHIN, Validator, body_of
from tests.service.chain.replay import MadeChain, crowd
from tests.service.fetching.hosts import HEAD, Answer, Asked, Host, says, serving

VALIDATOR = Validator(bytes([77]) * 32)
FRAMES = 12
"""Of the clip that is asked for."""
SOON = 20.0
"""Seconds within which what must happen has happened; workers load their networks in it."""


@contextmanager
def service(folder: Path, **settings: str) -> Iterator[Running]:
    """A service that anyone may ask."""
    allowed = folder / "allowed.json"
    allowed.write_text('{"anyone": true}')
    with serving_it(folder, ALLOW_LIST=str(allowed), **settings) as running:
        yield running


async def until(true: Callable[[], bool], *, within: float = SOON) -> None:
    """Wait for something that is bound to happen."""

    async def is_so() -> bool:
        return true()

    await until_so(is_so, within=within)


async def until_so(is_so: Callable[[], Awaitable[bool]], *, within: float = SOON) -> None:
    """The same for what has to be asked for."""
    async with asyncio.timeout(within):
        while not await is_so():
            await asyncio.sleep(0.02)


async def get(running: Running, path: str) -> httpx.Response:
    async with client_of(running) as client:
        return await client.get(path)


async def is_available(running: Running) -> bool:
    return bool((await get(running, "/availability")).json()["available"])


async def until_busy(running: Running) -> None:
    async def is_busy() -> bool:
        return not await is_available(running)

    await until_so(is_busy)


async def until_available(running: Running, *, within: float = SOON) -> None:
    async def is_back() -> bool:
        with suppress(httpx.ConnectError):
            return await is_available(running)
        return False

    await until_so(is_back, within=within)


async def ask(running: Running, video: str) -> httpx.Response:
    """Send a challenge as a validator does."""
    body = body_of(video)
    return await post(running, body, VALIDATOR.headers(MINER, body))


async def post(running: Running, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with client_of(running) as client:
        return await client.post(ENDPOINT, content=body, headers=headers)


def client_of(running: Running) -> httpx.AsyncClient:
    """A client without a proxy and without TLS, whose certificates take long to read."""
    return httpx.AsyncClient(base_url=running.url, timeout=WITHIN, trust_env=False, verify=False)


async def require_answer(running: Running, clip: Path) -> None:
    """The next challenge is answered."""
    async with serving(says(clip.read_bytes())) as host:
        answer = await ask(running, host.url())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["frames"]) == FRAMES


def held(running: Running) -> Counter[str]:
    """What a service holds open, by kind, and the processes that it has started."""
    folder = Path(f"/proc/{running.process.pid}/fd")
    found = Counter(["child"] * len(workers(running)))
    for each in folder.iterdir():
        try:
            found[re.sub(r"\d+", "", os.readlink(each))] += 1
        except FileNotFoundError:
            continue
    return found


def workers(running: Running) -> list[psutil.Process]:
    return psutil.Process(running.process.pid).children(recursive=True)


def is_dead(process: psutil.Process) -> bool:
    """Whether it has ended, though perhaps nobody has asked how."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def videos(running: Running) -> list[Path]:
    """What lies in its scratch folder."""
    return list(running.scratch.glob("*/*"))


@asynccontextmanager
async def nothing_left(running: Running, clip: Path) -> AsyncIterator[None]:
    """Whatever happens in the block, nothing of it is left, and the next challenge is answered."""
    await until_available(running)
    await until(lambda: running.connections() == [])  # those of tests before are over
    before = held(running)
    yield
    await until_available(running)
    await require_answer(running, clip)
    assert list(running.scratch.iterdir()) == []
    with suppress(TimeoutError):
        await until(lambda: held(running) == before)
    after = held(running)
    assert after == before, f"more: {after - before}, less: {before - after}"


class Slow:
    """A host that sends half of a video, and the rest when told to go on."""

    def __init__(self, video: bytes) -> None:
        self.half = len(video) // 2
        self.go_on = asyncio.Event()
        self._video = video

    async def __call__(self, _: Asked, writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {len(self._video)}"
        writer.write(f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode() + self._video[: self.half])
        await writer.drain()
        await self.go_on.wait()
        writer.write(self._video[self.half :])

    async def at_work(self, running: Running) -> None:
        """Until half of it is on the service's disk."""
        await until(lambda: [each.stat().st_size for each in videos(running)] == [self.half])


@asynccontextmanager
async def halfway(running: Running, clip: Path) -> AsyncIterator["tuple[Slow, Host]"]:
    """A host of the clip that stops in the middle."""
    slow = Slow(clip.read_bytes())
    async with serving(slow) as host:
        yield slow, host


def endless() -> Answer:
    """A film that never ends: its index would be behind its pictures."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        film = HEAD + b"\x00\x00\x00\x00mdat"
        while True:
            writer.write(f"{len(film):x}\r\n".encode() + film + b"\r\n")
            await writer.drain()
            film = os.urandom(2**16)

    return answer


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    """A disk of its own, so small that it can be filled; only root can make one."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def chain_at(port: int) -> Iterator[str]:
    """A chain that knows the validator, at the same place each time."""
    chain = MadeChain(crowd(validator=VALIDATOR.public_key))
    with serve(chain.talk, "127.0.0.1", port, ping_interval=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{port}"
        finally:
            server.shutdown()
            thread.join()
