"""The workers of a service: each lent to one challenge at a time, and replaced when it dies."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

import touchline.errors
from touchline.errors import TouchlineError, WorkerError
from touchline.service.messages import (
    Analyse,
    Analysed,
    Arrived,
    Cancel,
    Cancelled,
    Complete,
    Event,
    Failed,
    Progress,
    Ready,
    line,
    read_event,
)
from touchline.settings import Settings

LET_GO = 5.0
"""Seconds that a worker has to let go of cancelled work before it is replaced."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a dead worker is replaced; doubled after each that never got ready."""

_log = logging.getLogger("touchline.miner")


@dataclass(frozen=True, slots=True)
class Answered:
    """The frames of a video as a list in JSON, and what was done for them."""

    frames: bytes
    report: Analysed


class WorkerProcess:
    """One process that analyses videos, one at a time.

    Use ``WorkerProcess.start``; ``ended`` is set when the process is dead, whatever killed it.
    ``frames`` are those it has done of the video in work.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.device: str | None = None
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.frames = 0
        self._process = process
        self._result: asyncio.Future[Answered | None] | None = None
        self._reading = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, settings: Settings, answer: str) -> "WorkerProcess":
        """Start a process; it is ``ready`` when its networks are loaded.

        ``answer`` names what writes its frames, as for ``WorkerPool``.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "touchline.service.worker",
            answer,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # what a terminal interrupts is the service alone
        )
        worker = cls(process)
        worker._say(settings.to_json().encode() + b"\n")
        return worker

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs; the system is asked, for the loop hears of an end later."""
        if self.ended.is_set():
            return False
        try:
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def begin(self, order: Analyse) -> "asyncio.Future[Answered | None]":
        """Order the analysis of a video; None comes of it where it was cancelled.

        The future fails with a ``TouchlineError``: what the worker says of the video, or a
        ``WorkerError`` where it died.
        """
        self._result = asyncio.get_running_loop().create_future()
        self._result.add_done_callback(_look_at_it)
        if self.ended.is_set():
            self._fail("is gone")
        self._say(line(order))
        return self._result

    def arrived(self, there: int, total: int | None) -> None:
        """So many bytes of the video are there."""
        self._say(line(Arrived(there=there, total=total)))

    def complete(self, size: int) -> None:
        """The video is whole, with so many bytes."""
        self._say(line(Complete(size=size)))

    async def let_go(self) -> None:
        """Drop what is in work; a worker that does not is killed."""
        result = self._result
        if result is None or result.done():
            return
        self._say(line(Cancel()))
        done, _ = await asyncio.wait({result}, timeout=LET_GO)
        if not done:
            _log.error("the worker %d does not let go of its work and is killed", self.pid)
            await self.kill()

    async def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.ended.wait()

    def _say(self, text: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(text)

    async def _listen(self) -> None:
        """Hear events until the process ends."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while text := await stdout.readline():
                await self._hear(read_event(text), stdout)
        except (asyncio.IncompleteReadError, ValueError):
            _log.exception("the worker %d cannot be understood", self.pid)
        finally:
            self._fail(f"ended with {await self._code()}")
            self.ended.set()

    async def _code(self) -> int:
        """Exit code of the process, which is killed unless it ends by itself."""
        try:
            return await asyncio.wait_for(self._process.wait(), LET_GO)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    async def _hear(self, event: Event, stdout: asyncio.StreamReader) -> None:
        if isinstance(event, Ready):
            self.device = event.device
            self.ready.set()
        elif isinstance(event, Progress):
            self.frames = event.frames
        elif isinstance(event, Analysed):
            self._answer(Answered(await stdout.readexactly(event.bytes), event))
        elif isinstance(event, Failed):
            self._answer(_error(event))
        elif isinstance(event, Cancelled):
            self._answer(None)

    def _answer(self, answer: Answered | TouchlineError | None) -> None:
        self.frames = 0
        if self._result is None or self._result.done():
            return
        if isinstance(answer, TouchlineError):
            self._result.set_exception(answer)
        else:
            self._result.set_result(answer)

    def _fail(self, how: str) -> None:
        self._answer(WorkerError(f"the process that analyses videos {how}; ask again."))


def _look_at_it(future: "asyncio.Future[Answered | None]") -> None:
    """Who began may be gone when it fails: that is no error of the loop."""
    if not future.cancelled():
        future.exception()


def _error(event: Failed) -> TouchlineError:
    kind = getattr(touchline.errors, event.error, WorkerError)
    error: TouchlineError = kind(event.message)
    return error


class WorkerPool:
    """Keeps as many workers alive as there are challenges at once, and lends them.

    Args:
        settings: What the networks are loaded by.
        size: Workers.
        answer: What writes frames in the form of the protocol, as ``module:class``; see
            ``worker.Answer``.
    """

    def __init__(self, settings: Settings, size: int, *, answer: str) -> None:
        self.workers: list[WorkerProcess] = []
        self.replaced = 0
        self._settings = settings
        self._size = size
        self._answer = answer
        self._free: asyncio.Queue[WorkerProcess] = asyncio.Queue()

    @property
    def is_ready(self) -> bool:
        """Whether every worker has loaded its networks."""
        ready = [each for each in self.workers if each.ready.is_set() and not each.ended.is_set()]
        return len(ready) == self._size

    async def run(self) -> None:
        """Keep the workers alive until cancelled, then end them."""
        try:
            async with asyncio.TaskGroup() as places:
                for _ in range(self._size):
                    places.create_task(self._keep_one())
        finally:
            await asyncio.gather(*(worker.kill() for worker in self.workers))

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[WorkerProcess]:
        """A worker that is ready, as soon as one is free; it lets go of its work at the end."""
        worker = await self._free.get()
        while not worker.is_alive:
            worker = await self._free.get()
        try:
            yield worker
        finally:
            await asyncio.shield(self._take_back(worker))

    async def _take_back(self, worker: WorkerProcess) -> None:
        await worker.let_go()
        if not worker.ended.is_set():
            self._free.put_nowait(worker)

    async def _keep_one(self) -> None:
        """One place: a worker, and another after it whenever it dies."""
        pause = FIRST_PAUSE
        while True:
            worker = await WorkerProcess.start(self._settings, self._answer)
            self.workers.append(worker)
            pause = (
                FIRST_PAUSE if await self._until_ready(worker) else min(2 * pause, LONGEST_PAUSE)
            )
            await worker.ended.wait()
            self.workers.remove(worker)
            self.replaced += 1
            _log.error("the worker %d is gone and will be replaced", worker.pid)
            await asyncio.sleep(pause)

    async def _until_ready(self, worker: WorkerProcess) -> bool:
        ready = asyncio.create_task(worker.ready.wait())
        ended = asyncio.create_task(worker.ended.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        ended.cancel()
        if worker.ready.is_set():
            self._free.put_nowait(worker)
        return worker.ready.is_set()
