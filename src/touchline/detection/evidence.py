"""What the people around say of a ball, and what two looks at one picture say together."""

from dataclasses import replace

import numpy as np
import supervision as sv

from touchline.arrays import (
    AnyFloat,
    Bools,
    Float32,
    Image,
    Indices,
    Int64,
    from_log_odds,
    log_odds,
)
from touchline.detection.decode import DecodedBoxes
from touchline.detection.nms import BALL_IOU
from touchline.frame import ClassId
from touchline.geometry import pairwise_iou

CLEAR = 0.45
"""Score from which a box counts among the people around."""
LARGE = 90 / 1920
"""Height of the median person, in longer sides of the picture, from which people are larger than
those that the network has learnt from, and a look at a reduced picture sees as much or more."""
REDUCED = 960
"""Longer side of the picture in such a look."""
DISTANT = 20 / REDUCED
"""The same height up to which people are smaller in that look than any it has learnt from."""
BALL = 0.19
"""Shorter side of a ball's box in heights of the median person, in the middle of what labels say:
nine of ten lie between .14 and .29 (301 balls of 13 openly licensed matches)."""
CLOSE = 0.4
"""Height of the median person, in heights of the picture, from which it is a close-up."""
ALONE = 0.6
"""Score from which a ball is one that no game around speaks for: in a close-up, or without anybody.
Boots, heads and logos are large there."""
BALL_ODDS = (1.6, -0.2)
"""Log odds that a box is a ball, from those of its score: slope and what is added. Fitted by
``python -m training.detector.calibrate``; see ``probabilities``."""
PEOPLE_ODDS = (2.35, 1.1)
"""The same of a person."""
FREE = 0.3
"""Natural logarithm of the ratio to that size up to which a ball is as good as any, ..."""
SPREAD = 0.3
"""... and over which, as a standard deviation, it is believed less and less."""


def median_height(xyxy: AnyFloat, scores: AnyFloat, class_id: Int64) -> float:
    """Height of the median person of boxes (n, 4), in their pixels; 0 where nobody is clear."""
    people = (class_id != ClassId.BALL) & (scores >= CLEAR)
    return float(np.median(xyxy[people, 3] - xyxy[people, 1])) if people.any() else 0.0


def are_large(boxes: DecodedBoxes, frame: tuple[int, int]) -> bool:
    """Whether the people in a frame of (width, height) pixels are ``LARGE``."""
    return median_height(boxes.xyxy, boxes.scores, boxes.class_id) > LARGE * max(frame)


def share_of_people(found: sv.Detections, image: Image) -> float:
    """Height of the median person that was found in a picture, in longer sides of it, or 0."""
    if found.confidence is None or found.class_id is None:
        return 0.0
    confidence, class_id = np.asarray(found.confidence), np.asarray(found.class_id, np.int64)
    return float(median_height(np.asarray(found.xyxy), confidence, class_id) / max(image.shape))


def likely_sizes(xyxy: Float32, height: float) -> Float32:
    """How well the size of balls (n, 4) fits to people of a height: (n,), 0 to 1.

    A gaussian in the logarithm of the ratio, flat up to ``FREE``; 1 where no height is known.
    Flares and badges, spots and heads have other sizes; a ball in the air is a little larger, one
    half hidden a little smaller.
    """
    if height <= 0:
        return np.ones(len(xyxy), np.float32)
    sides = np.maximum((xyxy[:, 2:] - xyxy[:, :2]).min(axis=1), 1e-6)
    off = np.abs(np.log(sides / (BALL * height)))
    return np.asarray(np.exp(-0.5 * (np.maximum(off - FREE, 0) / SPREAD) ** 2), np.float32)


