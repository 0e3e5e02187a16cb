"""The validator's box score of a frame and of a clip, bug for bug.

There is no ground truth in it: CLIP looks at each box, and the score says how well the claims agree
with what CLIP sees there. Nothing is taken off for a player who has no box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np

from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.frame import ClassId
from touchline.scorevision.scoring.crops import see
from touchline.scorevision.scoring.image import checked_image
from touchline.scorevision.scoring.objects import ClaimedBoxes, read_boxes
from touchline.scorevision.scoring.points import (
    LABEL_OF_CLASS,
    agreement_score,
    area_factors,
    occurrence_weights,
    ordered_sum,
    scores_without,
)
from touchline.verification import Scorer

MIN_WIDTH, MIN_HEIGHT = 15, 40
"""Pixels from which a box counts, unless it claims a football."""
TOP_BAND = 150
"""Boxes that reach up to this row are left out: a scoreboard may be there, at any resolution."""
MIN_COVERAGE = 0.7
"""Share of the selected frames that must have objects for the full score."""


class Dropped(StrEnum):
    """Why a box was left out before anybody looked."""

    TOO_SMALL = "too small"
    """Narrower than 15 or lower than 40 pixels, and no football."""
    TOP_BAND = "in the top band"
    """It touches the rows from 0 to 150."""


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """What one box earned, and why.

    Attributes:
        index: Its place in the list of objects.
        claimed: The label of its ``class_id``.
        seen: The validator's label; None where the box was dropped.
        weight: 1 / 2^(earlier boxes with the same seen label); 0 where it was dropped.
        points: ``weight`` times the score of claim against sight, -1 to 1.
        cost: By how much the frame would score higher without this box, the others seen as they
            are; below 0 the box earns its place. The black it leaves in others is not in it.
        dropped: Why it does not count; None where it does.
    """

    index: int
    claimed: str
    seen: str | None
    weight: float
    points: float
    cost: float
    dropped: Dropped | None


@dataclass(frozen=True, slots=True)
class FrameBoxScore:
    """The box score of one frame: ``sum(points) / (distinct labels + 1) * area_factor``.

    Attributes:
        score: Within -2 and 2, as the halving weights of one label add up to 2; 0 where no box is
            left.
        area_factor: From 0 to 1, of the boxes that count.
        boxes: Every object of the list, in order.
    """

    score: float
    area_factor: float
    boxes: tuple[ScoredBox, ...]


def frame_box_score(
    image_bgr: Image, objects: Sequence[Mapping[str, Any]], *, scorer: Scorer
) -> float:
    """Score the objects of one frame as the validator does: ``score_frame_boxes`` in one number.

    Args:
        image_bgr: uint8 (H, W, 3) BGR; it is not changed.
        objects: ``{"bbox": [x1, y1, x2, y2], "class_id": 0 to 3}`` each, in the miner's order.
        scorer: ``scorer(images_rgb, texts)``: image-text logits (n, m).

    Raises:
        UsageError: The image or an object is not as said, or a box has no pixel in the image.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    return score_frame_boxes(image_bgr, objects, scorer=scorer).score


