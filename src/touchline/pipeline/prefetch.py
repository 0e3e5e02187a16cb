"""Run a generator ahead of its consumer, so that decode, inference and tracking overlap."""

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")

_POLL = 0.1
"""Seconds after which a producer whose queue is full looks whether anybody still listens."""


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


def prefetch(items: Iterable[T], size: int) -> Generator[T]:
    """Yield ``items`` in order, made in a thread of its own, at most ``size`` ahead.

    An exception in ``items`` is raised here, after the items before it. When the consumer stops
    early (closes this generator), the thread ends and ``items`` is closed in it.
    """
    queue: Queue[_Item[T] | _End] = Queue(maxsize=size)
    gone = threading.Event()
    thread = threading.Thread(target=_produce, args=(items, queue, gone), daemon=True)
    thread.start()
    try:
        while isinstance(entry := queue.get(), _Item):
            yield entry.value
        if entry.error is not None:
            raise entry.error
    finally:
        gone.set()
        _drain(queue)
        thread.join()


def _produce(items: Iterable[T], queue: "Queue[_Item[T] | _End]", gone: threading.Event) -> None:
    iterator = iter(items)
    error: BaseException | None = None
    try:
        for item in iterator:
            if not _put(queue, _Item(item), gone):
                break
    except BaseException as raised:  # handed over to the consumer, whatever it is
        error = raised
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
    _put(queue, _End(error), gone)


def _put(queue: "Queue[_Item[T] | _End]", entry: _Item[T] | _End, gone: threading.Event) -> bool:
    while not gone.is_set():
        try:
            queue.put(entry, timeout=_POLL)
        except Full:
            continue
        return True
    return False


def _drain(queue: "Queue[_Item[T] | _End]") -> None:
    while True:
        try:
            queue.get_nowait()
        except Empty:
            return
