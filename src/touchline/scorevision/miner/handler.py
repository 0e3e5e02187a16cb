"""One challenge from its video's address to its answer."""

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
from touchline.scorevision.miner.metrics import Metrics
from touchline.scorevision.settings import MinerSettings
from touchline.scorevision.wire import Challenge, write_answer
from touchline.service import Analyse, Answered, RequestQueue, WorkerPool, WorkerProcess
from touchline.service.fetching import ProgressCallback

Download = Callable[[str, Path, ProgressCallback], Awaitable[int]]
"""Fetches a URL into a file and reports its progress; removes the file when it fails."""

_log = logging.getLogger("touchline.miner")

SCRATCH = "touchline-video-"
"""How the folders of videos under way begin; then come the process id and some letters."""


@dataclass(frozen=True, slots=True, eq=False)
class ChallengeHandler:
    """Answers challenges, as many at once as there are workers.

    Attributes:
        pool: Who analyses.
        queue: Who is served.
        download: Who fetches.
        metrics: Told what came of it.
        settings: Limits and time.
        scratch: Folder that videos are fetched into.
    """

    pool: WorkerPool
    queue: RequestQueue
    download: Download
    metrics: Metrics
    settings: MinerSettings
    scratch: Path

    async def answer(self, challenge: Challenge, *, received: float) -> bytes:
        """The answer to a challenge, as JSON.

        Args:
            challenge: What is asked.
            received: When it came, by ``time.perf_counter``.

        Raises:
            RequestError: It cannot be answered; see ``touchline.scorevision.miner.statuses``.
            InputError: The video cannot be decoded.
            OutputError: The disk is full.
        """
        with self._told(challenge, received):
            answered = await self._in_time(challenge, received)
        self._note(answered, received)
        return write_answer(
            challenge.challenge_id,
            answered.frames,
            seconds=time.perf_counter() - received,
            skipped=answered.report.skipped,
        )

    @contextmanager
    def _told(self, challenge: Challenge, received: float) -> Iterator[None]:
        """Count and log what becomes of a challenge."""
        outcome, reason = "answered", ""
        try:
            yield
        except BaseException as error:
            outcome, reason = _outcome(error), f": {error}" if str(error) else ""
            raise
        finally:
            self.metrics.challenges.labels(outcome).inc()
            told = challenge.challenge_id, outcome, time.perf_counter() - received, reason
            _log.info("challenge %r: %s after %.1f s%s", *told)

    async def _in_time(self, challenge: Challenge, received: float) -> Answered:
        left = self.settings.give_up_after - (time.perf_counter() - received)
        try:
            async with asyncio.timeout(left):
                async with self.queue.slot(), self.pool.acquire() as worker:
                    return await self._serve(challenge, worker, received)
        except TimeoutError:
            raise DeadlineError(
                f"no answer within {self.settings.give_up_after:.0f} s; the work was dropped."
            ) from None

    async def _serve(
        self, challenge: Challenge, worker: WorkerProcess, received: float
    ) -> Answered:
        """Fetch and analyse side by side: the first pictures are looked at before the last byte."""
        with self._scratch_file() as path:
            result = worker.submit(self._command(path, received))
            fetching = asyncio.create_task(self._fetch(challenge.video_url, path, worker))
            either: set[asyncio.Future[Any]] = {fetching, result}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not result.done():
                    await fetching
                # Shielded: a client that hangs up must not cancel the future that resolves when the
                # worker has dropped the job, or a late result would be taken for the next job's.
                answered = await asyncio.shield(result)
                assert answered is not None, "a job is cancelled only when this has ended"
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
        limits = self.settings.answer_within, self.settings.give_up_after
        return Analyse(
            path=str(path),
            within=tuple(max(0.0, limit - gone) for limit in limits),
            max_seconds=self.settings.max_video_seconds,
            max_pixels=self.settings.max_video_pixels,
        )

    @contextmanager
    def _scratch_file(self) -> Iterator[Path]:
        """An empty file for a video, gone at the end whatever happens."""
        with _room():
            folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=self.scratch))
        try:
            path = folder / "video"
            with _room():
                path.touch()
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _note(self, answered: Answered, received: float) -> None:
        report = answered.report
        self.metrics.frames.inc(report.frames)
        self.metrics.saw(report.seconds)
        self.metrics.stage.labels("answer").observe(time.perf_counter() - received)
        for fault, count in report.faults.items():
            self.metrics.faults.labels(fault).inc(count)


@contextmanager
def _room() -> Iterator[None]:
    """A disk without room is the operator's business."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"there is no room for a video: {error.strerror}.") from error


def _outcome(error: BaseException) -> str:
    """What became of a challenge that ended so, in words."""
    if isinstance(error, asyncio.CancelledError):
        return "client gone"
    if not isinstance(error, TouchlineError):
        return "broken"
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
