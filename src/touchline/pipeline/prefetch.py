"""Run a generator ahead of its consumer, so that decode, inference and tracking overlap.

Who consumes may leave at any time: by ``close``, or by dropping the iterator, as a loop does that
is left by ``break``. The thread must not be what keeps the consumer alive, so ``items`` may not
refer to whoever holds the iterator. What runs when an iterator is dropped may run anywhere, within
the collector in the midst of another thread's lock, so it takes no lock that is not reentrant and
never waits without end.
"""

import atexit
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

from touchline.errors import UsageError
from touchline.inference import interruptible

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that dropping an iterator, or the end of the program, waits for the thread to end."""


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


@dataclass(slots=True, eq=False)
class _Channel(Generic[T]):
    """What both sides hold: neither holds the other.

    Its queues are those that may be used from a destructor.
    """

    entries: "SimpleQueue[_Item[T] | _End]" = field(default_factory=SimpleQueue)
    room: "SimpleQueue[None]" = field(default_factory=SimpleQueue)
    """One token for each entry that may be put."""
    gone: bool = False
    """Nobody listens any more."""

    def leave(self) -> None:
        """Tell the producer to end, also where it waits for room."""
        self.gone = True
        self.room.put(None)


def prefetch(items: Iterable[T], size: int) -> "Prefetch[T]":
    """Yield ``items`` in order, made in a thread of its own, at most ``size`` ahead.

    The thread starts with the first item that is asked for. An exception in ``items`` is raised
    here, after the items before it. When the consumer stops early (closes or drops what this
    returns), the thread ends and ``items`` is closed in it.
    """
    return Prefetch(items, size)


class Prefetch(Iterator[T]):
    """See ``prefetch``."""

    def __init__(self, items: Iterable[T], size: int) -> None:
        self._items: Iterable[T] | None = items
        self._channel: _Channel[T] = _Channel()
        for _ in range(size):
            self._channel.room.put(None)
        self._thread: threading.Thread | None = None
        self._consumer = 0

    def __next__(self) -> T:
        if self._channel.gone:
            raise StopIteration
        thread = self._thread or self._start()
        if not thread.is_alive() and self._channel.entries.empty():
            raise UsageError(
                "this process was forked while frames were on their way: their thread is not here; "
                "begin the analysis in the process that reads it"
            )
        entry = self._channel.entries.get()
        if isinstance(entry, _Item):
            self._channel.room.put(None)
            return entry.value
        self.close()
        if entry.error is not None:
            raise entry.error
        raise StopIteration

    def close(self) -> None:
        """End the thread, and wait until ``items`` is closed; nothing comes after."""
        self._channel.leave()
        self._items = None
        if self._thread is not None:
            self._thread.join()

    def __del__(self) -> None:
        self._channel.leave()
        # Elsewhere it might wait for what waits for it: the thread itself, or one behind it.
        here = threading.get_ident() == self._consumer
        if self._thread is not None and here and not sys.is_finalizing():
            self._thread.join(PATIENCE)

    def _start(self) -> threading.Thread:
        self._consumer = threading.get_ident()
        args = (self._items or (), self._channel)  # none where another thread has just closed it
        thread = threading.Thread(target=_produce, args=args, daemon=True)
        self._items = None
        thread.start()
        self._thread = thread
        return thread


_running: dict[threading.Thread, "_Channel[object]"] = {}


def _produce(items: Iterable[T], channel: _Channel[T]) -> None:
    thread = threading.current_thread()
    _running[thread] = channel  # type: ignore[assignment]
    try:
        error = _fill(iter(items), channel)
    finally:
        del _running[thread]
    channel.entries.put(_End(error))
    del error  # its traceback holds this frame


def _fill(items: Iterator[T], channel: _Channel[T]) -> BaseException | None:
    """Put the items as long as somebody listens, close them, and return what they raised."""
    try:
        try:
            with interruptible(lambda: channel.gone):
                for item in items:
                    channel.room.get()
                    if channel.gone:
                        break
                    channel.entries.put(_Item(item))
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()
    except BaseException as raised:  # handed over to the consumer, whatever it is
        return None if channel.gone else raised
    return None


@atexit.register
def _end_all() -> None:
    """End the threads while there is an interpreter: what they call has none to come back to."""
    running = list(_running.items())
    for _, channel in running:
        channel.leave()
    end = time.monotonic() + PATIENCE
    for thread, _ in running:
        thread.join(max(0.0, end - time.monotonic()))
