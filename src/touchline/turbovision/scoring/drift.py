"""What a checker finds when it runs the published folder again: served against local, and time.

Source: the description, "Served against local" and "How it is audited".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from touchline.turbovision.scoring.reading import read_answer
from touchline.turbovision.scoring.shapes import Instance, overlap

LEAST_MEAN = 0.95
"""Mean IoU from which an answer is the same."""
FEW = 2
"""Objects that may be missing, and as many that may be more, in a soft drift."""
CLASSES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far two answers to the same frames are apart.

    Attributes:
        mean_iou: Mean over the common frames of the frame's IoU; None without a common frame.
        frames: Frames that both have.
        served: Objects of the served answer in them.
        local: Objects of the local one.
        matched: Served objects with a local one of their class that overlaps.
        matched_iou: Mean IoU of those; 0 of none.
    """

    mean_iou: float | None
    frames: int
    served: int
    local: int
    matched: int
    matched_iou: float

    @property
    def ok(self) -> bool:
        """Whether the answers are the same to the checker."""
        return self.mean_iou is not None and self.mean_iou >= LEAST_MEAN

    @property
    def missing(self) -> int:
        """Served objects that are not found again; extra local ones never lower the mean."""
        return self.served - self.matched

    @property
    def extra(self) -> int:
        """Local objects that were not served."""
        return self.local - self.matched

    @property
    def soft(self) -> bool:
        """Whether a checker lets it pass twice: few objects differ, and the others lie well."""
        close = self.matched_iou >= LEAST_MEAN
        return self.matched > 0 and self.missing <= FEW and self.extra <= FEW and close


def drift_between(served: Sequence[Mapping[str, Any]], local: Sequence[Mapping[str, Any]]) -> Drift:
    """Hold a served answer against one made anew.

    In each common frame every served object, in its order, takes the unused local one of its class
    with the largest IoU above 0. The frame scores the sum of IoUs by the number served; 1 where
    both are empty, 0 where only the served is. Keypoints, teams and confidences are not looked at.

    Args:
        served: Frames with ``frame_id``, ``boxes`` and ``polygons``.
        local: The same, from another run.
    """
    mine, other = _frames(served), _frames(local)
    common = [key for key in mine if key in other]
    matches = [_matches(mine[key], other[key]) for key in common]
    scores = [
        sum(found) / len(mine[key]) if mine[key] else float(not other[key])
        for key, found in zip(common, matches, strict=True)
    ]
    hits = [each for found in matches for each in found]
    return Drift(
        mean_iou=fmean(scores) if scores else None,
        frames=len(common),
        served=sum(len(mine[key]) for key in common),
        local=sum(len(other[key]) for key in common),
        matched=len(hits),
        matched_iou=fmean(hits) if hits else 0.0,
    )


def slow_time(times: Sequence[float]) -> float:
    """Give the time that counts of n, ``sorted[int(0.95 (n - 1))]``: the 2nd worst of 10."""
    return sorted(times)[int(0.95 * (len(times) - 1))] if times else 0.0


def _frames(given: Sequence[Mapping[str, Any]]) -> dict[Any, list[Instance]]:
    return read_answer({"frames": given}, objects=_Classes())


class _Classes(Sequence[str]):
    """Every class by its number: here nobody asks what it is called."""

    def __len__(self) -> int:
        return CLASSES

    def __getitem__(self, index: Any) -> Any:
        return str(index)


def _matches(served: Sequence[Instance], local: Sequence[Instance]) -> list[float]:
    """IoUs of the served objects that have a local one."""
    left, found = list(local), []
    for shape in served:
        same = [i for i, each in enumerate(left) if each.label == shape.label]
        shared = [overlap(shape, left[i], of_nothing=0.0) for i in same]
        if shared and max(shared) > 0:
            found.append(max(shared))
            del left[same[shared.index(max(shared))]]
    return found
