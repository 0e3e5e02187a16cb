"""How many connections a service holds: strangers need no key to open them, so they are counted."""

import ipaddress
import logging
import resource
import time
from dataclasses import dataclass
from typing import Protocol

EACH_ADDRESS = 256
"""Connections of one address that may wait for the rest of a request, or be idle."""
MOST = 4096
"""Connections in all, where the limit of file descriptors allows so many."""
RESERVED = 256
"""File descriptors that are kept for workers, videos, the chain and the log."""
LOG_EVERY = 60.0
"""Seconds between two lines on the same trouble."""

_log = logging.getLogger("touchline.service")


class RareLog:
    """Logs what happens again and again once in a while, with how often it did."""

    def __init__(self, every: float = LOG_EVERY) -> None:
        self._every, self._next, self._count = every, 0.0, 0

    def warn(self, message: str) -> None:
        """Log the message, unless the last one is too fresh: then it is only counted."""
        self._count += 1
        now = time.monotonic()
        if now >= self._next:
            _log.warning("%s (%d since the last such line)", message, self._count)
            self._next, self._count = now + self._every, 0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Most connections: of one address that wait, and of all addresses in any state."""

    each: int
    total: int

    @classmethod
    def of_process(cls) -> "ConnectionLimits":
        """What the limit of file descriptors of this process leaves for connections."""
        return cls.under(descriptor_limit())

    @classmethod
    def under(cls, descriptors: int) -> "ConnectionLimits":
        """What so many file descriptors leave; half of them where they are few."""
        total = max(8, min(MOST, descriptors - min(RESERVED, descriptors // 2)))
        return cls(min(EACH_ADDRESS, max(4, total // 2)), total)


def descriptor_limit() -> int:
    """File descriptors that this process may hold (``ulimit -n``)."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**20 if soft == resource.RLIM_INFINITY else soft


class Waiting(Protocol):
    """A connection that can be dropped."""

    def drop(self) -> None:
        """Close it now, whatever was to be sent."""


class _Line:
    """Those who wait, longest first; apart are those who had an answer on their connection."""

    def __init__(self) -> None:
        self.sides: tuple[dict[Waiting, None], dict[Waiting, None]] = ({}, {})

    def __len__(self) -> int:
        return len(self.sides[0]) + len(self.sides[1])

    def first(self, most: int) -> Waiting:
        """Who goes: strangers first, but half of the places stay theirs."""
        strangers, served = self.sides
        return next(iter(strangers if len(strangers) > most // 2 or not served else served))


class Connections:
    """The connections of one server on which a request is awaited, the longest wait first.

    A request that is being answered is none of them: it is never dropped. Where there are too many,
    one that waits long goes, so who sends a request at once is always served.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._places: dict[Waiting, tuple[str, bool]] = {}
        self._all = _Line()
        self._by_address: dict[str, _Line] = {}
        self._log = RareLog()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, connection: Waiting, address: str, *, served: bool, total: int) -> None:
        """Count a connection that begins to wait, and drop another where it is one too many.

        Args:
            connection: It waits from now on.
            address: Of its client; see ``origin``.
            served: Whether a request on it was answered already.
            total: Connections of the server, in any state.
        """
        self._places[connection] = address, served
        ours = self._by_address.setdefault(address, _Line())
        for line in (ours, self._all):
            line.sides[served][connection] = None
        if len(ours) > self.limits.each:
            self._drop(ours.first(self.limits.each), f"{self.limits.each} of {address}")
        elif total > self.limits.total:
            self._drop(self._all.first(self.limits.total), f"{self.limits.total} in all")

    def discard(self, connection: Waiting) -> None:
        """Count a connection no longer: its request is there, or it is gone."""
        place = self._places.pop(connection, None)
        if place is None:
            return
        address, served = place
        ours = self._by_address[address]
        for line in (ours, self._all):
            del line.sides[served][connection]
        if not ours:
            del self._by_address[address]

    def _drop(self, connection: Waiting, why: str) -> None:
        self.discard(connection)
        self._log.warn(f"dropped a connection that waited: more than {why}")
        connection.drop()


def origin(host: str) -> str:
    """The address that connections are counted under: IPv6 by its network of 64 bits."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
