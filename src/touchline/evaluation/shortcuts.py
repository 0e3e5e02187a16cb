"""How far the fast way of verification agrees with looking at everything."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from touchline.errors import UsageError
from touchline.frame import ClassId, Objects, TrackedFrame
from touchline.pipeline import Models
from touchline.settings import Settings
from touchline.verification import Spent, Verification, load_student

NOTHING = "nothing"
"""What is said of an object that is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcutAgreement:
    """One clip, verified twice: with all shortcuts, and with none.

    Attributes:
        video: The clip.
        verifier: Who looked: the student alone, or the student and an expensive expert.
        objects: Objects in all frames, by what the full way calls them.
        agreeing: Those of them that the fast way calls the same.
        fast: Looks of the fast way.
        full: Looks of the full way.
        seconds: Wall-clock seconds of both ways, ``fast`` and ``full``, beside the networks of the
            other stages: what verification adds to a run is told by a run without it.
    """

    video: str
    verifier: str
    objects: dict[str, int]
    agreeing: dict[str, int]
    fast: Spent
    full: Spent
    seconds: dict[str, float]

    @property
    def share(self) -> float:
        """Share of all objects that both ways call the same; 1 where there are none."""
        total = sum(self.objects.values())
        return sum(self.agreeing.values()) / total if total else 1.0

    def share_of(self, name: str) -> str:
        """The share of what the full way calls ``name``, as a person reads it."""
        if name not in self.objects:
            return "none"
        return f"{self.agreeing.get(name, 0) / self.objects[name]:.2%} of {self.objects[name]}"

    @property
    def expert_share(self) -> float:
        """Share of the objects in frames with a picture that the fast way showed the expert."""
        return self.fast.expert / max(self.fast.objects, 1)

    def as_dict(self) -> dict[str, object]:
        """The figures as JSON takes them."""
        return asdict(self) | {"share": self.share, "expert_share": self.expert_share}


def evaluate_verification(
    videos: Sequence[str | os.PathLike[str]],
    *,
    settings: Settings | None = None,
    expert: str | os.PathLike[str] | None = None,
) -> list[ShortcutAgreement]:
    """Analyse each clip once and verify every window of it both ways.

    Args:
        videos: Clips.
        settings: None reads the environment; ``verifier`` says who looks.
        expert: A network file with the student's inputs and outputs that plays the expensive
            model, in place of the one that the settings name.

    Raises:
        InputError: A video cannot be read.
        ModelError: A network cannot be loaded.
    """
    models = Models.load(settings)
    if expert is not None:
        models = replace(models, expert=load_student(expert, **models.settings.runtime))
    return [_evaluate(video, models) for video in videos]


def shortcut_table(agreements: Sequence[ShortcutAgreement]) -> Table:
    """The figures as a person reads them."""
    columns = [escape(Path(each.video).name) for each in agreements]
    result = Table("fast against full verification", *columns)
    for name in [*(member.name.lower() for member in ClassId), NOTHING]:
        result.add_row(name, *(each.share_of(name) for each in agreements))
    result.add_section()
    for title, figure in _FIGURES.items():
        result.add_row(title, *map(figure, agreements))
    return result


_FIGURES: dict[str, Callable[[ShortcutAgreement], str]] = {
    "all": lambda each: f"{each.share:.2%}",
    "who looks": lambda each: each.verifier,
    "objects that could be looked at": lambda each: str(each.fast.objects),
    "looks by the student, fast (full)": lambda each: f"{each.fast.student} ({each.full.student})",
    "looks by the expert, fast (full)": lambda each: f"{each.fast.expert} ({each.full.expert})",
    "share that the expert sees": lambda each: f"{each.expert_share:.2%}",
    "seconds, fast (full)": lambda each: f"{each.seconds['fast']:.2f} ({each.seconds['full']:.2f})",
}


def _evaluate(video: str | os.PathLike[str], models: Models) -> ShortcutAgreement:
    if models.student is None:
        raise UsageError("TOUCHLINE_VERIFY=off leaves nothing to compare: set fast or full")
    fast, full = (
        Verification(models.student, expert=models.expert, full=full) for full in (False, True)
    )
    both = _Both(fast, full)
    with models.analyze(video, verification=both) as analysis:
        for _ in analysis:
            pass
    return ShortcutAgreement(
        video=os.fspath(video),
        verifier="student" if models.expert is None else "student and expert",
        objects=dict(both.objects),
        agreeing=dict(both.agreeing),
        fast=both.fast.spent,
        full=both.full.spent,
        seconds={way: round(spent, 3) for way, spent in both.seconds.items()},
    )


class _Both:
    """Verifies each window both ways, compares, and hands on the fast one's answer."""

    name, reads, adds = Verification.name, Verification.reads, Verification.adds
    looks = Verification.looks

    def __init__(self, fast: Verification, full: Verification) -> None:
        self.fast, self.full = fast, full
        self.objects: Counter[str] = Counter()
        self.agreeing: Counter[str] = Counter()
        self.seconds = {"fast": 0.0, "full": 0.0}

    @property
    def spent(self) -> Spent:
        """Looks of the fast way."""
        return self.fast.spent

    def process(self, window: Sequence[TrackedFrame]) -> list[Objects]:
        """Do what ``Verification.process`` does, twice."""
        fast = self._timed("fast", self.fast, window)
        full = self._timed("full", self.full, window)
        for frame, one, other in zip(window, fast, full, strict=True):
            said, full_said = _labels(one), _labels(other)
            for track in _labels(frame.objects).keys() | said.keys() | full_said.keys():
                name = full_said.get(track, NOTHING)
                self.objects[name] += 1
                self.agreeing[name] += said.get(track, NOTHING) == name
        return fast

    def _timed(
        self, name: str, verification: Verification, window: Sequence[TrackedFrame]
    ) -> list[Objects]:
        started = time.perf_counter()
        answer = verification.process(window)
        self.seconds[name] += time.perf_counter() - started
        return answer


def _labels(objects: Objects) -> dict[int, str]:
    """Name of the class of each object by its id."""
    names = [ClassId(class_id).name.lower() for class_id in objects.class_id.tolist()]
    return dict(zip(objects.tracker_id.tolist(), names, strict=True))
