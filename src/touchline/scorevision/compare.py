"""Two answers to one clip, side by side: ``touchline compare``."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import supervision as sv
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Float64
from touchline.errors import InputError
from touchline.frame import ClassId
from touchline.scorevision import wire
from touchline.scorevision.report import ClipScore, Judge, figure
from touchline.scorevision.response import Response
from touchline.scorevision.score import Terms, score_clips

MIN_IOU = 0.5
"""Overlap from which two boxes are of one object."""
MIN_BALL_IOU = 0.1
"""The same for footballs, which are a few pixels wide."""
SHOWN = 10
"""So many frames are listed for people; JSON has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDifference:
    """How two answers differ in one frame.

    Attributes:
        frame: Its number.
        only_first: Places in the first's list of objects that the second has not.
        only_second: Places in the second's list of objects that the first has not.
        reclassed: Place in the first's list, class there, class in the second, of each object that
            both have and call differently.
        iou: Mean overlap of the objects that both have; None where there are none.
        points_only_first: Vertices (0 to 31) that only the first gives.
        points_only_second: Vertices that only the second gives.
        displacement: Mean distance in pixels of the points that both give; None without any.
        box_gain: Box score of the second less that of the first; None where the frame was not drawn
            or one of them has no box score.
    """

    frame: int
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]
    reclassed: tuple[tuple[int, int, int], ...]
    iou: float | None
    points_only_first: tuple[int, ...]
    points_only_second: tuple[int, ...]
    displacement: float | None
    box_gain: float | None

    @property
    def size(self) -> int:
        """How many objects and points differ in kind or are in one answer only."""
        lonely = len(self.only_first) + len(self.only_second) + len(self.reclassed)
        return lonely + len(self.points_only_first) + len(self.points_only_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both scores of one clip, and every frame's differences, in order."""

    first: ClipScore
    second: ClipScore
    frames: tuple[FrameDifference, ...]

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON takes it; the scores as in ``ClipScore.as_dict``."""
        return {
            "first": self.first.as_dict(),
            "second": self.second.as_dict(),
            "totals": self.totals(),
            "frames": [asdict(each) for each in self.frames],
        }

    def totals(self) -> dict[str, float | int | None]:
        """Sums, and means over the frames that have one."""
        return {
            "only_first": sum(len(each.only_first) for each in self.frames),
            "only_second": sum(len(each.only_second) for each in self.frames),
            "reclassed": sum(len(each.reclassed) for each in self.frames),
            "iou": _mean_of_known([each.iou for each in self.frames]),
            "points_only_first": sum(len(each.points_only_first) for each in self.frames),
            "points_only_second": sum(len(each.points_only_second) for each in self.frames),
            "displacement": _mean_of_known([each.displacement for each in self.frames]),
        }


def compare_responses(
    first: Response,
    second: Response,
    video: str | os.PathLike[str],
    *,
    judge: Judge,
    terms: tuple[Terms, Terms] | None = None,
) -> Comparison:
    """Score two answers to one clip, and say where they differ.

    Args:
        first: An answer.
        second: Another.
        video: Their clip.
        judge: Who compares image and text, for both.
        terms: Times and seed of each; the seeds should be the same, so that one draw of frames is
            used for both.

    Raises:
        InputError: The video cannot be read, or one of them is no answer to it.
        ModelError: The scorer failed.
    """
    if len(first) != len(second):
        raise InputError(
            f"{second.path}: {len(second)} frames are answered, and in {first.path} {len(first)}; "
            "two answers to one video are needed."
        )
    given = terms or (Terms(), Terms())
    scores = score_clips([(first, given[0]), (second, given[1])], video, judge=judge)
    boxes = [[frame.boxes for frame in score.frames] for score in scores]
    gains = [
        None if one is None or other is None else other.score - one.score
        for one, other in zip(*boxes, strict=True)
    ]
    frames = tuple(
        frame_difference(one, other, frame=i, box_gain=gains[i])
        for i, (one, other) in enumerate(zip(first.frames, second.frames, strict=True))
    )
    return Comparison(first=scores[0], second=scores[1], frames=frames)


def frame_difference(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    frame: int,
    box_gain: float | None = None,
) -> FrameDifference:
    """Say how two answers to one frame differ.

    Objects belong together so that the sum of overlaps is largest (Hungarian algorithm): footballs
    with footballs from an IoU of 0.1, people with people, whatever their role, from 0.5.

    Args:
        first: ``objects`` and ``keypoints``, as in ``Response.frames``.
        second: The same of the other answer.
        frame: Its number.
        box_gain: See ``FrameDifference``.
    """
    one, other = wire.objects_of(first), wire.objects_of(second)
    pairs, overlap = _matched(one, other)
    class_id, other_class_id = wire.class_ids_of(one), wire.class_ids_of(other)
    return FrameDifference(
        frame=frame,
        only_first=_left(len(one), [i for i, _ in pairs]),
        only_second=_left(len(other), [j for _, j in pairs]),
        reclassed=tuple(
            (i, int(class_id[i]), int(other_class_id[j]))
            for i, j in pairs
            if class_id[i] != other_class_id[j]
        ),
        iou=_mean_of_known(overlap),
        box_gain=box_gain,
        **_point_differences(wire.keypoints_of(first), wire.keypoints_of(second)),
    )


def differences_table(comparison: Comparison) -> Table:
    """The frames that differ most."""
    first, second = "only in the first", "only in the second"
    table = Table("frame", first, second, "class", "IoU", "points moved", "box score")
    for each in sorted(comparison.frames, key=lambda frame: -frame.size)[:SHOWN]:
        moved = "none" if each.displacement is None else f"{each.displacement:.1f} px"
        gain = "" if each.box_gain is None else f"{each.box_gain:+.3f}"
        table.add_row(
            str(each.frame),
            f"{len(each.only_first)} boxes, {len(each.points_only_first)} points",
            f"{len(each.only_second)} boxes, {len(each.points_only_second)} points",
            _named(each.reclassed),
            figure(each.iou),
            moved,
            gain,
        )
    return table


def comparison_report(comparison: Comparison) -> Group:
    """Everything to print: notices first, then both scores, then the frames that differ most."""
    first, second = comparison.first, comparison.second
    table = Table(
        "", escape(first.predictions), escape(second.predictions), title=Text(first.video)
    )
    for name, value in _SCORES.items():
        table.add_row(name, figure(value(first)), figure(value(second)))
    said = dict.fromkeys([*first.notices(), *second.notices()])
    return Group(*map(Text, said), table, differences_table(comparison))


_SCORES: dict[str, Callable[[ClipScore], float | None]] = {
    "final": lambda score: score.final,
    "quality": lambda score: score.quality,
    "boxes": lambda score: score.box,
    "keypoints": lambda score: score.reported_keypoints,
    "speed": lambda score: score.speed.score,
}


def _named(reclassed: Sequence[tuple[int, int, int]]) -> str:
    counted = Counter((ClassId(one), ClassId(other)) for _, one, other in reclassed)
    return ", ".join(
        f"{count} {one.name.lower()} > {other.name.lower()}"
        for (one, other), count in counted.most_common()
    )


def _matched(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> tuple[list[tuple[int, int]], list[float]]:
    """Pairs of places in both lists, and their overlaps."""
    iou = np.nan_to_num(sv.box_iou_batch(wire.boxes_of(one), wire.boxes_of(other)))
    ball = (wire.class_ids_of(one) == ClassId.BALL)[:, None]
    other_ball = (wire.class_ids_of(other) == ClassId.BALL)[None]
    least = np.where(ball, MIN_BALL_IOU, MIN_IOU)
    iou = np.where((ball == other_ball) & (iou >= least), iou, 0.0)
    rows, columns = linear_sum_assignment(iou, maximize=True)
    found = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if iou[i, j] > 0]
    return found, [float(iou[pair]) for pair in found]


def _left(count: int, taken: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(set(range(count)).difference(taken)))


def _point_differences(first: Float64, second: Float64) -> dict[str, Any]:
    has, other_has = (first != 0).any(axis=1), (second != 0).any(axis=1)
    both = has & other_has
    moved = np.hypot(*(first - second)[both].T)
    return {
        "points_only_first": tuple(np.flatnonzero(has & ~other_has).tolist()),
        "points_only_second": tuple(np.flatnonzero(other_has & ~has).tolist()),
        "displacement": float(moved.mean()) if both.any() else None,
    }


def _mean_of_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
