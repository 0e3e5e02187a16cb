"""The keypoint pillar: the template's lines, sent through the points, on the lines of the frame.

Source: the description, "Keypoints" of the scoring. It needs no truth: points may as well be fitted
to the edges of the very frame.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import cv2
import numpy as np

from touchline.arrays import AnyFloat, Bools, Float32, Float64, Image, Mask
from touchline.errors import UsageError
from touchline.frame import N_KEYPOINTS
from touchline.turbovision.scoring.template import CORNERS, template_picture, template_points

LEAST_POINTS = 4
GROUND_GREY, LINE_GREY = 10, 200
"""Above these grey values a pixel of the warped template is ground, and line."""
MOST_GROUND = 0.9
"""Share of the image from which the ground is too much."""
LEAST_LINES = 0.2
"""Share of the image that the bounding box of the lines has at least."""
MOST_BESIDE = 0.9
"""Share of all lines, expected or seen, that may be seen without being expected."""


@dataclass(frozen=True, slots=True)
class KeypointFrame:
    """What the points of a frame score.

    Attributes:
        frame: Its id, as the miner gave it.
        score: Share of the expected lines that are seen, 0 to 1.
        why: Why it is 0 by a rule; None where it was measured.
    """

    frame: Any
    score: float
    why: str | None


class _Zero(Exception):  # noqa: N818 - no error, but a rule that ends the measuring
    """A rule of the validator makes the frame 0; the message says which."""


def keypoint_frames(
    frames: Iterable[Mapping[str, Any]], images: Mapping[Any, Image]
) -> list[KeypointFrame]:
    """Score the points of each frame that the miner returned, in its order.

    Args:
        frames: Each with ``frame_id`` and ``keypoints``, a list of 32 [x, y], (0, 0) where absent.
        images: By frame id, uint8 (H, W, 3) BGR; a frame without one scores 0.

    Raises:
        UsageError: Keypoints are null: the validator breaks, and records nothing.
    """
    return [_frame(frame, images) for frame in frames]


def keypoints_pillar(frames: Sequence[KeypointFrame]) -> float:
    """Mean over the frames that were returned; those left out are not counted.

    Raises:
        UsageError: There is none: the validator divides by zero, and records nothing.
    """
    if not frames:
        raise UsageError(
            "keypoints are scored over the frames of the answer, and it has none: the validator "
            "breaks over it and records nothing."
        )
    return fmean(each.score for each in frames)


def pitch_fit(points: AnyFloat, image: Image) -> float:
    """Share of the expected lines that are seen, 0 to 1; see ``keypoint_frames``.

    1. Points outside the image are absent; at least four are needed.
    2. Plain least squares from the template to the image, no outliers left out. The quadrilateral
       of the template's corners must not cross itself.
    3. Of the warped template grey above 10 is ground, above 200 line. The ground is one piece,
       below 90 % of the image; there are lines, and not everywhere; the bounding box of no piece
       of line is a square, were it of a single pixel.
    4. Lines seen: top-hat 31 x 31 of the grey frame, blurred 5 x 5, Canny 30 and 100, on the
       ground, widened three times by 3 x 3.
    5. The bounding box of the expected lines is at least a fifth of the image.
    6. At most 90 % of all lines are seen without being expected.

    ``expected and seen / (expected + 1e-8)``.

    Args:
        points: (32, 2) pixels.
        image: uint8 (H, W, 3) BGR.
    """
    try:
        return _fit(points, image)
    except _Zero:
        return 0.0


def _frame(frame: Mapping[str, Any], images: Mapping[Any, Image]) -> KeypointFrame:
    key, points = frame.get("frame_id"), frame.get("keypoints")
    if points is None:
        raise UsageError(
            f"frame {key}: keypoints are {N_KEYPOINTS} points, [0, 0] where one is absent; null "
            "breaks the validator, which records nothing."
        )
    try:
        return KeypointFrame(key, _fit(_read(points), _image(images, key)), None)
    except _Zero as zero:
        return KeypointFrame(key, 0.0, str(zero))
    except (TypeError, ValueError, OverflowError, cv2.error):
        return KeypointFrame(key, 0.0, "a point is no pair of numbers")


def _read(points: Sequence[Any]) -> Float64:
    if len(points) != N_KEYPOINTS:
        raise _Zero(f"{len(points)} points, not {N_KEYPOINTS}")
    return np.array([(float(x), float(y)) for x, y in points])


def _image(images: Mapping[Any, Image], key: Any) -> Image:
    try:
        return images[key]
    except (KeyError, TypeError):
        raise _Zero("no image of that frame") from None


def _fit(points: AnyFloat, image: Image) -> float:
    height, width = image.shape[:2]
    homography = _homography(points, (width, height))
    warped = cv2.warpPerspective(template_picture(), homography, (width, height))
    grey = cv2.cvtColor(warped, cv2.COLOR_BGR2GRAY)
    ground, lines = grey > GROUND_GREY, grey > LINE_GREY
    _require_ground(ground)
    _require_lines(lines)
    seen = seen_lines(image, ground)
    rows, columns = np.nonzero(lines)
    if np.ptp(columns) * np.ptp(rows) < LEAST_LINES * width * height:
        raise _Zero("the expected lines cover less than a fifth of the image")
    beside = np.count_nonzero(seen & ~lines) / np.count_nonzero(seen | lines)
    if beside > MOST_BESIDE:
        raise _Zero("nearly all lines that are seen lie where none is expected")
    return float(np.count_nonzero(lines & seen) / (np.count_nonzero(lines) + 1e-8))


def _homography(points: AnyFloat, size: tuple[int, int]) -> Float64:
    """From the template to the image, of the points that are there."""
    inside = ((points >= 0) & (points < size)).all(axis=1) & points.any(axis=1)
    if inside.sum() < LEAST_POINTS:
        raise _Zero(f"{int(inside.sum())} points in the image, and four are needed")
    template = template_points()
    homography, _ = cv2.findHomography(template[inside], points[inside].astype(np.float32))
    if homography is None:
        raise _Zero("no homography through these points")
    corners = cv2.perspectiveTransform(template[list(CORNERS)][None], homography)[0]
    if _is_twisted(corners):
        raise _Zero("the pitch would be twisted")
    return np.asarray(homography, np.float64)


def _is_twisted(corners: Float32) -> bool:
    """Whether the sides of a quadrilateral (4, 2) cross: the first and third, or the others."""
    a, b, c, d = corners.astype(np.float64)
    return _cross(a, b, c, d) or _cross(b, c, d, a)


def _cross(a: Float64, b: Float64, c: Float64, d: Float64) -> bool:
    """Whether the segments ab and cd cross."""
    return _left(a, c, d) != _left(b, c, d) and _left(a, b, c) != _left(a, b, d)


def _left(a: Float64, b: Float64, c: Float64) -> bool:
    return bool((c[1] - a[1]) * (b[0] - a[0]) > (b[1] - a[1]) * (c[0] - a[0]))


def _require_ground(ground: Bools) -> None:
    if not ground.any():
        raise _Zero("no ground in the image")
    if cv2.connectedComponents(ground.astype(np.uint8), connectivity=8)[0] > 2:
        raise _Zero("the ground is in several pieces")
    if ground.mean() >= MOST_GROUND:
        raise _Zero("the ground fills the image")


def _require_lines(lines: Bools) -> None:
    if not lines.any() or lines.all():
        raise _Zero("no lines in the image, or nothing else")
    contours, _ = cv2.findContours(
        lines.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    sides = (cv2.boundingRect(contour)[2:] for contour in contours)
    if any(across == down for across, down in sides):
        raise _Zero("a piece of line is as wide as it is high")


def seen_lines(image: Image, ground: Bools) -> Bools:
    """Lines (H, W) that a frame shows on the ground, widened by three pixels."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    bright = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((31, 31), np.uint8))
    edges: Mask = np.asarray(cv2.Canny(cv2.GaussianBlur(bright, (5, 5), 0), 30, 100), np.uint8)
    on_ground = np.where(ground, edges, 0).astype(np.uint8)
    return np.asarray(cv2.dilate(on_ground, np.ones((3, 3), np.uint8), iterations=3) > 0)
