"""The socket that a service listens on, which takes no harm where file descriptors run out."""

import asyncio
import errno
import socket
import time
from typing import Any

from touchline.service.connections import RareLog

BACKLOG = 128
"""Connections that the system holds until they are accepted."""
BURST = 16
"""Connections accepted at one turn of the event loop; those dropped for them go at the next."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
ACCEPT_FAILED = "socket.accept() out of system resource"
"""How asyncio reports what ``EXHAUSTED`` names; it accepts again after a second."""
BACK_OFF = 0.5
"""Seconds without a try after a failed one; shorter than asyncio's second."""


class Listener(socket.socket):
    """A listening socket for asyncio, which would else try and log each of a whole backlog."""

    _burst = 0
    _resumes = 0.0

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection; after a failure, or a burst, none is there for a moment.

        Raises:
            OSError: The first failure, so that asyncio backs off.
        """
        if time.monotonic() < self._resumes or self._burst >= BURST:
            raise BlockingIOError
        if not self._burst:
            asyncio.get_running_loop().call_soon(self._end_burst)
        self._burst += 1
        try:
            return super().accept()
        except OSError as error:
            if error.errno in EXHAUSTED:
                self._resumes = time.monotonic() + BACK_OFF
            raise

    def _end_burst(self) -> None:
        self._burst = 0


def listen(host: str, port: int) -> Listener:
    """A socket that listens.

    Raises:
        OSError: The address is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=BACKLOG) as made:
        listener = Listener(fileno=made.detach())
    # asyncio does so only for sockets of its own: else a small answer waits 40 ms for an echo.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def log_exhaustion_rarely(loop: asyncio.AbstractEventLoop) -> None:
    """Let an event loop say once in a while, not at every try, that it cannot accept."""
    rare, others = RareLog(), loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("message") == ACCEPT_FAILED:
            rare.warn(
                f"no connection can be accepted: {context.get('exception')}; raise the limit of "
                "file descriptors (ulimit -n, LimitNOFILE)"
            )
        elif others is not None:
            others(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
