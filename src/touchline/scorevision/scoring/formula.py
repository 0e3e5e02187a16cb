"""From the parts to what a miner is paid for: quality, speed, and the final score of a clip."""

import math
from collections.abc import Sequence

from touchline.errors import UsageError

MAX_TIME = 15.0
"""Seconds from which an answer is worth nothing for its speed."""
MIN_BOX_SCORE = 0.2
"""Box score up to which speed is worth nothing, and sets no pace for others."""
STEEPNESS = 5.0
QUALITY_WEIGHT, SPEED_WEIGHT = 0.65, 0.35
ROUNDING = 1e-9
"""How far a part may lie outside 0..1 by the rounding of its own arithmetic."""


def fastest_time(times: Sequence[float], box_scores: Sequence[float]) -> float | None:
    """The time that sets the pace: the least of the miners whose box score is above 0.2.

    Args:
        times: (n,) seconds of all answers to the challenge.
        box_scores: (n,) their box scores, 0 to 1.

    Returns:
        Seconds, or None where no miner's box score is above 0.2.

    Raises:
        UsageError: The lengths differ, a time is no duration, or a score lies outside 0..1.
    """
    if len(times) != len(box_scores):
        raise UsageError(f"{len(times)} times do not belong to {len(box_scores)} box scores.")
    pairs = [
        (_duration("times", time), _share("box_scores", score))
        for time, score in zip(times, box_scores, strict=True)
    ]
    return min((time for time, score in pairs if score > MIN_BOX_SCORE), default=None)


def speed_score(time: float, *, fastest: float) -> float:
    """Score of an answer's time: ``exp(-5 (time - fastest) / (15 - fastest))``, within 0..1.

    It is 0 from 15 s on, whatever the others took, and 1 where nobody was faster, so also where all
    times are equal. That it counts for nothing at a box score up to 0.2 is ``final_score``'s rule.

    Args:
        time: Seconds from the validator's request to the whole answer read.
        fastest: Least seconds of the miners with a box score above 0.2, as in ``fastest_time``.

    Raises:
        UsageError: A time is negative or not finite.
    """
    late = _duration("time", time) - _duration("fastest", fastest)
    if time >= MAX_TIME:
        return 0.0
    if late <= 0:
        return 1.0
    return math.exp(-STEEPNESS * late / (MAX_TIME - fastest))


def quality_score(box: float, keypoints: float) -> float:
    """Half the box score of the clip and half its keypoint score.

    Raises:
        UsageError: A score lies outside 0..1.
    """
    return 0.5 * _share("box", box) + 0.5 * _share("keypoints", keypoints)


def final_score(box: float, keypoints: float, speed: float) -> float:
    """The score of a clip: ``0.65 quality + 0.35 speed``, the speed 0 where ``box <= 0.2``.

    Args:
        box: ``clip_box_score``, 0 to 1.
        keypoints: The final keypoint score, 0 to 1.
        speed: ``speed_score``, 0 to 1.

    Raises:
        UsageError: A score lies outside 0..1.
    """
    paid = _share("speed", speed) if box > MIN_BOX_SCORE else 0.0
    return QUALITY_WEIGHT * quality_score(box, keypoints) + SPEED_WEIGHT * paid


def _duration(name: str, seconds: float) -> float:
    if not (math.isfinite(seconds) and seconds >= 0):
        raise UsageError(f"{name} is in seconds, from 0; got {seconds}.")
    return seconds


def _share(name: str, score: float) -> float:
    if not -ROUNDING <= score <= 1 + ROUNDING:
        raise UsageError(f"{name} lies within 0 and 1; got {score}.")
    return score
