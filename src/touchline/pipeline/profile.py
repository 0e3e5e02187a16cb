"""Where a run's time goes: by stage and thread, for a person and for a trace viewer."""

import sys
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from touchline.arrays import Float64
from touchline.pipeline.stopwatch import Stopwatch

LONG = 0.005
"""Seconds for which a stage may hold Python's lock before it is named."""
TICK = 0.002
"""Seconds between two looks at the lock."""
ALONE = 0.9
"""Share of a wait that one stage's thread must have worked, and no other's half as much, for the
lock to have been its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProfile:
    """What a stage took.

    Attributes:
        wall: Seconds by the clock.
        cpu: Seconds that its own thread worked; threads of networks and codecs count apart.
        overlapped: Share of ``wall`` in which another stage was under way too.
        longest_hold: Seconds for which it held Python's lock at most, as far as that was told; 0
            where it never did for more than ``LONG``.
        holds: How often it held it longer than that.
    """

    wall: float
    cpu: float
    overlapped: float
    longest_hold: float = 0.0
    holds: int = 0


class Profile(Stopwatch):
    """A stopwatch that also keeps each block, 40 bytes a piece.

    Use ``watching`` around the work to see who holds Python's lock.
    """

    def __init__(self) -> None:
        super().__init__()
        self._began, self._cpu = time.perf_counter(), time.process_time()
        self._blocks = array("d")  # stage, thread, start, end, worked
        self._stages: list[str] = []
        self._threads: dict[int, tuple[int, str]] = {}
        self._under_way: dict[int, str] = {}
        self._holds: dict[str, list[float]] = {}
        self.untold = 0
        """Waits for the lock of which several stages worked."""

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time the block."""
        me = threading.get_ident()
        self._under_way[me] = stage
        try:
            with super().__call__(stage):
                yield
        finally:
            self._under_way.pop(me, None)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See, from a thread of its own, which stages hold Python's lock for long."""
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    @property
    def wall(self) -> float:
        """Seconds by the clock since it was made."""
        return time.perf_counter() - self._began

    @property
    def cpu(self) -> float:
        """Seconds that all threads of the process have worked since then."""
        return time.process_time() - self._cpu

    def by_stage(self) -> dict[str, StageProfile]:
        """What each stage took, in the order in which they first ran."""
        blocks = self._table()
        stage, start, end, worked = blocks[:, 0], blocks[:, 2], blocks[:, 3], blocks[:, 4]
        alone = _alone(start, end)
        return {
            name: StageProfile(
                wall=float((end - start)[stage == number].sum()),
                cpu=float(worked[stage == number].sum()),
                overlapped=_share(alone[stage == number], (end - start)[stage == number]),
                longest_hold=max(self._holds.get(name, [0.0])),
                holds=len(self._holds.get(name, [])),
            )
            for number, name in enumerate(self._stages)
        }

    def as_trace(self) -> dict[str, Any]:
        """The blocks as trace events, which Perfetto (ui.perfetto.dev) and Chrome open.

        https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
        """
        names = [
            {"ph": "M", "name": "thread_name", "pid": 1, "tid": tid, "args": {"name": name}}
            for tid, name in self._threads.values()
        ]
        blocks = [
            {
                "ph": "X",
                "name": self._stages[int(stage)],
                "pid": 1,
                "tid": int(thread),
                "ts": round(1e6 * (start - self._began), 1),
                "dur": round(1e6 * (end - start), 1),
                "args": {"cpu_ms": round(1e3 * worked, 3)},
            }
            for stage, thread, start, end, worked in self._table().tolist()
        ]
        return {
            "traceEvents": names + blocks,
            "displayTimeUnit": "ms",
            "otherData": {
                "wall": self.wall,
                "cpu": self.cpu,
                "waits_of_several": self.untold,
                "stages": {name: asdict(each) for name, each in self.by_stage().items()},
            },
        }

    def _note(self, stage: str, start: float, worked: float) -> None:
        super()._note(stage, start, worked)
        end, work = time.perf_counter(), time.thread_time() - worked
        me = threading.current_thread()
        with self._lock:
            thread, _ = self._threads.setdefault(
                threading.get_ident(), (len(self._threads) + 1, me.name)
            )
            if stage not in self._stages:
                self._stages.append(stage)
            self._blocks.extend((self._stages.index(stage), thread, start, end, work))

    def _table(self) -> Float64:
        with self._lock:
            return np.array(self._blocks, np.float64).reshape(-1, 5)

    def _watch(self, done: threading.Event) -> None:
        """Sleep again and again; who waits longer than that for the lock sees who worked."""
        before = self._worked()
        while not done.is_set():
            slept = time.perf_counter()
            time.sleep(TICK)
            late = time.perf_counter() - slept - TICK
            now = self._worked()
            # A thread that runs Python gives way after the switch interval: no more is its own.
            if late > LONG + sys.getswitchinterval():
                both = [(now[who][1] - before[who][1], now[who][0]) for who in now if who in before]
                self._blame(late, sorted(both, reverse=True))
            before = now

    def _blame(self, late: float, worked: list[tuple[float, str]]) -> None:
        """Note who held the lock, by the seconds that stages worked meanwhile, the most first."""
        if not worked or worked[0][0] < ALONE * late:
            return  # the processor was elsewhere
        if len(worked) > 1 and worked[1][0] > late / 2:
            self.untold += 1
            return
        self._holds.setdefault(worked[0][1], []).append(late)

    def _worked(self) -> dict[int, tuple[str, float]]:
        """Seconds that the thread of each stage under way has worked so far."""
        worked = {}
        for who, stage in list(self._under_way.items()):
            try:
                clock = time.pthread_getcpuclockid(who)
                worked[who] = stage, time.clock_gettime(clock)
            except (AttributeError, OSError):  # not on this system, or the thread has just ended
                continue
        return worked


def _alone(start: Float64, end: Float64) -> Float64:
    """Seconds (n,) of each block in which no other was under way."""
    moments = np.unique(np.concatenate([start, end]))
    if len(moments) < 2:
        return np.zeros(len(start))
    change = np.zeros(len(moments))
    np.add.at(change, np.searchsorted(moments, start), 1)
    np.add.at(change, np.searchsorted(moments, end), -1)
    single = np.cumsum(change)[:-1] == 1
    total = np.concatenate([[0.0], np.cumsum(np.diff(moments) * single)])
    return np.asarray(total[np.searchsorted(moments, end)] - total[np.searchsorted(moments, start)])


def _share(alone: Float64, wall: Float64) -> float:
    """Share of the wall-clock seconds that were not alone."""
    return float(1 - alone.sum() / wall.sum()) if wall.sum() > 0 else 0.0
