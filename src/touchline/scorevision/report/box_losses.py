"""What keeps the box score of a clip down: the score again, with one thing put right at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from touchline.scorevision.report.clip_score import FrameScore, Loss
from touchline.scorevision.scoring import (
    MIN_COVERAGE,
    PEOPLE,
    agreement_score,
    area_factors,
    occurrence_weights,
    ordered_sum,
    read_boxes,
)

SHARE = 0.65 * 0.5
"""What the box score counts for in the final score."""
SHOWN = 5
"""So many frames are named for each loss."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A box that was looked at: labels claimed and seen, and its share of the image."""

    claimed: str
    seen: str
    area: float

    @property
    def agreement(self) -> float:
        """Points before the weight."""
        return agreement_score(self.claimed, self.seen)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A frame that is in the mean."""

    frame: int
    score: float
    area_factor: float
    seen: tuple[Seen, ...]


_Change = Callable[[Sequence[Seen]], Sequence[Seen]]


def box_losses(
    frames: Sequence[FrameScore],
    objects: Callable[[int], Sequence[Mapping[str, Any]]],
    size: tuple[int, int],
) -> list[Loss]:
    """What the boxes lose.

    Args:
        frames: Of the clip.
        objects: The objects of a frame by its number, as they were scored.
        size: (width, height) of the clip in pixels.

    Returns:
        Losses with a gain above 0, in no order.
    """
    judged = [_judged(each, objects(each.frame), size) for each in frames if each.boxes]
    selected = sum(each.drawn for each in frames)
    found = [
        *_unseen(judged, selected),
        _roles(judged, selected),
        _order(judged, selected),
        _area(judged, selected),
        _empty(judged, selected),
        _coverage(frames, judged, selected),
    ]
    return [each for each in found if each.gain > 0]


def frame_score(seen: Sequence[Seen], *, factor: float | None = None) -> float:
    """Score of a frame whose boxes are seen so: ``frame_box_score`` without looking again."""
    if not seen:
        return 0.0
    labels = [each.seen for each in seen]
    points = occurrence_weights(labels) * [each.agreement for each in seen]
    if factor is None:
        factor = float(area_factors(sum(each.area for each in seen), len(seen)))
    return ordered_sum(points) / (len(set(labels)) + 1) * factor


def clip_score(scores: Sequence[float], selected: int) -> float:
    """``clip_box_score`` before it is rounded."""
    if not scores:
        return 0.0
    mean = min(sum(scores) / len(scores), 1.0)
    return min(max(mean * min(len(scores) / selected / MIN_COVERAGE, 1.0), 0.0), 1.0)


def _judged(
    frame: FrameScore, objects: Sequence[Mapping[str, Any]], size: tuple[int, int]
) -> _Judged:
    assert frame.boxes is not None
    boxes = read_boxes(objects)
    areas = (boxes.width * boxes.height / (size[0] * size[1])).tolist()
    seen = [
        Seen(each.claimed, each.seen, areas[each.index])
        for each in frame.boxes.boxes
        if each.seen is not None
    ]
    return _Judged(frame.frame, frame.boxes.score, frame.boxes.area_factor, tuple(seen))


def _unseen(judged: Sequence[_Judged], selected: int) -> Iterable[Loss]:
    """One loss for each claim that is seen as nothing of the game."""
    pairs = {(s.claimed, s.seen) for each in judged for s in each.seen if s.agreement < 0}
    for claimed, label in sorted(pairs):
        rest = _changed(judged, _without(claimed, label))
        count = sum((s.claimed, s.seen) == (claimed, label) for each in judged for s in each.seen)
        hit = sum(any((s.claimed, s.seen) == (claimed, label) for s in j.seen) for j in judged)
        yield _loss(
            f"{claimed} claimed, {label} seen",
            judged,
            rest,
            selected,
            f"{count} of these boxes in {hit} of {len(judged)} frames earn less than nothing: "
            "leave out, or set right, what the verifier calls so.",
        )


def _roles(judged: Sequence[_Judged], selected: int) -> Loss:
    wrong = [s for each in judged for s in each.seen if _is_other_role(s)]
    people = sum(s.seen in PEOPLE for each in judged for s in each.seen)
    names = [f"{s.claimed} for {s.seen}" for s in wrong]
    most = max(sorted(set(names)), key=names.count, default="none")
    as_seen = _changed(
        judged, lambda seen: [replace(s, claimed=s.seen) if _is_other_role(s) else s for s in seen]
    )
    return _loss(
        "another role seen than claimed",
        judged,
        as_seen,
        selected,
        f"{len(wrong)} of {people} people earn half their points for their role, most often "
        f"{most}: claim the role that is seen.",
    )


def _order(judged: Sequence[_Judged], selected: int) -> Loss:
    return _loss(
        "order of the list",
        judged,
        _changed(judged, lambda seen: sorted(seen, key=lambda s: -s.agreement)),
        selected,
        "Each box of a label weighs half of the one before it: put first what is surest.",
    )


def _area(judged: Sequence[_Judged], selected: int) -> Loss:
    large = [each for each in judged if each.area_factor < 1]
    rest = {
        each.frame: each.score if each.area_factor == 1 else frame_score(each.seen, factor=1.0)
        for each in judged
    }
    least = min((each.area_factor for each in large), default=1.0)
    return _loss(
        "size of the boxes",
        judged,
        rest,
        selected,
        f"{len(large)} frames are marked down for boxes that cover much of the picture, the worst "
        f"to {least:.0%}: cut boxes close, or drop those around several people.",
    )


def _empty(judged: Sequence[_Judged], selected: int) -> Loss:
    nothing = [each.frame for each in judged if not each.seen]
    rest = [each.score for each in judged if each.seen]
    now = clip_score([each.score for each in judged], selected)
    return Loss(
        part="boxes",
        name="frames in which no box counts",
        gain=SHARE * (clip_score(rest, selected) - now) if nothing else 0.0,
        change=f"{len(nothing)} frames score 0 because each of their boxes is too small or in the "
        "top 150 rows: answer them with no object at all, or find people further down.",
        frames=tuple(nothing[:SHOWN]),
    )


def _coverage(frames: Sequence[FrameScore], judged: Sequence[_Judged], selected: int) -> Loss:
    lacking = [each for each in frames if each.drawn and each.boxes is None]
    failed = sum(each.failed is not None for each in lacking)
    scores = [each.score for each in judged]
    mean = min(max(sum(scores) / len(scores), 0.0), 1.0) if scores else 0.0
    return Loss(
        part="boxes",
        name="frames without objects",
        gain=SHARE * (mean - clip_score(scores, selected)),
        change=f"{len(lacking)} of {selected} drawn frames have no box score ({failed} because the "
        f"validator breaks over a box), and beyond {1 - MIN_COVERAGE:.0%} that costs: answer them.",
        frames=tuple(each.frame for each in lacking[:SHOWN]),
    )


def _loss(
    name: str, judged: Sequence[_Judged], rest: Mapping[int, float], selected: int, change: str
) -> Loss:
    now = clip_score([each.score for each in judged], selected)
    gains = {each.frame: rest[each.frame] - each.score for each in judged}
    worst = sorted((frame for frame in gains if gains[frame] > 0), key=lambda f: -gains[f])
    gain = clip_score(list(rest.values()), selected) - now
    return Loss(
        part="boxes", name=name, gain=SHARE * gain, change=change, frames=tuple(worst[:SHOWN])
    )


def _changed(judged: Sequence[_Judged], change: _Change) -> dict[int, float]:
    """Scores by frame with the boxes changed; a frame that the change leaves alone keeps its own.

    A frame that the change empties scores 0, though it would leave the mean.
    """
    changed = {each.frame: tuple(change(each.seen)) for each in judged}
    return {
        each.frame: each.score
        if changed[each.frame] == each.seen
        else frame_score(changed[each.frame])
        for each in judged
    }


def _without(claimed: str, label: str) -> _Change:
    return lambda seen: [s for s in seen if (s.claimed, s.seen) != (claimed, label)]


def _is_other_role(seen: Seen) -> bool:
    return seen.claimed in PEOPLE and seen.seen in PEOPLE and seen.claimed != seen.seen
