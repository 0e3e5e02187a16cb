"""What keeps the keypoint score of a clip down, part by part, and what the time costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from touchline.scorevision.report.clip_score import Loss, Speed
from touchline.scorevision.scoring import (
    MIN_BOX_SCORE,
    SPEED_WEIGHT,
    FrameKeypoints,
    KeypointScore,
)

SHARE = 0.65 * 0.5
"""What the keypoint score counts for in the final score."""
SHOWN = 5
"""So many frames are named for each loss."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A summand of the keypoint score: its weight, its value from 0 to 1, and how to say it."""

    name: str
    weight: float
    value: float
    change: str
    of_frame: Callable[[FrameKeypoints], float | None]


def keypoint_losses(score: KeypointScore) -> list[Loss]:
    """What the keypoints lose.

    The score is ``sum(weight * value) * consistency * (scale + enough) / 2``; the gain of a summand
    is what it lacks, times its weight and the factors behind, and that of a factor is the score
    with the factor 1 less the score.

    Returns:
        Losses with a gain above 0, in no order.
    """
    parts = [*_still_parts(score), *_moving_parts(score)]
    base = sum(part.weight * part.value for part in parts)
    whole = (score.mean_scale + score.scale_valid) / 2
    found = [
        Loss(
            part="keypoints",
            name=part.name,
            gain=SHARE * part.weight * (1 - part.value) * score.scene_consistency * whole,
            change=part.change,
            frames=_lowest(score.frames, part.of_frame),
        )
        for part in parts
    ]
    found += _factors(score, base)
    return [each for each in found if each.gain > 1e-12]


def _still_parts(score: KeypointScore) -> list[_Part]:
    """What each frame earns by itself."""
    error = score.avg_reprojection_error
    return [
        _Part(
            "fit to the template",
            0.25,
            score.avg_keypoint_score / 100,
            f"{score.avg_inlier_ratio:.1%} of the points fit the validator's 120 x 70 m template, "
            f"with an error of {'nothing' if error is None else f'{error:.1f}'} in its units; true "
            "points of a real pitch do not fit it, so the rest is not all to be had.",
            lambda each: None if each.fit is None else each.fit.keypoint_score,
        ),
        _Part(
            "points on painted lines",
            0.4,
            score.mean_on_line,
            "The points lie too far from the lines that the validator finds; beyond 2 % of the "
            "picture a frame earns less than half. Look for a homography that is off, and for "
            "points where no paint is.",
            lambda each: None if each.fit is None else each.fit.on_line,
        ),
        _Part(
            "boxes inside the pitch",
            0.2,
            score.mean_inside,
            f"{1 - score.mean_inside:.1%} of the box centres fall outside the pitch by the points' "
            "own homography: people beside it, or points that are off.",
            lambda each: None if each.fit is None else each.fit.inside,
        ),
    ]


def _moving_parts(score: KeypointScore) -> list[_Part]:
    """What frames earn by what happens between them."""
    dropped = sum(len(each.dropped) for each in score.frames)
    return [
        _Part(
            "steady keypoints",
            0.05,
            score.avg_keypoint_stability,
            f"Distances between points change from frame to frame ({dropped} points were dropped, "
            "outside the picture or within 25 px of another): smooth them over time.",
            lambda each: each.stability,
        ),
        _Part(
            "plausible moves of players",
            0.05,
            score.avg_player_plausibility,
            "Players move more than 30 px within two frames: ids that jump from one to another.",
            lambda each: each.plausibility,
        ),
        _Part(
            "even steps of players",
            0.05,
            score.player_score / 100,
            "Steps between 2 and 10 px count by half, an artefact of the score: true running does "
            "it, and nothing honest changes that.",
            lambda each: None,
        ),
    ]


def _factors(score: KeypointScore, base: float) -> list[Loss]:
    scale, enough, steady = score.mean_scale, score.scale_valid, score.scene_consistency
    without = sum(each.fit is None for each in score.frames)
    now = base * steady * (scale + enough) / 2
    return [
        _factor(
            "points that follow from frame to frame",
            base * (scale + enough) / 2 - now,
            "The same points move too far between consecutive frames, or other points are given: "
            "each such frame is worth little to the whole score.",
            _lowest(score.frames, lambda each: each.consistency),
        ),
        _factor(
            "spread of the points",
            base * steady * (1 - scale) / 2,
            f"The points are on average {scale:.0%} as far apart as the boxes: give more of the "
            "pitch.",
            _lowest(score.frames, lambda each: None if each.fit is None else each.fit.scale),
        ),
        _factor(
            "frames without a homography",
            base * steady * (1 - enough) / 2,
            f"{without} of {len(score.frames)} validated frames have fewer than 4 points that "
            "count.",
            tuple(each.frame for each in score.frames if each.fit is None)[:SHOWN],
        ),
    ]


def _factor(name: str, gain: float, change: str, frames: tuple[int, ...]) -> Loss:
    return Loss(part="keypoints", name=name, gain=SHARE * gain, change=change, frames=frames)


def _lowest(
    frames: Sequence[FrameKeypoints], of_frame: Callable[[FrameKeypoints], float | None]
) -> tuple[int, ...]:
    """The frames with the least of it, where there is some below 1 in its own units."""
    known = [(value, each.frame) for each in frames if (value := of_frame(each)) is not None]
    low = sorted(known)[:SHOWN]
    return tuple(frame for value, frame in low if value < max(known)[0])


def speed_losses(speed: Speed, box: float | None) -> list[Loss]:
    """What the time costs: for being late, and for a box score at which no time is paid."""
    if speed.raw is None or speed.seconds is None:
        return []
    if box is not None and box <= MIN_BOX_SCORE:
        change = f"The time is paid only at a box score above 0.2, and it is {box:.2f}."
        return [_speed_loss("a box score too low for speed", SPEED_WEIGHT * speed.raw, change)]
    if speed.raw == 1:
        return []
    pace = f"the pace is {speed.fastest:.1f} s, " if speed.others else ""
    change = f"{speed.seconds:.1f} s were taken, {pace}and from 15 s on nothing is paid."
    return [_speed_loss("time of the answer", SPEED_WEIGHT * (1 - speed.raw), change)]


def _speed_loss(name: str, gain: float, change: str) -> Loss:
    return Loss(part="speed", name=name, gain=gain, change=change, frames=())