def score_frame_boxes(
    image_bgr: Image,
    objects: Sequence[Mapping[str, Any]],
    *,
    scorer: Scorer,
    frame: int | str | None = None,
) -> FrameBoxScore:
    """Score the objects of one frame as the validator does, and say why.

    1. Coordinates are rounded to 2 decimals. Boxes that are too small or touch the top band are
       dropped; nothing left scores 0.
    2. Crops are cut in list order, corners truncated to int, and each is painted black in the image
       before the next is cut.
    3. The first football's crop is cut when all boxes are black, its own too: 4 times its size
       about its centre, within the image but for the last row and column. Later footballs are
       "not a football" unseen.
    4. The tree of ``touchline.verification.decision_tree`` labels the crops.

    Corners cut as Python slices: a box left of or above the image altogether shows its other side,
    because negative indices count from there, and one that crosses the left edge by a pixel or more
    shows nothing.

    Args:
        image_bgr: uint8 (H, W, 3) BGR; it is not changed.
        objects: ``{"bbox": [x1, y1, x2, y2], "class_id": 0 to 3}`` each, in the miner's order.
        scorer: ``scorer(images_rgb, texts)``: image-text logits (n, m). It may raise.
        frame: Named in messages.

    Raises:
        UsageError: The image or an object is not as said, or a box that counts shows no pixel. CLIP
            breaks on such a crop, and the validator leaves the whole frame out of its mean.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    boxes = read_boxes(objects, frame=frame)
    # A copy, which is painted; RGB, as CLIP wants it.
    rgb = np.asarray(cv2.cvtColor(checked_image(image_bgr), cv2.COLOR_BGR2RGB), np.uint8)
    height, width = rgb.shape[:2]
    dropped = _dropped(boxes, width)
    rows = np.flatnonzero([why is None for why in dropped])
    kept = boxes[rows]
    where = "" if frame is None else f"frame {frame}, "
    seen = see(rgb, kept, scorer, [f"{where}object {i}" for i in rows.tolist()])
    return _scored(boxes, dropped, dict(zip(rows.tolist(), seen, strict=True)), width * height)


def area_factor(objects: Sequence[Mapping[str, Any]], *, width: int, height: int) -> float:
    """What is left of a frame's score for the size of its boxes.

    With the mean area a of a box and the total area A, both as shares of the image: for
    a <= 0.015, 1 if A <= 0.15 and exp(-3 (A - 0.15)) beyond; for a > 0.015, exp(-80 (a - 0.015)).
    Areas overlap and reach beyond the image without being cut.

    Args:
        objects: The objects that count, as in ``frame_box_score``; none gives 1.
        width: Of the image, in pixels.
        height: Of the image, in pixels.

    Raises:
        UsageError: An object is not as said, or the image has no area.
    """
    if width < 1 or height < 1:
        raise UsageError(f"an image has a width and a height from 1; got {width} x {height}.")
    boxes = read_boxes(objects)
    total = ordered_sum(boxes.width * boxes.height) / (width * height)
    return float(area_factors(total, len(boxes)))


def clip_box_score(frame_scores: Sequence[float], *, selected: int) -> float:
    """Box score of a clip: ``min(mean, 1) * clip(evaluated / selected / 0.7, 0, 1)``.

    Args:
        frame_scores: ``frame_box_score`` of the evaluated frames: those among the selected ones
            that have at least one object, be it one that is dropped.
        selected: Number of frames drawn for boxes.

    Returns:
        Clipped to 0..1 and rounded to 2 decimals; 0 without an evaluated frame.

    Raises:
        UsageError: A score is not finite, or fewer frames were selected than evaluated.
    """
    if not np.isfinite(frame_scores).all():
        raise UsageError("frame_scores are finite; one is not.")
    if selected < max(len(frame_scores), 1):
        raise UsageError(f"{len(frame_scores)} frames cannot be evaluated of {selected} selected.")
    if not len(frame_scores):
        return 0.0
    mean = min(sum(frame_scores) / len(frame_scores), 1.0)
    coverage = min(len(frame_scores) / selected / MIN_COVERAGE, 1.0)
    return float(round(min(max(mean * coverage, 0.0), 1.0), 2))


def _dropped(boxes: ClaimedBoxes, width: int) -> list[Dropped | None]:
    """Why each box does not count. Size is asked first; the band ends where the image does."""
    x1, y1, x2, y2 = boxes.xyxy.T
    large = boxes.is_ball | ((boxes.width >= MIN_WIDTH) & (boxes.height >= MIN_HEIGHT))
    touches = (x2 >= 0) & (x1 <= width) & (y2 >= 0) & (y1 <= TOP_BAND)
    return [
        Dropped.TOO_SMALL if not is_large else Dropped.TOP_BAND if in_band else None
        for is_large, in_band in zip(large.tolist(), touches.tolist(), strict=True)
    ]


def _scored(
    boxes: ClaimedBoxes, dropped: list[Dropped | None], seen: dict[int, str], image_area: int
) -> FrameBoxScore:
    """Put the frame's score together from the labels seen, by place in the list."""
    kept, labels = list(seen), list(seen.values())
    claimed = [LABEL_OF_CLASS[ClassId(class_id)] for class_id in boxes.class_id.tolist()]
    agreement = [agreement_score(claimed[i], label) for i, label in seen.items()]
    weights = occurrence_weights(labels)
    points = weights * np.array(agreement, np.float64)
    # Added up in pixels, then divided: at a mean of just 0.015 the last digit decides.
    areas = (boxes.width * boxes.height)[kept]
    factor = float(area_factors(ordered_sum(areas) / image_area, len(kept)))
    score = ordered_sum(points) / (len(set(labels)) + 1) * factor
    costs = scores_without(points, labels, areas / image_area) - score
    earned = zip(weights.tolist(), points.tolist(), costs.tolist(), strict=True)
    return FrameBoxScore(score, factor, _told(claimed, dropped, seen, list(earned)))


def _told(
    claimed: list[str],
    dropped: list[Dropped | None],
    seen: dict[int, str],
    earned: list[tuple[float, float, float]],
) -> tuple[ScoredBox, ...]:
    """Each object with what it earned; ``earned`` has weight, points and cost of those seen."""
    told = dict(zip(seen, earned, strict=True))
    return tuple(
        ScoredBox(i, label, seen.get(i), *told.get(i, (0.0, 0.0, 0.0)), dropped=dropped[i])
        for i, label in enumerate(claimed)
    )
