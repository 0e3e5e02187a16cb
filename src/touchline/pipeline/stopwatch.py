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
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage, in the order in which the stages first ran."""
        with self._lock:
            return dict(self._seconds)

    def take_up(self, seconds: Mapping[str, float]) -> None:
        """Count what was spent before."""
        for stage, spent in seconds.items():
            self._add(stage, spent)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time the block."""
        start, worked = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self._note(stage, start, worked)

    def each(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Yield ``items``, timing how long each takes to arrive."""
        iterator = iter(items)
        while True:
            with self(stage):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    def _note(self, stage: str, start: float, worked: float) -> None:
        """Take in a block that ends now, by both clocks at its beginning."""
        self._add(stage, time.perf_counter() - start)

    def _add(self, stage: str, seconds: float) -> None:
        with self._lock:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds
