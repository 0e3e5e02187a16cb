"""The worker pool of a service: one request at a time for each worker, a new one where one dies."""

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
    FrameProgress,
    Ready,
    read_event,
    to_line,
)
from touchline.settings import Settings

CANCEL_TIMEOUT = 5.0
"""Seconds that a worker has to drop a cancelled job before it is killed."""
MIN_BACKOFF, MAX_BACKOFF = 0.5, 30.0
"""Seconds before a dead worker is replaced; doubled after each that never got ready."""

_log = logging.getLogger("touchline.service")


@dataclass(frozen=True, slots=True)
class Answered:
    """The frames of a video as the protocol writes them, and what was done for them."""

    frames: bytes
    report: Analysed


class WorkerProcess:
    """One process that analyses videos, one at a time.

    Use ``WorkerProcess.start``; ``ended`` is set when the process is dead, whatever killed it.
    ``frames`` counts those done of its current job.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.device: str | None = None
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.frames = 0
        self._process = process
        self._result: asyncio.Future[Answered | None] | None = None
        self._reading = asyncio.create_task(self._read_events())

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
            start_new_session=True,  # Ctrl-C in a terminal reaches the service alone
        )
        worker = cls(process)
        worker._send(settings.to_json().encode() + b"\n")
        return worker

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs; asks the system, as the event loop learns of its end later."""
        if self.ended.is_set():
            return False
        try:
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def submit(self, command: Analyse) -> "asyncio.Future[Answered | None]":
        """Start the analysis of a video; the result is None where it was cancelled.

        The future fails with a ``TouchlineError``: the one that the worker raised over the video,
        or a ``WorkerError`` where it died.
        """
        self._result = asyncio.get_running_loop().create_future()
        # The caller may be cancelled before it fails: the loop must not report it as unretrieved.
        self._result.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self.ended.is_set():
            self._fail("is gone")
        self._send(to_line(command))
        return self._result

    def arrived(self, there: int, total: int | None) -> None:
        """Tell the worker how many bytes of the video are on disk, of how many where known."""
        self._send(to_line(Arrived(there=there, total=total)))

    def complete(self, size: int) -> None:
        """Tell the worker that the video is whole, with so many bytes."""
        self._send(to_line(Complete(size=size)))

    async def cancel(self) -> None:
        """Cancel the current job, if there is one; a worker that does not drop it is killed."""
        result = self._result
        if result is None or result.done():
            return
        self._send(to_line(Cancel()))
        done, _ = await asyncio.wait({result}, timeout=CANCEL_TIMEOUT)
        if not done:
            _log.error("the worker %d does not let go of its work and is killed", self.pid)
            await self.kill()

    async def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.ended.wait()

    def _send(self, text: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(text)

    async def _read_events(self) -> None:
        """Handle events until the process ends."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while text := await stdout.readline():
                await self._handle(read_event(text), stdout)
        except (asyncio.IncompleteReadError, ValueError):
            _log.exception("the worker %d cannot be understood", self.pid)
        finally:
            self._fail(f"ended with {await self._exit_code()}")
            self.ended.set()

    async def _exit_code(self) -> int:
        """Exit code of the process, which is killed unless it ends by itself."""
        try:
            return await asyncio.wait_for(self._process.wait(), CANCEL_TIMEOUT)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    async def _handle(self, event: Event, stdout: asyncio.StreamReader) -> None:
        if isinstance(event, Ready):
            self.device = event.device
            self.ready.set()
        elif isinstance(event, FrameProgress):
            self.frames = event.frames
        elif isinstance(event, Analysed):
            self._resolve(Answered(await stdout.readexactly(event.bytes), event))
        elif isinstance(event, Failed):
            self._resolve(getattr(touchline.errors, event.error, WorkerError)(event.message))
        elif isinstance(event, Cancelled):
            self._resolve(None)

    def _resolve(self, result: Answered | TouchlineError | None) -> None:
        self.frames = 0
        if self._result is None or self._result.done():
            return
        if isinstance(result, TouchlineError):
            self._result.set_exception(result)
        else:
            self._result.set_result(result)

    def _fail(self, how: str) -> None:
        self._resolve(WorkerError(f"the process that analyses videos {how}; ask again."))


class WorkerPool:
    """Keeps a fixed number of workers alive, and gives each to one request at a time.

    Args:
        settings: What the networks are loaded by.
        size: Workers.
        answer: What writes frames in the form of the protocol, as ``module:class``; see
            ``worker.AnswerWriter``.
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
            async with asyncio.TaskGroup() as supervisors:
                for _ in range(self._size):
                    supervisors.create_task(self._supervise())
        finally:
            await asyncio.gather(*(worker.kill() for worker in self.workers))

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[WorkerProcess]:
        """A ready worker, as soon as one is free; its job is cancelled when the block ends."""
        worker = await self._free.get()
        while not worker.is_alive:
            worker = await self._free.get()
        try:
            yield worker
        finally:
            await asyncio.shield(self._release(worker))

    async def _release(self, worker: WorkerProcess) -> None:
        await worker.cancel()
        if not worker.ended.is_set():
            self._free.put_nowait(worker)

    async def _supervise(self) -> None:
        """Keep one worker alive: start another one whenever it dies."""
        backoff = MIN_BACKOFF
        while True:
            worker = await WorkerProcess.start(self._settings, self._answer)
            self.workers.append(worker)
            is_ready = await self._wait_until_ready(worker)
            backoff = MIN_BACKOFF if is_ready else min(2 * backoff, MAX_BACKOFF)
            await worker.ended.wait()
            self.workers.remove(worker)
            self.replaced += 1
            _log.error("the worker %d is gone and will be replaced", worker.pid)
            await asyncio.sleep(backoff)

    async def _wait_until_ready(self, worker: WorkerProcess) -> bool:
        ready = asyncio.create_task(worker.ready.wait())
        ended = asyncio.create_task(worker.ended.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        ended.cancel()
        if worker.ready.is_set():
            self._free.put_nowait(worker)
        return worker.ready.is_set()
