"""A clip in chapters: its frame states in, what can be said of each stretch of a shot out.

Memory does not grow with the clip: a chapter is a minute at most, and is said as soon as the few
seconds after it are there, which its last speeds need.
"""

from dataclasses import dataclass

import numpy as np

from touchline.analytics.motion import Motions, motions
from touchline.analytics.possession import Possession, possession
from touchline.analytics.sightings import MARGIN, PIECE, Sightings, joined
from touchline.arrays import take_rows
from touchline.frame import FrameState


@dataclass(frozen=True, slots=True, eq=False)
class Chapter:
    """A stretch of one shot.

    Attributes:
        sightings: n sightings, in order of frames.
        moving: n rows of how they move.
        held: Who has the ball, a row for each frame.
    """

    sightings: Sightings
    moving: Motions
    held: Possession

    @classmethod
    def of(cls, sightings: Sightings, *, begin: float = -np.inf, end: float = np.inf) -> "Chapter":
        """Say what can be said of sightings from ``begin`` up to ``end`` (seconds), by all."""
        moving = motions(sightings)
        held = possession(sightings, moving)
        rows, frames = (
            np.flatnonzero((each.time >= begin) & (each.time < end)) for each in (sightings, held)
        )
        return cls(
            sightings[rows],
            take_rows(moving, rows),
            take_rows(held, frames),
        )


class Chapters:
    """Takes frame states in order, gives chapters back when they are complete."""

    def __init__(self) -> None:
        self._waiting: list[Sightings] = []
        self._times: list[float] = []
        self._shot = -1
        self._begin = -np.inf

    def push(self, state: FrameState) -> list[Chapter]:
        """Take a frame; return what is complete now."""
        done = []
        if state.shot != self._shot:
            done = self.flush()
            self._shot, self._begin = state.shot, -np.inf
        elif self._times and state.time - max(self._begin, self._times[0]) >= PIECE + MARGIN:
            done = [self._until(state.time - MARGIN)]
        self._waiting.append(Sightings.of_state(state))
        self._times.append(state.time)
        return done

    def flush(self) -> list[Chapter]:
        """What still waits."""
        done = [self._until(np.inf)] if self._waiting else []
        self._waiting, self._times = [], []
        return done

    def _until(self, end: float) -> Chapter:
        chapter = Chapter.of(joined(self._waiting), begin=self._begin, end=end)
        old = sum(time < end - MARGIN for time in self._times)
        del self._waiting[:old], self._times[:old]
        self._begin = end
        return chapter
