"""Connections on which nothing comes are ended; uvicorn alone would keep them for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 20.0
"""Seconds from a connection, or the last answer on it, to the end of the next request's head."""


class HeadTimeoutProtocol(H11Protocol):
    """HTTP/1.1 that waits for the head of a request only so long.

    Who asks for nothing needs no key, and enough of them would use up the file descriptors. A
    request that is being answered has all the time it takes.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._watch()

    def handle_events(self) -> None:
        """Wait no more once a head is there."""
        super().handle_events()
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        self._rest()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_WITHIN, self.timeout_keep_alive_handler)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
