"""The validator's keypoint score of a clip, bug for bug."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.errors import UsageError
from touchline.scorevision.scoring.answer import AnswerArrays, read_answer, read_lines
from touchline.scorevision.scoring.consistency import run_consistencies, stabilities
from touchline.scorevision.scoring.frame_fit import (
    DroppedPoint,
    JudgedPoints,
    counted_centres,
    fit_template,
    inside_share,
    judge_points,
    on_line_score,
    scale_ratio,
)
from touchline.scorevision.scoring.keypoint_parts import FrameFit, FrameKeypoints, KeypointScore
from touchline.scorevision.scoring.motion import (
    find_cuts,
    moves,
    plausibilities,
    player_consistency,
    segments_of,
)

MIN_FITTED = 0.4
"""Share of the validated frames that must have a homography for the full score."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """Segments of f frames: cuts (f,), segment (f,), and by segment stability and plausibility."""

    cuts: Bools
    segment: Int64
    stability: Float64
    plausibility: Float64


def keypoint_score(
    frames: Mapping[str, Mapping[str, Any]],
    *,
    width: int,
    height: int,
    frames_to_validate: Sequence[int],
    pitch_lines: Mapping[str, Sequence[Sequence[float]]],
) -> KeypointScore:
    """Score the keypoints of a clip as the validator does.

    ``final = (0.25 keypoint + 0.4 on-line + 0.2 inside + 0.05 stability + 0.1 (plausibility +
    player score) / 2) * consistency * (scale + scale_valid) / 2``, the parts within the first
    brackets from 0 to 100, and ``scale_valid = clip(fitted / validated / 0.4, 0, 1)``.

    All of ``frames`` count, selected or not, except for the consistency of runs and for the number
    that ``scale_valid`` divides by. The validator hands over those it selected and no others, so do
    that too for what it would pay. A selected frame that is missing from ``frames`` is no error: it
    is in no mean, and costs consistency twice.

    Args:
        frames: By number as a string, ``{"keypoints": [[x, y], ...], "objects": [...]}``: up to 32
            points in pixels, and objects as for ``frame_box_score``, of which players have an
            ``id``.
        width: Of the image, in pixels.
        height: Of the image, in pixels.
        frames_to_validate: The numbers of the selected frames, at least one.
        pitch_lines: ``pitch_lines`` of each frame by its name; a frame that is missing has none.

    Returns:
        The score, its parts, and what each frame adds to them.

    Raises:
        UsageError: The answer or a line is not as said (``read_answer``, ``read_lines``), the image
            has no area, or no frame is selected. A list of fewer than 32 points is no error: the
            validator has a rule for it.
    """
    if width < 1 or height < 1:
        raise UsageError(f"an image has a width and a height from 1; got {width} x {height}.")
    answer = read_answer(frames)
    validated = _validated(frames_to_validate)
    lines = [read_lines(pitch_lines.get(str(n), ()), frame=n) for n in answer.number.tolist()]
    points = judge_points(answer.keypoints, width, height)
    fits = [
        _earned(answer, rank, points.valid[rank], found, (width, height))
        for rank, found in enumerate(lines)
    ]
    scene = _scene(answer, points, np.array([fit is not None for fit in fits], np.bool_))
    steady = run_consistencies(
        answer, points, validated=validated, diagonal=math.hypot(width, height)
    )
    told = dict(zip(validated, steady.tolist(), strict=True))
    rows = tuple(
        FrameKeypoints(
            frame=number,
            points=int(np.count_nonzero(points.valid[rank])),
            dropped=_dropped(points, rank),
            fit=fits[rank],
            segment=int(scene.segment[rank]),
            stability=float(scene.stability[scene.segment[rank]]),
            plausibility=float(scene.plausibility[scene.segment[rank]]),
            consistency=told.get(number),
        )
        for rank, number in enumerate(answer.number.tolist())
    )
    return _summed(answer, scene, rows, steady)


def _validated(frames_to_validate: Sequence[int]) -> list[int]:
    validated = sorted(set(frames_to_validate))
    if not validated:
        raise UsageError("frames_to_validate has at least one frame; got none.")
    return validated


def _earned(
    answer: AnswerArrays, rank: int, valid: Bools, lines: Float64, size: tuple[int, int]
) -> FrameFit | None:
    width, height = size
    fit = fit_template(answer.keypoints[rank], valid, width=width, height=height)
    if fit is None:
        return None
    points = answer.keypoints[rank][valid]
    centres = counted_centres(answer.boxes[rank], width)
    return FrameFit(
        outliers=tuple(np.flatnonzero(valid)[~fit.inlier].tolist()),
        inlier_ratio=fit.inlier_ratio,
        reprojection_error=fit.reprojection_error,
        keypoint_score=fit.score,
        on_line=on_line_score(points, lines, width=width, height=height),
        inside=inside_share(centres, fit.homography),
        scale=scale_ratio(points, centres),
    )


def _scene(answer: AnswerArrays, points: JudgedPoints, fitted: Bools) -> _Scene:
    moved = moves(answer.players)
    cuts = find_cuts(answer.players, moved, len(fitted))
    segment = segments_of(cuts)
    stability = stabilities(answer, points.unbounded, fitted=fitted, segment=segment)
    return _Scene(cuts, segment, stability, plausibilities(answer, moved, segment))


def _dropped(points: JudgedPoints, rank: int) -> tuple[tuple[int, DroppedPoint], ...]:
    rows = np.flatnonzero(points.present[rank] & ~points.valid[rank]).tolist()
    inside = points.inside[rank]
    return tuple((i, DroppedPoint.CROWDED if inside[i] else DroppedPoint.OUTSIDE) for i in rows)


def _summed(
    answer: AnswerArrays, scene: _Scene, rows: tuple[FrameKeypoints, ...], steady: Float64
) -> KeypointScore:
    fitted = [(row, row.fit) for row in rows if row.fit is not None]
    mean = {
        name: _ordered_mean([getattr(fit, name) for _, fit in fitted])
        for name in ("inlier_ratio", "keypoint_score", "on_line", "inside", "scale")
    }
    stability = _ordered_mean([row.stability for row, _ in fitted])
    plausibility = _ordered_mean([row.plausibility for row, _ in fitted])
    still = player_consistency(answer.players)
    enough = min(len(fitted) / len(steady) / MIN_FITTED, 1.0)
    scale = min(mean["scale"], 1.0)
    consistency = float(steady.mean())
    final = (
        0.25 * mean["keypoint_score"]
        + 40 * mean["on_line"]
        + 20 * mean["inside"]
        + 5 * stability
        + 0.1 * (100 * plausibility + still) / 2
    ) * (consistency * (scale + enough) / 2)
    errors = [fit.reprojection_error for _, fit in fitted]
    return KeypointScore(
        valid_frames=len(fitted),
        avg_inlier_ratio=mean["inlier_ratio"],
        avg_reprojection_error=_ordered_mean(errors) if errors else None,
        avg_keypoint_score=mean["keypoint_score"],
        player_score=still,
        transitions=answer.number[scene.cuts].tolist(),
        avg_keypoint_stability=stability,
        avg_player_plausibility=plausibility,
        mean_on_line=mean["on_line"],
        mean_inside=mean["inside"],
        mean_scale=scale,
        scale_valid=enough,
        scene_consistency=consistency,
        final_score=final,
        reported_score=final / 100,
        frames=rows,
    )


def _ordered_mean(values: Sequence[float]) -> float:
    """The mean, added up in order; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0
