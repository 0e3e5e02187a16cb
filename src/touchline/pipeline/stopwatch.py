"""Seconds spent in each stage."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Stopwatch:
    """Adds up wall-clock seconds by stage; threads may share one.

    Stages overlap, so their sum may be more than the whole run took.

    Args:
        seconds: By stage, spent before.
    """

    def __init__(self, seconds: Mapping[str, float] | None = None) -> None:
        self._seconds = dict(seconds or {})
        self._lock = threading.Lock()

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage, in the order in which the stages first ran."""
        with self._lock:
            return dict(self._seconds)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time the block."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._add(stage, time.perf_counter() - start)

    def each(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Yield ``items``, timing how long each takes to arrive."""
        iterator = iter(items)
        while True:
            start = time.perf_counter()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._add(stage, time.perf_counter() - start)
            yield item

    def _add(self, stage: str, seconds: float) -> None:
        with self._lock:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds
