"""Timeouts for clients: uvicorn alone would keep slow and silent connections for ever."""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from touchline.service.connections import ConnectionLimits, Connections, origin

HEAD_TIMEOUT = 20.0
"""Seconds from a connection, or the last answer on it, to the end of the next request's head."""
REST_TIMEOUT = 2.0
"""Seconds from an answer to the end of its request's body, where the answer came first."""
WRITE_TIMEOUT = 60.0
"""Seconds in which a client must read what is sent to it."""

_of_servers: WeakKeyDictionary[ServerState, Connections] = WeakKeyDictionary()


class HeadTimeoutProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose client is too slow, and holds only so many.

    Timed are the head of a request, the rest of a body that was answered before it was there, and
    the reading of answers. None of these needs a key, and enough of them would use up the file
    descriptors. A request that is being answered has all the time it takes; how long the route
    waits for its body is the route's affair.
    """

    _timeout: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _waits = False
    _served = False

    def connection_made(self, transport: Any) -> None:
        """Start the timer for the first head.

        Counted is the connection once what came with it was read: of many that are accepted in one
        go, who sent a request is served.
        """
        super().connection_made(transport)
        self._update_timer()
        self.loop.call_later(0, self._update_count)  # after the reads of this turn of the loop

    def handle_events(self) -> None:
        """Stop the timer once a head is there."""
        super().handle_events()
        self._update()

    def on_response_complete(self) -> None:
        """Start the timer for the rest of the request, or for the next head."""
        self._stop_waiting()
        self._served = self.conn.their_state is not h11.SEND_BODY
        super().on_response_complete()
        self._update()

    def pause_writing(self) -> None:
        """Start the timer for a client that does not read."""
        super().pause_writing()
        self._update()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; what is not read of the last answer soon is lost."""
        super().timeout_keep_alive_handler()
        self._update()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        super().connection_lost(exc)
        self._stop_timer()
        self._stop_waiting()
        if self._write_timer is not None:
            self._write_timer.cancel()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; where an answer is under way already, just close."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # the route's own answer comes too late
            self.cycle.message_event.set()
        super().send_400_response(msg)

    def drop(self) -> None:
        """Close it now, whatever was to be sent."""
        self.transport.abort()

    def _update(self) -> None:
        """Bring timers and count in line with the state of the connection."""
        self._update_timer()
        if self._write_timer is None and self.transport.get_write_buffer_size():
            self._write_timer = self.loop.call_later(WRITE_TIMEOUT, self._end_of_patience)
        self._update_count()

    def _update_count(self) -> None:
        if not self._is_busy():
            self._start_waiting()
        else:
            self._stop_waiting()

    def _is_busy(self) -> bool:
        """Whether a whole request is here, and its answer goes out as fast as it can."""
        answering = self.cycle is not None and not self.cycle.response_complete
        whole = self.conn.their_state is not h11.IDLE and self.conn.their_state is not h11.SEND_BODY
        return answering and whole and not self.flow.write_paused

    def _start_waiting(self) -> None:
        if not self._waits and self in self.connections:
            self._waits = True
            address = origin(self.client[0]) if self.client else ""
            _connections(self.server_state).add(
                self, address, served=self._served, total=len(self.connections)
            )

    def _stop_waiting(self) -> None:
        if self._waits:
            self._waits = False
            _connections(self.server_state).discard(self)

    def _update_timer(self) -> None:
        timeout = self._due()
        if timeout is None or timeout != self._timeout:
            self._stop_timer()
        if timeout is not None and self._timer is None:
            self._timeout = timeout
            self._timer = self.loop.call_later(timeout, self.timeout_keep_alive_handler)

    def _due(self) -> float | None:
        """Seconds that the client has for what it is to send now; None where that is nothing."""
        if self.conn.their_state is h11.IDLE:
            return HEAD_TIMEOUT
        answered = self.cycle is not None and self.cycle.response_complete
        if answered and self.conn.their_state is h11.SEND_BODY:
            return REST_TIMEOUT
        return None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timeout = None

    def _end_of_patience(self) -> None:
        self._write_timer = None
        if self.transport.get_write_buffer_size():
            self.drop()


def _connections(server: ServerState) -> Connections:
    """Those of a server; its limits are those of the process when the first one comes."""
    if server not in _of_servers:
        _of_servers[server] = Connections(ConnectionLimits.of_process())
    return _of_servers[server]
