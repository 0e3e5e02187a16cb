"""The service, put together from its settings: admission, queue, workers, metagraph, metrics."""

import asyncio
import logging
import math
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import psutil

from touchline.errors import NoHotkeyError, OutputError
from touchline.scorevision.chain import (
    ChainWatch,
    Hotkey,
    endpoint_of,
    load_hotkey,
    make_hotkey,
    read_allow_list,
    read_apart,
)
from touchline.scorevision.miner.access.admission import Admission
from touchline.scorevision.miner.access.encryption import KeyExchange
from touchline.scorevision.miner.access.nonces import NonceMemory
from touchline.scorevision.miner.handler import SCRATCH, ChallengeHandler, Download
from touchline.scorevision.miner.health import Vitals
from touchline.scorevision.miner.metrics import Metrics
from touchline.scorevision.settings import MinerSettings
from touchline.service import RequestQueue, WorkerPool
from touchline.service.fetching import ProgressCallback, fetch_video

Ask = Callable[[str], str]
"""Shows a prompt, and gives what was typed."""

ANSWER = "touchline.scorevision.miner.answer:AnswerBuilder"
"""What the workers write frames with; the service itself loads none of the libraries behind it."""

_log = logging.getLogger("touchline.miner")


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Everything behind the routes.

    Attributes:
        settings: What the operator set.
        hotkey: Of the miner; signs its answers.
        admission: Decides which requests are served.
        exchange: Symmetric keys of the encrypted variant; None where it is off.
        pool: The worker processes.
        queue: Bounds the challenges that run and wait.
        handler: From a challenge to its answer.
        watch: Keeps the metagraph up to date.
        metrics: For Prometheus.
        vitals: The health of the service.
    """

    settings: MinerSettings
    hotkey: Hotkey
    admission: Admission
    exchange: KeyExchange | None
    pool: WorkerPool
    queue: RequestQueue
    handler: ChallengeHandler
    watch: ChainWatch
    metrics: Metrics
    vitals: Vitals

    @classmethod
    def of(cls, settings: MinerSettings, *, ask: Ask | None = None) -> "Service":
        """Put a service together; nothing runs yet.

        Args:
            settings: What the operator set.
            ask: Prompts for the password of an encrypted hotkey; None never does.

        Raises:
            ChainError: The hotkey or the allow-list cannot be read.
            OutputError: The folder of what outlives a restart cannot be written.
        """
        scratch = _folder(settings.scratch or Path(tempfile.gettempdir()), "TOUCHLINE_SCRATCH")
        state = _folder(settings.state, "TOUCHLINE_STATE")
        hotkey, watch = find_hotkey(settings, ask=ask), _watch(settings)
        pool = WorkerPool(settings, settings.max_concurrent, answer=ANSWER)
        metrics = Metrics(scratch, lambda: [worker.pid for worker in pool.workers])
        queue = RequestQueue(
            settings.max_concurrent,
            settings.max_queued,
            seconds=settings.answer_within,
            name="the miner",
        )
        return cls(
            settings=settings,
            hotkey=hotkey,
            admission=Admission(
                own=hotkey.address,
                metagraph=lambda: watch.metagraph,
                nonces=NonceMemory(state / f"nonces-{hotkey.address}.sqlite"),
                min_stake=settings.min_stake,
                stake_field=settings.stake_field,
                require_permit=settings.require_permit,
            ),
            exchange=KeyExchange() if settings.encrypted else None,
            pool=pool,
            queue=queue,
            handler=ChallengeHandler(pool, queue, _fetcher(settings), metrics, settings, scratch),
            watch=watch,
            metrics=metrics,
            vitals=Vitals(
                hotkey=hotkey.address,
                version=version("touchline"),
                pool=pool,
                watch=watch,
                settings=settings,
                scratch=scratch,
                started=time.monotonic(),
            ),
        )

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


def find_hotkey(settings: MinerSettings, *, ask: Ask | None = None) -> Hotkey:
    """The hotkey that the settings name; without it and a chain, a throw-away one will do.

    Raises:
        ChainError: There is none, or it cannot be read.
    """
    password = settings.password.get_secret_value() if settings.password else None
    try:
        return load_hotkey(
            settings.wallet_name,
            settings.hotkey_name,
            folder=settings.wallet_path.expanduser(),
            password=password,
            ask=ask,
        )
    except NoHotkeyError as error:
        if settings.allow_list is None:
            raise
        hotkey = make_hotkey()
        _log.warning("%s Offline, the throw-away hotkey %s will do.", error, hotkey.address)
        return hotkey


def sweep(folder: Path) -> None:
    """Remove the videos that killed services left in a folder; those of live ones stay."""
    for left in folder.glob(f"{SCRATCH}*"):
        pid = left.name.removeprefix(SCRATCH).partition("-")[0]
        # In a container a new life often has the process id of the one before.
        if pid == str(os.getpid()) or not (pid.isdecimal() and psutil.pid_exists(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def _watch(settings: MinerSettings) -> ChainWatch:
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


def _fetcher(settings: MinerSettings) -> Download:
    limits = settings.download_limits

    async def fetch(url: str, path: Path, on_progress: ProgressCallback) -> int:
        return await fetch_video(url, path, limits=limits, on_progress=on_progress)

    return fetch


def _folder(path: Path, key: str) -> Path:
    """The folder that a setting names; made if it is missing."""
    folder = path.expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {folder}: {error.strerror}; set {key} to one that may be "
            "written."
        ) from error
    return folder
