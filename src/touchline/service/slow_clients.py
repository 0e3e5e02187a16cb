"""A timeout for the heads of requests: uvicorn alone would keep silent connections for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 20.0
"""Seconds from a connection, or the last answer on it, to the end of the next request's head."""


class HeadTimeoutProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which no head of a request arrives in time.

    A connection without a request needs no key, and enough of them would use up the file
    descriptors. A request that is being answered has all the time it takes.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the timer for the first head."""
        super().connection_made(transport)
        self._update_timer()

    def handle_events(self) -> None:
        """Stop the timer once a head is there."""
        super().handle_events()
        self._update_timer()

    def on_response_complete(self) -> None:
        """Start the timer for the next head."""
        super().on_response_complete()
        self._update_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        super().connection_lost(exc)
        self._stop_timer()

    def _update_timer(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        elif self._timer is None:
            self._timer = self.loop.call_later(HEAD_TIMEOUT, self.timeout_keep_alive_handler)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