def probabilities(scores: Float32, class_id: Int64) -> Float32:
    """How probable it is that boxes of these scores (n,) are what they say: (n,) float32.

    A score ranks boxes; what share of those with a score is right differs from network to network,
    from ball to people. A logistic function of its log odds (Platt 1999) says it, fitted to what a
    network found in openly licensed matches that were left out of its training.
    """
    odds = np.where(class_id[:, None] == ClassId.BALL, BALL_ODDS, PEOPLE_ODDS)
    calibrated = odds[:, 0] * log_odds(scores, least=1e-4) + odds[:, 1]
    return from_log_odds(calibrated).astype(np.float32)


def weigh_balls(boxes: DecodedBoxes) -> DecodedBoxes:
    """Believe balls as far as their size fits to the people around; best first again."""
    ball = boxes.class_id == ClassId.BALL
    height = median_height(boxes.xyxy, boxes.scores, boxes.class_id)
    fits = np.where(ball, likely_sizes(boxes.xyxy, height), np.float32(1))
    weighed = replace(boxes, scores=boxes.scores * fits)
    return weighed.take(np.argsort(-weighed.scores, kind="stable"))


def join_looks(full: DecodedBoxes, reduced: DecodedBoxes) -> DecodedBoxes:
    """Join two looks at a picture in which people are large: best first.

    People are those of the reduced look, whose sizes the network knows better. A ball has the mean
    of both scores, none counting as 0: what is a ball at one size only, such as a boot, loses half.
    """
    first = full.take(full.class_id == ClassId.BALL)
    second = reduced.take(reduced.class_id == ClassId.BALL)
    rows, partners = _pairs(first, second)
    both = _mean(first.take(rows), second.take(partners))
    alone = [
        replace(rest, scores=rest.scores * np.float32(0.5))
        for rest in (first.take(_others(rows, first)), second.take(_others(partners, second)))
    ]
    people = reduced.take(reduced.class_id != ClassId.BALL)
    every = _concatenate([people, both, *alone])
    return every.take(np.argsort(-every.scores, kind="stable"))


def one_ball(boxes: DecodedBoxes, frame: tuple[int, int]) -> Bools:
    """Which boxes (n,), best first, stay where there is one ball at most: people, and the best.

    In a frame of (width, height) pixels that shows no game around it, that must be ``ALONE``.
    """
    height = median_height(boxes.xyxy, boxes.scores, boxes.class_id)
    shows_game = 0 < height <= CLOSE * frame[1]
    ball = boxes.class_id == ClassId.BALL
    best = ball & (np.cumsum(ball) == 1)
    return np.asarray(~ball | (best & (shows_game | (boxes.scores >= ALONE))))


def _pairs(first: DecodedBoxes, second: DecodedBoxes) -> tuple[Indices, Indices]:
    """Rows of the same balls: each of the first, best first, takes the best that is left over."""
    overlaps = pairwise_iou(first.xyxy, second.xyxy)
    rows: list[int] = []
    partners: list[int] = []
    for row in range(len(first) if len(second) else 0):
        partner = int(overlaps[row].argmax())
        if overlaps[row, partner] >= BALL_IOU:
            rows.append(row)
            partners.append(partner)
            overlaps[:, partner] = 0
    return np.array(rows, np.intp), np.array(partners, np.intp)


def _others(rows: Indices, boxes: DecodedBoxes) -> Bools:
    return ~np.isin(np.arange(len(boxes)), rows)


def _mean(first: DecodedBoxes, second: DecodedBoxes) -> DecodedBoxes:
    """Each pair as one ball: boxes and class scores weighted by the scores."""
    total = np.maximum(first.scores + second.scores, np.finfo(np.float32).tiny)
    share = (first.scores / total)[:, None]
    return DecodedBoxes(
        share * first.xyxy + (1 - share) * second.xyxy,
        total / 2,
        first.class_id,
        share * first.class_scores + (1 - share) * second.class_scores,
    )


def _concatenate(parts: list[DecodedBoxes]) -> DecodedBoxes:
    return DecodedBoxes(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.class_scores for part in parts]),
    )
