"""The painted lines of a pitch under SoccerNet's names, and where a homography puts them."""

from collections.abc import Mapping

import numpy as np
import supervision as sv

from touchline.arrays import Float64
from touchline.evaluation.labels import are_known
from touchline.pitch import PitchDimensions, fit_homography, to_image

STEP = 0.9
"""Metres between the points of a line, as in SoccerNet's evaluation."""

MIRRORED: Mapping[str, str] = {
    "Big rect. left bottom": "Big rect. right top",
    "Big rect. left main": "Big rect. right main",
    "Big rect. left top": "Big rect. right bottom",
    "Big rect. right bottom": "Big rect. left top",
    "Big rect. right main": "Big rect. left main",
    "Big rect. right top": "Big rect. left bottom",
    "Circle central": "Circle central",
    "Circle left": "Circle right",
    "Circle right": "Circle left",
    "Middle line": "Middle line",
    "Side line bottom": "Side line top",
    "Side line left": "Side line right",
    "Side line right": "Side line left",
    "Side line top": "Side line bottom",
    "Small rect. left bottom": "Small rect. right top",
    "Small rect. left main": "Small rect. right main",
    "Small rect. left top": "Small rect. right bottom",
    "Small rect. right bottom": "Small rect. left top",
    "Small rect. right main": "Small rect. left main",
    "Small rect. right top": "Small rect. left bottom",
}
"""The name of each line on the ground when the pitch is turned by half a turn.

Goal posts and crossbars stand above the ground: a homography says nothing of them."""


def pitch_lines(dimensions: PitchDimensions) -> dict[str, Float64]:
    """Every line on the ground as points (n, 2) in metres, ``STEP`` apart at most, by its name.

    "Top" is the far side, "bottom" the near one.
    """
    half, side = dimensions.length / 2, dimensions.width / 2
    radius = dimensions.circle_radius
    lines = {
        "Side line top": _run((-half, side), (half, side)),
        "Side line bottom": _run((-half, -side), (half, -side)),
        "Side line left": _run((-half, side), (-half, -side)),
        "Side line right": _run((half, side), (half, -side)),
        "Middle line": _run((0, side), (0, -side)),
        "Circle central": _arc(0, radius, (-np.pi, np.pi)),
    }
    opening = float(np.arcsin(dimensions.arc_half_width / radius))
    for name, sign, middle in (("left", -1.0, 0.0), ("right", 1.0, np.pi)):
        goal_line = sign * half
        spot = goal_line - sign * dimensions.penalty_spot
        lines[f"Circle {name}"] = _arc(spot, radius, (middle - opening, middle + opening))
        box = (dimensions.penalty_box_length, dimensions.penalty_box_width)
        lines |= _box(f"Big rect. {name}", goal_line, goal_line - sign * box[0], box[1] / 2)
        box = (dimensions.goal_box_length, dimensions.goal_box_width)
        lines |= _box(f"Small rect. {name}", goal_line, goal_line - sign * box[0], box[1] / 2)
    return lines


def visible_lines(
    homography: Float64, size: tuple[int, int], *, dimensions: PitchDimensions
) -> dict[str, Float64]:
    """Where lines show in an image of (width, height): points (n, 2) in pixels by name.

    The points of a line inside the image, and where the line enters and leaves it; lines with no
    point inside are left out. ``homography`` (3, 3) is from pixels to metres; one that is not
    finite shows nothing.
    """
    if not np.isfinite(homography).all() or abs(np.linalg.det(homography)) < 1e-300:
        return {}
    shown = {
        name: _inside(to_image(homography, metres), size)
        for name, metres in pitch_lines(dimensions).items()
    }
    return {name: points for name, points in shown.items() if len(points)}


def _inside(points: Float64, size: tuple[int, int]) -> Float64:
    """Cut a polyline (n, 2) at the border of the image; NaN points are behind the camera."""
    points = points[are_known(points)]
    inside = np.asarray(((points >= 0) & (points < size)).all(axis=1))
    kept = [points[:0]]
    for i in np.flatnonzero(inside):
        if i > 0 and not inside[i - 1]:
            kept.append(_border(points[i], points[i - 1], size))
        kept.append(points[i : i + 1])
        if i + 1 < len(points) and not inside[i + 1]:
            kept.append(_border(points[i], points[i + 1], size))
    return np.concatenate(kept)


def _border(within: Float64, outside: Float64, size: tuple[int, int]) -> Float64:
    """Where the way from a point inside to one outside leaves the image: (1, 2)."""
    way = outside - within
    limit = np.where(way > 0, np.array(size, np.float64) - 1, 0.0)
    share = np.divide(limit - within, way, out=np.full(2, np.inf), where=way != 0)
    point: Float64 = within + way * np.clip(share.min(), 0.0, 1.0)
    return point[None]


def _run(start: tuple[float, float], end: tuple[float, float]) -> Float64:
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    points: Float64 = np.linspace(start, end, int(np.ceil(length / STEP)) + 1)
    return points


def _arc(x: float, radius: float, angles: tuple[float, float]) -> Float64:
    steps = int(np.ceil(radius * (angles[1] - angles[0]) / STEP)) + 1
    along = np.linspace(*angles, steps)
    return np.stack([x + radius * np.cos(along), radius * np.sin(along)], axis=1)


def _box(name: str, goal_line: float, front: float, half: float) -> dict[str, Float64]:
    return {
        f"{name} top": _run((goal_line, half), (front, half)),
        f"{name} main": _run((front, half), (front, -half)),
        f"{name} bottom": _run((goal_line, -half), (front, -half)),
    }


def fitted_homography(keypoints: Float64, size: tuple[int, int]) -> Float64:
    """The (3, 3) homography from pixels to metres that keypoints (32, 2) support, or NaN."""
    present = are_known(keypoints)
    points = sv.KeyPoints(
        xy=np.nan_to_num(keypoints)[None].astype(np.float32),
        keypoint_confidence=present[None].astype(np.float32),
    )
    fitted = fit_homography(points, size)
    return np.full((3, 3), np.nan) if fitted is None else fitted.matrix
