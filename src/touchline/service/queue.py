"""A bounded queue of requests: a few run, a few more wait, and the rest are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from touchline.errors import BusyError


class RequestQueue:
    """Slots for a few requests at once, and places for a few more that wait for one.

    Args:
        max_running: Requests that run at the same time.
        max_waiting: Requests that may wait.
        seconds: How long one is expected to run: ``retry_after`` of a refused one follows from it.
        name: What the service is called in errors.
    """

    def __init__(
        self,
        max_running: int,
        max_waiting: int,
        *,
        seconds: float,
        name: str = "the service",
    ) -> None:
        self.running = 0
        self.closed = False
        self._max_running = max_running
        self._capacity = max_running + max_waiting
        self._size = 0
        self._seconds = seconds
        self._name = name
        self._slots = asyncio.Semaphore(max_running)
        self._closing = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return self._size - self.running

    @property
    def is_free(self) -> bool:
        """Whether a request would run at once."""
        return not self.closed and self._size < self._max_running

    def close(self) -> None:
        """Refuse new requests and those that wait; what runs goes on."""
        self.closed = True
        self._closing.set()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it during the block.

        Raises:
            BusyError: The queue is full, or closed.
        """
        self._require_capacity()
        self._size += 1
        try:
            await self._wait()
            self.running += 1
            try:
                yield
            finally:
                self.running -= 1
                self._slots.release()
        finally:
            self._size -= 1

    def _require_capacity(self) -> None:
        if self.closed:
            raise BusyError(f"{self._name} is stopping.", retry_after=60)
        if self._size >= self._capacity:
            after = round(self._seconds * (1 + self.waiting))
            raise BusyError(f"{self._name} is busy; ask again later.", retry_after=max(1, after))

    async def _wait(self) -> None:
        slot = asyncio.create_task(self._slots.acquire())
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({slot, closing}, return_when=asyncio.FIRST_COMPLETED)
            if self.closed:
                self._require_capacity()
        except BaseException:
            # Not taken, whether the slot was acquired meanwhile or not.
            if not slot.cancel() and not slot.cancelled():
                self._slots.release()
            raise
        finally:
            closing.cancel()
