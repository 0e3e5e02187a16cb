"""The last good metagraph, kept up to date while the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from touchline.errors import ChainError, OutputError
from touchline.service.chain.metagraph import Metagraph, load_metagraph

log = logging.getLogger(__name__)

MIN_BACKOFF = 5.0
"""Seconds after a first failure; doubled after each further one."""


class ChainWatch:
    """Reads the metagraph again and again, and holds on to the last good one.

    Args:
        fetch: Reads it from the chain; None never does.
        store: File in which the last good one outlives a restart.
        every: Seconds between two readings, and at most between two tries.
        load_old: Whether to begin with what is in ``store``.
        fixed: Take this one instead, for ever.
        pause: Sleeps for so many seconds.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Metagraph]] | None,
        *,
        store: Path | None,
        every: float,
        load_old: bool,
        fixed: Metagraph | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetch = fetch if fixed is None else None
        self._store = store if fixed is None else None
        self._every = every
        self._pause = pause
        self._metagraph = fixed
        self._problem: str | None = None
        self._failures = 0
        self._unsaved: str | None = None
        if load_old:
            self._load()

    @property
    def metagraph(self) -> Metagraph | None:
        """The last good one, from memory; None before there is any."""
        return self._metagraph

    @property
    def problem(self) -> str | None:
        """Why the last reading failed; None when it did not."""
        return self._problem

    async def run(self) -> None:
        """Read, keep, pause, until cancelled; returns at once if there is no chain."""
        while self._fetch is not None:
            await self._try(self._fetch)
            backoff: float = MIN_BACKOFF * 2.0 ** min(self._failures - 1, 32)
            await self._pause(min(self._every, backoff) if self._failures else self._every)

    async def _try(self, fetch: Callable[[], Awaitable[Metagraph]]) -> None:
        try:
            self._metagraph = await fetch()
        # Whatever it is, the service goes on with what it knows.
        except Exception as error:
            self._failures += 1
            self._note(str(error) if isinstance(error, ChainError) else repr(error))
            return
        self._failures = 0
        self._note(None)
        await self._save(self._metagraph)

    def _note(self, problem: str | None) -> None:
        """Log changes, not each retry of an hour without a chain."""
        if problem is not None and problem != self._problem:
            kept = "there is none yet" if self._metagraph is None else "the last good one stays"
            log.warning("the metagraph was not read, %s: %s", kept, problem)
        elif problem is None and self._problem is not None:
            log.info("the metagraph is read again")
        self._problem = problem

    def _load(self) -> None:
        if self._store is None:
            return
        try:
            self._metagraph = load_metagraph(self._store)
        except ChainError as error:
            first_start = isinstance(error.__cause__, FileNotFoundError)
            level = logging.INFO if first_start else logging.WARNING
            log.log(level, "no old metagraph to begin with: %s", error)

    async def _save(self, metagraph: Metagraph) -> None:
        if self._store is None:
            return
        unsaved = None
        try:
            await asyncio.to_thread(metagraph.save, self._store)
        except OutputError as error:
            unsaved = str(error)
            if unsaved != self._unsaved:
                log.warning("the metagraph will not outlive a restart: %s", error)
        self._unsaved = unsaved
