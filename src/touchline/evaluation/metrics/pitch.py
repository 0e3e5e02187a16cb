"""How good the pitch is: keypoints, lines, and the homography in pixels and metres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from touchline.arrays import Bools, Float64
from touchline.errors import InputError
from touchline.evaluation.labels import LabelledFrames, PitchFrames, are_known
from touchline.evaluation.metrics.distances import Distances, distances
from touchline.evaluation.metrics.lines import MIRRORED, fitted_homography, visible_lines
from touchline.pitch import PitchDimensions, to_image, to_pitch

PCK_WIDTHS = (0.005, 0.01, 0.02, 0.05)
"""Distances, in widths of the image, within which a keypoint counts as right."""
JAC_PIXELS = (5, 10, 20)
"""Distances within which a line counts as right, in pixels of an image 960 wide."""
JAC_WIDTH = 960


@dataclass(frozen=True, slots=True, eq=False)
class PitchParts:
    """What the scores of some frames are made of; the parts of several matches are joined.

    Attributes:
        keypoint: float64 (k,), for each labelled keypoint how far its answer is, in widths of the
            image; infinite where there is none.
        pixels: float64 (p,), distance of labelled keypoints from where the homography puts them.
        metres: float64 (p,), the same on the pitch.
        jaccard: float64 (a, 3), accuracy of the lines at ``JAC_PIXELS`` in each frame with a
            homography and lines on either side.
        asked: Frames with labelled keypoints or lines.
        answered: Those of them with a homography.
    """

    keypoint: Float64
    pixels: Float64
    metres: Float64
    jaccard: Float64
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class PitchAccuracy:
    """Scores of the pitch, NaN where no label allows one.

    Attributes:
        pck: Share of the labelled keypoints that are found within each of ``PCK_WIDTHS``.
        jac: JaC at each of ``JAC_PIXELS``: mean over the frames with an answer, as SoccerNet does.
        completeness: Share of the labelled frames that have an answer.
        pixels: Reprojection error in the image.
        metres: Reprojection error on the pitch.
    """

    pck: dict[float, float]
    jac: dict[int, float]
    completeness: float
    pixels: Distances
    metres: Distances


def pitch_parts(
    truth: LabelledFrames,
    found: LabelledFrames,
    *,
    dimensions: PitchDimensions | None = None,
    mirror: bool = True,
) -> PitchParts:
    """Hold the pitch of each frame against its labels; ``found`` is aligned with ``truth``.

    Args:
        truth: The labels.
        found: The answer.
        dimensions: Size of the pitch; 105 x 68 m unless told.
        mirror: Whether a pitch that is the wrong way round is as good, as for SoccerNet's JaC;
            keypoints and reprojection errors never allow it.

    Raises:
        InputError: One side says nothing about the pitch.
    """
    labels, answers = pitch_of(truth), pitch_of(found)
    known = are_known(answers.homography.reshape(-1, 9))
    lined = np.array([bool(lines) for lines in labels.lines], bool)
    labelled = lined | asked_points(labels).any(axis=1)
    size = dimensions or PitchDimensions()
    pixels, metres = _reprojected(labels, answers, size)
    return PitchParts(
        keypoint=_keypoint_errors(labels, answers),
        pixels=pixels,
        metres=metres,
        jaccard=_jaccards(labels, answers, size, mirror=mirror),
        asked=int(labelled.sum()),
        answered=int((labelled & known).sum()),
    )


def asked_points(labels: PitchFrames) -> Bools:
    """Which keypoints (f, 32) are labelled well enough to measure by."""
    return are_known(labels.keypoints) & ~labels.loose


def pitch_of(frames: LabelledFrames) -> PitchFrames:
    """The pitch of the frames; ``InputError`` where they say nothing about it."""
    if frames.pitch is None:
        raise InputError(f"{frames.source} says nothing about the pitch.")
    return frames.pitch


def joined_parts(parts: Sequence[PitchParts]) -> PitchParts:
    """The parts of several matches as one."""
    return PitchParts(
        np.concatenate([np.zeros(0), *(part.keypoint for part in parts)]),
        np.concatenate([np.zeros(0), *(part.pixels for part in parts)]),
        np.concatenate([np.zeros(0), *(part.metres for part in parts)]),
        np.concatenate([np.zeros((0, len(JAC_PIXELS))), *(part.jaccard for part in parts)]),
        sum(part.asked for part in parts),
        sum(part.answered for part in parts),
    )


def pitch_accuracy(parts: PitchParts) -> PitchAccuracy:
    """Sum up."""
    return PitchAccuracy(
        pck={share: _mean_or_nan(parts.keypoint <= share) for share in PCK_WIDTHS},
        jac={at: _mean_or_nan(parts.jaccard[:, i]) for i, at in enumerate(JAC_PIXELS)},
        completeness=parts.answered / parts.asked if parts.asked else float("nan"),
        pixels=distances(parts.pixels),
        metres=distances(parts.metres),
    )


def with_lines(
    frames: LabelledFrames, *, dimensions: PitchDimensions | None = None
) -> LabelledFrames:
    """Add to labelled keypoints the homography that they support, and the lines it shows.

    For labels that mark points only; where they support no homography there are no lines.
    """
    pitch = pitch_of(frames)
    size = dimensions or PitchDimensions()
    sizes = [(int(width), int(height)) for width, height in pitch.size]
    fitted = [
        fitted_homography(points, each) for points, each in zip(pitch.keypoints, sizes, strict=True)
    ]
    lines = [
        visible_lines(matrix, each, dimensions=size)
        for matrix, each in zip(fitted, sizes, strict=True)
    ]
    homography = np.array(fitted).reshape(-1, 3, 3)
    return replace(frames, pitch=replace(pitch, homography=homography, lines=tuple(lines)))


def line_accuracy(
    truth: Mapping[str, Float64], found: Mapping[str, Float64], threshold: float
) -> float:
    """SoccerNet's Jaccard index of one frame's lines: ``TP / (TP + FP + FN)``.

    A labelled line is right (TP) when all its points (n, 2) lie less than ``threshold`` pixels
    from the found line of its name, a polyline (m, 2). One that lies further off and one that
    nobody labelled are wrong (FP); one without an answer is missed (FN). 0 where there is no line
    (Magera et al., SoccerNet camera calibration challenge 2023, ``evaluate_camera``).
    """
    right = sum(
        bool((distances_to(truth[name], found[name]) < threshold).all())
        for name in truth.keys() & found.keys()
    )
    return right / max(1, len(truth.keys() | found.keys()))


def distances_to(points: Float64, polyline: Float64) -> Float64:
    """Distance (n,) of points (n, 2) to a polyline (m, 2) of one point or more."""
    start = polyline[:-1] if len(polyline) > 1 else polyline
    way = np.diff(polyline, axis=0) if len(polyline) > 1 else np.zeros((1, 2))
    offset = points[:, None] - start
    length = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip((offset * way).sum(axis=2) / length, 0.0, 1.0)
    nearest: Float64 = np.linalg.norm(offset - share[..., None] * way, axis=2).min(axis=1)
    return nearest


def _jaccards(
    labels: PitchFrames, answers: PitchFrames, dimensions: PitchDimensions, *, mirror: bool
) -> Float64:
    rows = []
    for lines, homography, (width, height) in zip(
        labels.lines, answers.homography, labels.size, strict=True
    ):
        found = visible_lines(homography, (int(width), int(height)), dimensions=dimensions)
        if np.isfinite(homography).all() and (lines or found):
            rows.append(
                [_jaccard(lines, found, at * width / JAC_WIDTH, mirror) for at in JAC_PIXELS]
            )
    return np.array(rows, np.float64).reshape(-1, len(JAC_PIXELS))


def _jaccard(
    truth: Mapping[str, Float64], found: Mapping[str, Float64], threshold: float, mirror: bool
) -> float:
    plain = line_accuracy(truth, found, threshold)
    if not mirror:
        return plain
    turned = {MIRRORED[name]: points for name, points in truth.items()}
    return max(plain, line_accuracy(turned, found, threshold))


def _keypoint_errors(labels: PitchFrames, answers: PitchFrames) -> Float64:
    """Distance of each labelled keypoint to its answer, in widths."""
    labelled = asked_points(labels)
    apart = np.linalg.norm(answers.keypoints - labels.keypoints, axis=2) / labels.size[:, :1]
    return np.asarray(np.where(np.isfinite(apart), apart, np.inf)[labelled])


def _reprojected(
    labels: PitchFrames, answers: PitchFrames, dimensions: PitchDimensions
) -> tuple[Float64, Float64]:
    """Errors in pixels and in metres of labelled keypoints in frames with a homography."""
    vertices = dimensions.vertices()
    pixels, metres = [np.zeros(0)], [np.zeros(0)]
    for points, labelled, homography in zip(
        labels.keypoints, asked_points(labels), answers.homography, strict=True
    ):
        if labelled.any() and np.isfinite(homography).all():
            back = to_image(homography, vertices[labelled])
            there = to_pitch(homography, points[labelled])
            pixels.append(np.linalg.norm(back - points[labelled], axis=1))
            metres.append(np.linalg.norm(there - vertices[labelled], axis=1))
    return or_infinite(np.concatenate(pixels)), or_infinite(np.concatenate(metres))


def or_infinite(errors: Float64) -> Float64:
    """A point behind the camera, at the horizon or without a label is infinitely far off."""
    return np.where(np.isnan(errors), np.inf, errors)


def _mean_or_nan(values: Float64 | Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")
