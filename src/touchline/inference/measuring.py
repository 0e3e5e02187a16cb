"""Which way of computing a network is the fastest here: measured in about half a second."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np

from touchline.arrays import Image, Images
from touchline.errors import TouchlineError
from touchline.inference.choices import EngineChoice
from touchline.inference.engine import Engine, Outputs

SECONDS = 0.5
"""That the race between the ways of computing a network lasts; to compile them comes on top."""
PATIENCE = 1.5
"""Seconds that it may last where the machine is too busy to tell."""
ROUNDS = 3
"""Runs of each, at least: the best of them counts, as what else the machine does only delays."""
SURE = 1.15
"""The best ``ROUNDS`` runs of a way take at most so many times the best if nothing disturbs."""
MARGIN = 0.07
"""Share of the time that another way must save, so that noise does not choose."""
HOPELESS = 1.5
"""Who takes so many times as long as the best, in all rounds, runs no further."""
TOLERANCE = 0.1
"""Largest difference from float32 of a format that is offered; see ``difference``."""
MOST_IMAGES = 8
SMALL, MANY = 2**16, 8
"""Pixels below which pictures are crops, of which so many times more come at once."""

Load = Callable[[EngineChoice], Engine]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """One way of computing a network.

    Attributes:
        choice: The way.
        milliseconds: Of one picture, many at a time; None where it was not timed.
        difference: From the first, in float32; see ``difference``. None where it failed.
        refused: Why it was not timed; empty where it was.
    """

    choice: EngineChoice
    milliseconds: float | None = None
    difference: float | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class EngineTimings:
    """What was measured of a network.

    Attributes:
        network: Its name.
        size: Height and width of the pictures.
        timings: Each way, float32 first.
        chosen: Of these, the one that is used.
        sure: Whether the machine was quiet enough to tell; where it was not, it is measured anew
            another day.
    """

    network: str
    size: tuple[int, int]
    timings: tuple[Timing, ...]
    chosen: EngineChoice
    sure: bool = True

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """What ``as_dict`` gave.

        Raises:
            TypeError, KeyError, ValueError: It is something else.
        """
        timings = (
            Timing(**{**each, "choice": EngineChoice(**each["choice"])})
            for each in given["timings"]
        )
        height, width = given["size"]
        return cls(
            str(given["network"]),
            (int(height), int(width)),
            tuple(timings),
            EngineChoice(**given["chosen"]),
            bool(given["sure"]),
        )

    def lines(self) -> list[tuple[str, str]]:
        """A line for each way, in two parts: what it is, and its time or why it has none."""
        return [
            (self._named(each), each.refused or f"{each.milliseconds:.2f} ms")
            for each in self.timings
        ]

    def _named(self, timing: Timing) -> str:
        name = f"{self.network} {self.size[1]}x{self.size[0]}, {timing.choice}"
        if timing.difference:
            name += f", {timing.difference:.4f} from f32"
        if timing.choice != self.chosen:
            return name
        return f"{name}: {'chosen' if self.sure else 'for now, as the machine was busy'}"


@dataclass(slots=True)
class _Racer:
    """A way that runs."""

    choice: EngineChoice
    engine: Engine
    difference: float
    runs: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        return min(self.runs, default=np.inf)

    @property
    def is_sure(self) -> bool:
        """Whether its best run was no chance."""
        best = sorted(self.runs)[:ROUNDS]
        return len(best) == ROUNDS and best[-1] <= SURE * best[0]


def measure(
    choices: Sequence[EngineChoice],
    load: Load,
    *,
    size: tuple[int, int],
    clock: Clock = time.perf_counter,
) -> tuple[EngineTimings, Engine]:
    """Time each way, and load the network in the one that is used from now on.

    The first one is float32: the others must agree with it on a made picture, or they are not
    offered. What is presumed stays unless another saves ``MARGIN``. Those with fewer threads are
    tried only of the way that is best with as many as the first.

    Args:
        choices: At least one; of them bfloat16 is presumed, else the first.
        load: Loads the network.
        size: Height and width of the pictures it will be given.
        clock: Seconds.

    Raises:
        ModelError: The network cannot be computed in the first way.
        UsageError: It takes pictures of another size.
        MemoryError: There is not enough memory to try.
    """
    most = choices[0].threads
    count = min(most, MOST_IMAGES) * (MANY if size[0] * size[1] < SMALL else 1)
    images = np.repeat(made_picture(*size)[None], count, axis=0)
    racers, refused = _start([c for c in choices if c.threads == most], load, images[:1])
    _race(racers, images, seconds=SECONDS, clock=clock)
    presumed = next((each for each in racers if each.choice.precision == "bf16"), racers[0])
    best, sure = _fastest(racers, presumed)
    fewer = [c for c in choices if c.threads < most and replace(c, threads=most) == best.choice]
    if sure and fewer:
        again, failed = _start([best.choice, *fewer], load, images[:1])
        _race(again, images, seconds=SECONDS / 2, clock=clock)
        best, sure = _fastest(again, again[0])
        racers, refused = [*racers, *again[1:]], [*refused, *failed]
    timed = [
        Timing(each.choice, round(1000 * each.best / len(images), 3), round(each.difference, 6))
        for each in racers
    ]
    table = EngineTimings(best.engine.name, size, (*timed, *refused), best.choice, sure)
    return table, best.engine


def made_picture(height: int, width: int) -> Image:
    """A picture with something to see: turf, lines, figures and a stand; always the same one.

    Returns:
        uint8 (height, width, 3) BGR.
    """
    rng = np.random.default_rng(16)
    picture = np.full((height, width, 3), (60, 120, 70), np.float32)
    picture[:, np.arange(width) // max(width // 12, 1) % 2 == 0] += 12
    picture[: height // 5] = rng.integers(40, 200, (height // 5, width, 3))
    picture[height // 2 : height // 2 + 2] = picture[:, width // 2 : width // 2 + 2] = 230
    tall = max(height // 18, 4)
    for _ in range(20):
        y, x = rng.integers(height // 5, height), rng.integers(width)
        for part, colour in enumerate(rng.integers(0, 255, (2, 3))):
            top = y + part * tall // 2
            picture[top : top + tall // 2, x : x + max(tall // 3, 2)] = colour
    grain: Image = (picture + rng.normal(0, 6, picture.shape)).clip(0, 255).astype(np.uint8)
    return grain


def difference(answer: Outputs, exact: Outputs) -> float:
    """How far an answer is from the exact one: 0 is not at all, NaN cannot be compared.

    The root mean square of the differences by that of the exact values, of the output in which it
    is largest. The largest difference of single values would say less: what a detector says of
    the size of a box where there is none may be anything.
    """
    return max(
        float(np.sqrt(np.mean((answer[name] - rows) ** 2) / max(np.mean(rows**2), 1e-12)))
        for name, rows in exact.items()
    )


def _start(
    choices: Sequence[EngineChoice], load: Load, image: Images
) -> tuple[list[_Racer], list[Timing]]:
    """Who can be raced, and who is refused; the first must not fail."""
    racers: list[_Racer] = []
    refused: list[Timing] = []
    exact: Outputs = {}
    for choice in choices:
        try:
            engine = load(choice)
            answer = engine.run(image)
        except TouchlineError as error:
            if not exact:
                raise
            refused.append(Timing(choice, refused=str(error)))
            continue
        exact = exact or answer
        off = difference(answer, exact)
        if off <= TOLERANCE:
            racers.append(_Racer(choice, engine, off))
        else:
            known = off if np.isfinite(off) else None
            refused.append(Timing(choice, difference=known, refused="differs too much from f32"))
    return racers, refused


def _race(racers: Sequence[_Racer], images: Images, *, seconds: float, clock: Clock) -> None:
    """Run each in turn, so that what slows the machine down for a while slows all."""
    started, rounds, limit = clock(), 0, seconds
    running = list(racers)
    while rounds < ROUNDS or clock() - started < limit:
        for racer in running:
            begun = clock()
            racer.engine.run(images)
            racer.runs.append(clock() - begun)
        rounds += 1
        least = min(each.best for each in racers)
        if rounds >= ROUNDS:
            running = [each for each in running if each.best <= HOPELESS * least]
        limit = seconds if all(each.is_sure for each in running) else PATIENCE


def _fastest(racers: Sequence[_Racer], presumed: _Racer) -> tuple[_Racer, bool]:
    """Who is used, and whether that is sure.

    Where it is not, who won must have won every round: what disturbed one round disturbed both.
    """
    best = min(racers, key=lambda each: each.best)
    sure = best.is_sure and presumed.is_sure
    won = sure or all(ours < theirs for ours, theirs in zip(best.runs, presumed.runs, strict=False))
    return (best if won and best.best < (1 - MARGIN) * presumed.best else presumed), sure
