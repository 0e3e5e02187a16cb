"""How often the networks look, and how they keep a clip within its time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self

from touchline.settings import FULL_EVERY, Settings
from touchline.video import VideoInfo

LEAN = ((1, 2, 2), (1, 2, 4), (2, 2, 4), (2, 3, 4), (3, 4, 4), (4, 5, 4))
"""What is given up when time is short, in this order: how many times more rarely people and ball,
and the pitch, are looked for, and of how many looks one is full. The pitch comes first: it moves
with the camera, whose motion is measured in every frame anyway. Then the size: in rendered matches
HOTA is the same with one full look in four, and .016 less at half the looks."""
HASTE = 4
"""How many of these steps are worth taking to be paid for speed; the others only avert the end."""
REDUCED_COST = 0.56
"""What a look at 960 pixels costs of one at 1280: it has so many of its pixels."""
WATCHED = ("decode", "motion")
"""Stages that a frame passes before the networks."""
IN_FLIGHT = 3
"""Windows of frames that the networks have passed and that are not through the stages, at most."""
RESERVE = 0.05
"""Share of the time there is that is kept for what comes after the last frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the networks look: at every n-th frame of a shot, and always at its last.

    Attributes:
        detect_every: People and ball are looked for in every n-th frame, ...
        full_every: ... and every n-th of these looks is at the full size, the others at 960 pixels.
        locate_every: The pitch is looked for in every n-th frame.
    """

    detect_every: int
    locate_every: int
    full_every: int = FULL_EVERY

    @classmethod
    def of(cls, settings: Settings, fps: float, *, device: str = "cpu") -> Self:
        """What the settings ask for; where they do not, what two CPU cores or one GPU can keep."""
        detections, locations = (12.5, 3.2) if device.endswith("cpu") else (fps, 12.5)
        return cls(
            detect_every=settings.detect_every or max(1, round(fps / detections)),
            locate_every=settings.locate_every or max(1, round(fps / locations)),
            full_every=settings.full_every,
        )

    def leaner(self) -> list["Pace"]:
        """This pace and those it may fall back to, each with fewer looks than the one before."""
        return [self] + [
            replace(
                self,
                detect_every=self.detect_every * detect,
                locate_every=self.locate_every * locate,
                full_every=max(full, self.full_every),
            )
            for detect, locate, full in LEAN
        ]

    @property
    def full_share(self) -> float:
        """What a look for people and ball costs on average, of a full one."""
        return 1 - (1 - 1 / self.full_every) * (1 - REDUCED_COST)

    @property
    def full_looks(self) -> float:
        """For people and ball, in an average frame: looks, as many full ones as cost the same."""
        return self.full_share / self.detect_every


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of a frame that nothing looks at, of a look for people and ball, for the pitch."""

    frame: float
    detection: float
    pitch: float

    @classmethod
    def measured(
        cls,
        spent: Mapping[str, float],
        *,
        frames: int,
        looks: Mapping[str, float],
        wall: float,
        through: int | None = None,
    ) -> Self:
        """From what a part of a clip has cost.

        The stages overlap, so the seconds that they add up to are scaled to what the clock says.

        Args:
            spent: Seconds by stage, as in ``Stopwatch.seconds``.
            frames: Frames that the networks have passed, at least one.
            looks: How often the networks looked: ``detection`` and ``pitch``.
            wall: Seconds that it took.
            through: Frames of these that are through the stages behind the networks, at least one;
                None is all.
        """
        work = sum(spent.values())
        scale = wall / work if work else 0.0
        detection, pitch = (spent.get(stage, 0.0) for stage in ("detection", "pitch"))
        watched = sum(spent.get(stage, 0.0) for stage in WATCHED)
        behind = work - detection - pitch - watched
        return cls(
            frame=scale * (watched / frames + behind / (through or frames)),
            detection=scale * detection / max(1.0, looks["detection"]),
            pitch=scale * pitch / max(1.0, looks["pitch"]),
        )

    def of(self, pace: Pace) -> float:
        """Seconds of an average frame at a pace."""
        return self.frame + self.detection * pace.full_looks + self.pitch / pace.locate_every


class Pacer(Protocol):
    """Decides before each window of frames how often the networks look in it."""

    def choose(self, done: int, spent: Mapping[str, float]) -> Pace | None:
        """The pace from now on; None where the rest of the clip is left out.

        Args:
            done: Frames that the networks have passed.
            spent: Seconds by stage so far, as in ``Stopwatch.seconds``.
        """
        ...


class Steady:
    """The same pace throughout."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def choose(self, done: int, spent: Mapping[str, float]) -> Pace:
        """The pace it was made with."""
        return self._pace


class Deadline:
    """As many looks as the time allows.

    What a frame and what a look cost is measured while the clip runs; the richest pace that is
    expected to end in time is taken. Where none is that leaves enough to see, hurrying earns
    nothing: then the next of the ``limits`` counts. Where not even the leanest pace meets the last
    one, it is kept to the end of the time, and the frames that are left by then are left out.

    Args:
        pace: What to keep where there is time.
        info: The clip; where it does not tell its length, a pace holds for half the time.
        limits: Seconds from now within which the last frame should be done, shortest first: the one
            that pays, the one after which nobody listens any more.
        after: What is still to be done for each frame after the last one, as a share of what a
            frame costs that nothing looks at.
        clock: Seconds, always growing.
    """

    def __init__(
        self,
        pace: Pace,
        info: VideoInfo,
        limits: tuple[float, ...],
        *,
        after: float = 0.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._paces = pace.leaner()
        self._frames = info.frames
        if self._frames is None and info.duration is not None:
            self._frames = round(info.duration * info.fps)
        self._limits = limits
        self._after = after
        self._clock = clock
        self._started = clock()
        self._looks = {"detection": 0.0, "pitch": 0.0}
        self._pace = pace
        self._done = 0

    def choose(self, done: int, spent: Mapping[str, float]) -> Pace | None:
        """The richest pace that is expected to end within the first limit that can be met."""
        passed = done - self._done
        self._count(done)
        elapsed = self._clock() - self._started
        if done:
            through = max(passed, done - IN_FLIGHT * passed)
            costs = Costs.measured(
                spent, frames=done, looks=self._looks, wall=elapsed, through=through
            )
            settled = elapsed + costs.frame * (self._after * done + IN_FLIGHT * passed)
            self._pace = self._richest(costs, done, settled)
            following = passed if self._frames is None else min(passed, self._frames - done)
            if settled + following * costs.of(self._pace) > self._limits[-1] * (1 - RESERVE):
                return None
        return self._pace

    def _count(self, done: int) -> None:
        """Note the looks since the last choice."""
        frames = done - self._done
        self._looks["detection"] += frames * self._pace.full_looks
        self._looks["pitch"] += frames / self._pace.locate_every
        self._done = done

    def _richest(self, costs: Costs, done: int, settled: float) -> Pace:
        """The same, for the frames that are left, after so many seconds for those that are not."""
        if self._frames is None:
            return self._paces[0] if settled < self._limits[0] / 2 else self._paces[-1]
        left = max(0, self._frames - done)
        for limit in self._limits:
            worth_it = self._paces if limit == self._limits[-1] else self._paces[: HASTE + 1]
            time_left = limit * (1 - RESERVE) - settled
            for pace in worth_it:
                if left * (costs.of(pace) + self._after * costs.frame) <= time_left:
                    return pace
        return self._paces[-1]
