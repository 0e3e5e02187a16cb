"""What lies behind the routes, put together from the settings: queue, workers, chain, metrics."""

import asyncio
import math
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from touchline.errors import OutputError
from touchline.service.chain import ChainWatch, endpoint_of, read_allow_list, read_apart
from touchline.service.fetching import ProgressCallback, fetch_video
from touchline.service.pool import WorkerPool
from touchline.service.queue import RequestQueue
from touchline.service.settings import ServiceSettings
from touchline.service.web.handler import SCRATCH, Download, VideoHandler
from touchline.service.web.health import Vitals
from touchline.service.web.kept import KeptChallenges
from touchline.service.web.metrics import Metrics


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WebService:
    """Everything behind the routes that no protocol changes.

    Attributes:
        settings: What the operator set.
        pool: The worker processes.
        queue: Bounds the challenges that run and wait.
        handler: From a video's address to its frames.
        watch: Keeps the metagraph up to date.
        metrics: For Prometheus.
        vitals: The health of the service.
    """

    settings: ServiceSettings
    pool: WorkerPool
    queue: RequestQueue
    handler: VideoHandler
    watch: ChainWatch
    metrics: Metrics
    vitals: Vitals

    @property
    def is_available(self) -> bool:
        """Whether a challenge would run at once."""
        return self.queue.is_free and self.pool.is_ready

    def render_metrics(self) -> bytes:
        """All metrics in Prometheus' text form, read now."""
        metagraph = self.watch.metagraph
        self.metrics.running.set(self.queue.running)
        self.metrics.waiting.set(self.queue.waiting)
        self.metrics.under_way.set(sum(worker.frames for worker in self.pool.workers))
        self.metrics.replaced.set(self.pool.replaced)
        self.metrics.chain_age.set(math.nan if metagraph is None else metagraph.age())
        return self.metrics.render()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the workers and read the chain, as long as the block lasts."""
        sweep(self.handler.scratch)
        tasks = [asyncio.create_task(self.pool.run()), asyncio.create_task(self.watch.run())]
        try:
            yield
        finally:
            self.queue.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def shared_parts(
    settings: ServiceSettings,
    handler: type[VideoHandler],
    *,
    answer: str,
    hotkey: str | None,
    needs_chain: bool = True,
) -> dict[str, Any]:
    """The attributes of a ``WebService``, by name; nothing runs yet.

    Args:
        settings: What the operator set.
        handler: The class of the handler.
        answer: What the workers write frames with, as for ``WorkerPool``.
        hotkey: Address of the miner; None where it is not known.
        needs_chain: Whether nobody can be answered before the chain has been read.

    Raises:
        ChainError: The allow-list cannot be read.
        OutputError: A folder cannot be written.
    """
    scratch = folder_of(settings.scratch or Path(tempfile.gettempdir()), "TOUCHLINE_SCRATCH")
    pool, watch = WorkerPool(settings, settings.max_concurrent, answer=answer), _watch(settings)
    metrics = Metrics(scratch, lambda: [worker.pid for worker in pool.workers])
    queue = RequestQueue(
        settings.max_concurrent,
        settings.max_queued,
        seconds=settings.answer_within,
        name="the miner",
    )
    most = 0 if settings.ui == "off" else settings.max_kept
    kept = KeptChallenges.begin(settings.state.expanduser() / "challenges", most)
    return {
        "settings": settings,
        "pool": pool,
        "queue": queue,
        "handler": handler(pool, queue, _fetcher(settings), metrics, settings, scratch, kept),
        "watch": watch,
        "metrics": metrics,
        "vitals": Vitals(
            hotkey=hotkey,
            version=version("touchline"),
            pool=pool,
            watch=watch,
            settings=settings,
            scratch=scratch,
            started=time.monotonic(),
            needs_chain=needs_chain,
        ),
    }


def folder_of(path: Path, key: str) -> Path:
    """The folder that a setting names; made if it is missing.

    Raises:
        OutputError: It cannot be made.
    """
    folder = path.expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {folder}: {error.strerror}; set {key} to one that may be "
            "written."
        ) from error
    return folder


def sweep(folder: Path) -> None:
    """Remove the videos that killed services left in a folder; those of live ones stay."""
    for left in folder.glob(f"{SCRATCH}*"):
        pid = left.name.removeprefix(SCRATCH).partition("-")[0]
        # In a container a new life often has the process id of the one before.
        if pid == str(os.getpid()) or not (pid.isdecimal() and psutil.pid_exists(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def _watch(settings: ServiceSettings) -> ChainWatch:
    if settings.allow_list is not None:
        fixed = read_allow_list(settings.allow_list)
        return ChainWatch(None, store=None, every=settings.chain_every, load_old=False, fixed=fixed)
    endpoint = endpoint_of(settings.subtensor_network, settings.subtensor_address)
    fetch = partial(read_apart, endpoint, settings.netuid)
    return ChainWatch(
        fetch if settings.refresh_nodes else None,
        store=settings.stored_metagraph,
        every=settings.chain_every,
        load_old=settings.load_old_nodes,
    )


def _fetcher(settings: ServiceSettings) -> Download:
    limits = settings.download_limits

    async def fetch(url: str, path: Path, on_progress: ProgressCallback) -> int:
        return await fetch_video(url, path, limits=limits, on_progress=on_progress)

    return fetch
