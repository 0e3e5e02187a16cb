"""What follows tracking: stages that read columns of the objects and add others.

A stage of one's own needs no change here::

    class Kits:
        name, reads, adds, looks = "kits", ("tracker_id",), ("team",), True

        def process(self, window):
            return [frame.objects.with_columns(team=...) for frame in window]

    tl.analyze("match.mp4", stages=[Kits()])
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, Protocol, runtime_checkable

from touchline.errors import UsageError
from touchline.frame import Objects, TrackedFrame
from touchline.tracking import IDENTITY

OWN = frozenset(each.name for each in fields(Objects)) - {"extra"}
"""Columns that every table of objects has."""
PLACED = "position"
"""Column with metres on the pitch; it is there before every stage, and made anew after the last."""


class Stage(Protocol):
    """Works on the tracked frames of one clip; it may remember what came before, so make it anew.

    Attributes:
        name: In messages, and for its seconds in the summary.
        reads: Columns that must be there: those of ``Objects``, ``position``,
            ``identity_confidence``, or what the detector or an earlier stage adds.
        adds: Columns of ``extra`` that it adds to every frame, also to one without objects.
        looks: Whether it needs the pictures of the frames that the detector looked at.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see Attributes
    @property
    def reads(self) -> Collection[str]: ...  # noqa: D102
    @property
    def adds(self) -> Collection[str]: ...  # noqa: D102
    @property
    def looks(self) -> bool: ...  # noqa: D102

    def process(self, window: Sequence[TrackedFrame]) -> list[Objects]:
        """The objects of each frame after this stage, in the same order.

        Args:
            window: Consecutive frames of one shot, a second at most.
        """


@runtime_checkable
class Revising(Protocol):
    """A stage that knows more after the last frame than it knew on the way."""

    def revise(self, objects: Objects, time: float) -> Objects:
        """The objects of the frame at a time, as they look in the end: rows and boxes stay."""


@runtime_checkable
class Numbering(Protocol):
    """A stage that gives ids where it sees better who is who than the tracker did."""

    def number_by(self, new_id: Callable[[], int]) -> None:
        """Take what gives ids that nobody has; not called where the tracker is a foreign one."""


@runtime_checkable
class Resumable(Protocol):
    """A stage that can go on in another process, from the beginning of a shot.

    Attributes:
        memory: What it carries over a cut, of NumPy arrays, plain values and what our own stages
            carry; set before the first window.
    """

    memory: Any


NewStage = Callable[[], Stage]
"""Makes a stage for one clip."""


def check_columns(stages: Iterable[Stage], given: Collection[str] = ()) -> None:
    """See, before the first frame, that each stage finds what it reads and takes no name twice.

    Args:
        stages: In the order in which they work.
        given: Columns that the detector adds.

    Raises:
        UsageError: A column is missing or added twice.
    """
    known = {*OWN, PLACED, IDENTITY, *given}
    for stage in stages:
        if missing := sorted({*stage.reads} - known):
            raise UsageError(
                f"the stage {stage.name} reads {', '.join(missing)}, which nobody before it adds; "
                f"there are {', '.join(sorted(known))}"
            )
        if twice := sorted({*stage.adds} & known):
            raise UsageError(f"the stage {stage.name} adds {', '.join(twice)}, which is there")
        known |= {*stage.adds}


def run_stage(stage: Stage, window: Sequence[TrackedFrame]) -> list[Objects]:
    """Let a stage work on a window, and hold it to what it declares.

    Raises:
        UsageError: It answers something else, leaves out frames, or a column that it says it adds.
    """
    answer = stage.process(window)
    if not isinstance(answer, Sequence) or not all(isinstance(each, Objects) for each in answer):
        raise UsageError(f"the stage {stage.name} answers a list of Objects, one for each frame")
    if len(answer) != len(window):
        raise UsageError(f"the stage {stage.name} answers {len(answer)} of {len(window)} frames")
    for frame, objects in zip(window, answer, strict=True):
        if missing := sorted({*stage.adds} - {*objects.extra}):
            raise UsageError(
                f"the stage {stage.name} says that it adds {', '.join(missing)}, but does not in "
                f"frame {frame.index}"
            )
    return answer
