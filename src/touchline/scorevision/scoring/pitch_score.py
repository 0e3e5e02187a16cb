"""How much a frame looks like a pitch to the validator, before CLIP is asked."""

import cv2
import numpy as np

from touchline.arrays import Float64, Image, Int64, Mask
from touchline.scorevision.scoring.image import checked_image
from touchline.scorevision.scoring.lines import green_mask, hough_segments

MIN_BLOB = 5000
"""Square pixels from above which a blob is asked how green it is."""
MIN_GREEN = 0.5
"""Share of a blob, holes filled, that must be green."""
FULL_LENGTH = 4500
"""Pixels of lines that earn the whole share of lines."""
GREEN_WEIGHT, LINE_WEIGHT = 0.3, 0.7
BAND, BAND_GREEN, CLOSE_UP = 0.025, 0.8, 0.29
"""Share of a side that a border band takes, how green it is in a close-up, and what that costs."""
NET_LINES, NET_TESTED = 15, 15
"""More lines of either direction than this make a grid; with fewer in all nothing is tested."""
FLAT, STEEP = 10, 80
"""Degrees from the horizontal below which a line is flat, and above which it is steep."""
NET_LENGTH, NET_SPREAD = 50, 10
"""Pixels of mean length, or of its standard deviation, below which a grid is a net."""


def pitch_frame_score(image_bgr: Image) -> float:
    """Score a frame as the validator does, without CLIP.

    ``max(0, min(1, 0.3 * green_ratio + 0.7 * total_line_length / 4500) - 0.29 [close-up])``; no
    line counts where the lines look like a goal net.

    Args:
        image_bgr: uint8 (H, W, 3) BGR; it is not changed. The validator's frames have gone through
            ``through_jpeg``.

    Returns:
        0 to 1; from 0.7 on the validator asks CLIP (``checked_score``).

    Raises:
        UsageError: It is no such image.
    """
    green = green_mask(checked_image(image_bgr))
    field = field_mask(green)
    gray = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    masked = cv2.bitwise_and(gray, gray, mask=field)
    lines = hough_segments(cv2.Canny(masked, 50, 150), threshold=50, min_length=50, max_gap=8)
    length = 0.0 if looks_like_net(lines) else float(_lengths(lines).sum())
    ratio = np.count_nonzero(field) / field.size
    score = float(min(1.0, GREEN_WEIGHT * ratio + LINE_WEIGHT * length / FULL_LENGTH))
    return max(score - CLOSE_UP * is_close_up(green), 0.0)


def field_mask(green: Mask) -> Mask:
    """The green mask (H, W) opened with 10 x 10, without large blobs that are less than half green.

    A blob is an outer contour of the opened mask; its area is the contour's and its green share is
    of the mask before opening, holes filled. Small blobs stay as they are.
    """
    field = np.asarray(cv2.morphologyEx(green, cv2.MORPH_OPEN, np.ones((10, 10), np.uint8)))
    contours, _ = cv2.findContours(field, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        if cv2.contourArea(contour) > MIN_BLOB and _green_share(contour, green) < MIN_GREEN:
            cv2.drawContours(field, [contour], -1, (0,), cv2.FILLED)
    return np.asarray(field, np.uint8)


def is_close_up(green: Mask) -> bool:
    """Whether all four border bands of the green mask (H, W), not opened, are over 80 % green.

    Each band is 2.5 % of its side, truncated to pixels.
    """
    height, width = green.shape
    rows, columns = int(height * BAND), int(width * BAND)
    bands = (green[:rows], green[-rows:], green[:, :columns], green[:, -columns:])
    return all(np.count_nonzero(band) > BAND_GREEN * band.size for band in bands)


def looks_like_net(lines: Int64) -> bool:
    """Whether lines (m, 4) look like a goal net.

    At least 15 lines, more than 15 of them steeper than 80 degrees and more than 15 flatter than
    10, and a mean length below 50 pixels or a standard deviation of it below 10.
    """
    if len(lines) < NET_TESTED:
        return False
    along = np.abs(lines[:, 2:] - lines[:, :2])
    angle = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    grid = min(np.count_nonzero(angle < FLAT), np.count_nonzero(angle > STEEP)) > NET_LINES
    length = _lengths(lines)
    return bool(grid and (length.mean() < NET_LENGTH or length.std() < NET_SPREAD))


def _green_share(contour: cv2.typing.MatLike, green: Mask) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    blob = np.zeros((height, width), np.uint8)
    cv2.drawContours(blob, [contour], -1, (255,), cv2.FILLED, offset=(-x, -y))
    inside = blob > 0
    return float((green[y : y + height, x : x + width][inside] > 0).mean())


def _lengths(lines: Int64) -> Float64:
    lengths: Float64 = np.hypot(*(lines[:, 2:] - lines[:, :2]).T.astype(np.float64))
    return lengths
