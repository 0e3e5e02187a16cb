"""Who is served now, who waits, and who is sent away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from touchline.errors import BusyError


class RequestQueue:
    """Room for a few challenges at once, and for a few more to wait; the rest is sent away.

    Args:
        at_once: Challenges that are worked on at the same time.
        waiting: Challenges that may wait.
        seconds: What one is expected to take: after that, who was sent away may come back.
    """

    def __init__(self, at_once: int, waiting: int, *, seconds: float) -> None:
        self.running = 0
        self.closed = False
        self._at_once = at_once
        self._room = at_once + waiting
        self._present = 0
        self._seconds = seconds
        self._turn = asyncio.Semaphore(at_once)
        self._closing = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Challenges that wait."""
        return self._present - self.running

    @property
    def is_free(self) -> bool:
        """Whether a challenge would be worked on at once."""
        return not self.closed and self._present < self._at_once

    def close(self) -> None:
        """Take nobody any more, and send away who waits; what runs goes on."""
        self.closed = True
        self._closing.set()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        Raises:
            BusyError: There is no room, or the service ends.
        """
        self._require_room()
        self._present += 1
        try:
            await self._wait()
            self.running += 1
            try:
                yield
            finally:
                self.running -= 1
                self._turn.release()
        finally:
            self._present -= 1

    def _require_room(self) -> None:
        if self.closed:
            raise BusyError("the miner is stopping.", retry_after=60)
        if self._present >= self._room:
            after = round(self._seconds * (1 + self.waiting))
            raise BusyError("the miner is busy; ask again later.", retry_after=max(1, after))

    async def _wait(self) -> None:
        turn = asyncio.create_task(self._turn.acquire())
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({turn, closing}, return_when=asyncio.FIRST_COMPLETED)
            if self.closed:
                self._require_room()
        except BaseException:
            self._give_back(turn)
            raise
        finally:
            closing.cancel()

    def _give_back(self, turn: "asyncio.Task[bool]") -> None:
        """Of a turn that is not taken, whether it has come already or not."""
        if not turn.cancel() and not turn.cancelled():
            self._turn.release()
