"""One request from its video's address to the frames of its answer."""

import asyncio
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from touchline.errors import DeadlineError, OutputError, TouchlineError
from touchline.service.fetching import ProgressCallback
from touchline.service.messages import Analyse
from touchline.service.pool import Answered, WorkerPool, WorkerProcess
from touchline.service.queue import RequestQueue
from touchline.service.settings import ServiceSettings
from touchline.service.web.kept import KeptChallenge, KeptChallenges
from touchline.service.web.metrics import Metrics

Download = Callable[[str, Path, ProgressCallback], Awaitable[int]]
"""Fetches a URL into a file and reports its progress; removes the file when it fails."""

_log = logging.getLogger("touchline.miner")

SCRATCH = "touchline-video-"
"""Prefix of the folders of videos; the process id and some letters follow."""
RESULTS = "results"
"""Folder beside a video, of what is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoHandler:
    """Analyses the videos of challenges, as many at once as there are workers.

    Attributes:
        pool: The worker processes.
        queue: Bounds the challenges that run and wait.
        download: Fetches videos.
        metrics: Count outcomes and seconds.
        settings: Limits and time.
        scratch: Folder that videos are fetched into.
        kept: Where the last challenges are kept to be looked at; None keeps none.
    """

    pool: WorkerPool
    queue: RequestQueue
    download: Download
    metrics: Metrics
    settings: ServiceSettings
    scratch: Path
    kept: KeptChallenges | None = None

    async def analysed(self, url: str, *, name: object, received: float) -> Answered:
        """The frames of a video, as the protocol writes them.

        Args:
            url: Where it lies.
            name: What the challenge is called in the log.
            received: When it came, by ``time.perf_counter``.

        Raises:
            RequestError: It cannot be answered; see ``touchline.service.web.statuses``.
            InputError: The video cannot be decoded.
            OutputError: The disk is full.
        """
        with self._recorded(name, received):
            answered = await self._before_deadline(url, name, received)
        self._observe(answered, received)
        return answered

    @contextmanager
    def _recorded(self, name: object, received: float) -> Iterator[None]:
        """Count and log the outcome of a challenge."""
        outcome, reason = "answered", ""
        try:
            yield
        except BaseException as error:
            outcome, reason = _outcome(error), f": {error}" if str(error) else ""
            raise
        finally:
            self.metrics.challenges.labels(outcome).inc()
            values = name, outcome, time.perf_counter() - received, reason
            _log.info("challenge %r: %s after %.1f s%s", *values)

    async def _before_deadline(self, url: str, name: object, received: float) -> Answered:
        left = self.settings.give_up_after - (time.perf_counter() - received)
        try:
            async with asyncio.timeout(left):
                async with self.queue.slot(), self.pool.acquire() as worker:
                    return await self._process(url, name, worker, received)
        except TimeoutError:
            raise DeadlineError(
                f"no answer within {self.settings.give_up_after:.0f} s; the work was dropped."
            ) from None

    async def _process(
        self, url: str, name: object, worker: WorkerProcess, received: float
    ) -> Answered:
        """Download and analyse at the same time: the first frames before the last byte is there."""
        with self._scratch_file() as path:
            result = worker.submit(self._command(path, received))
            fetching = asyncio.create_task(self._fetch(url, path, worker))
            either: set[asyncio.Future[Any]] = {fetching, result}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not result.done():
                    await fetching
                # Shielded: a client that hangs up must not cancel the future that resolves when the
                # worker has dropped the job, or a late result would be taken for the next job's.
                answered = await asyncio.shield(result)
                assert answered is not None, "a job is cancelled only when this has ended"
                await self._keep(path, name, answered, received)
                return answered
            finally:
                fetching.cancel()
                await asyncio.wait({fetching})

    async def _fetch(self, url: str, path: Path, worker: WorkerProcess) -> None:
        with self.metrics.timed("download"):
            size = await self.download(url, path, worker.arrived)
        self.metrics.bytes.inc(size)
        worker.complete(size)

    def _command(self, path: Path, received: float) -> Analyse:
        gone = time.perf_counter() - received
        stop = self.settings.stop_after
        limits = self.settings.answer_within, stop or self.settings.give_up_after
        return Analyse(
            path=str(path),
            within=tuple(max(0.0, limit - gone) for limit in limits),
            stop_after=None if stop is None else max(0.0, stop - gone),
            max_seconds=self.settings.max_video_seconds,
            max_pixels=self.settings.max_video_pixels,
            results=None if self.kept is None else str(path.parent / RESULTS),
        )

    async def _keep(self, path: Path, name: object, answered: Answered, received: float) -> None:
        results = path.parent / RESULTS
        if self.kept is not None and (results / "summary.json").exists():
            took = time.perf_counter() - received
            told = KeptChallenge(str(name), answered.report.frames, took)
            await asyncio.to_thread(self.kept.take, results, path, told)

    @contextmanager
    def _scratch_file(self) -> Iterator[Path]:
        """An empty file for a video, gone at the end whatever happens."""
        with _disk_errors():
            folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=self.scratch))
        try:
            path = folder / "video"
            with _disk_errors():
                path.touch()
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _observe(self, answered: Answered, received: float) -> None:
        report = answered.report
        self.metrics.frames.inc(report.frames)
        self.metrics.observe(report.seconds)
        self.metrics.stage.labels("answer").observe(time.perf_counter() - received)
        for fault, count in report.faults.items():
            self.metrics.faults.labels(fault).inc(count)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """A full disk is an ``OutputError``, the operator's business."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"there is no room for a video: {error.strerror}.") from error


def _outcome(error: BaseException) -> str:
    """The outcome of a challenge that ended with this error, as the metrics name it."""
    if isinstance(error, asyncio.CancelledError):
        return "client gone"
    if not isinstance(error, TouchlineError):
        return "broken"
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
