"""The ball, and where it has been."""

from collections import deque
from itertools import pairwise

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.frame import ClassId, FrameState, Objects
from touchline.geometry import plain, through
from touchline.outputs.drawing.people import is_dashed
from touchline.outputs.drawing.primitives import SUBPIXEL, ring, stain, subpixel
from touchline.outputs.drawing.projection import to_pixels
from touchline.outputs.drawing.style import CLASS_COLOURS, PAPER, Style

_COLOUR = CLASS_COLOURS[ClassId.BALL]


class Trail:
    """Where the ball was in the last moments of this shot.

    With a homography then and now, a place is carried over the pitch, so that a panning camera
    does not draw the trail out; without, it stays where it was in the image.

    Args:
        seconds: How long a place is remembered.
    """

    def __init__(self, seconds: float = 0.8) -> None:
        self._seconds = seconds
        self._shot = -1
        self._seen: deque[tuple[float, Float64, Float64 | None]] = deque()

    def follow(self, state: FrameState, size: tuple[int, int]) -> Float64:
        """Take the next frame; return the places (n, 2) in its pixels, oldest first."""
        if state.shot != self._shot:
            self._shot = state.shot
            self._seen.clear()
        while self._seen and self._seen[0][0] < state.time - self._seconds:
            self._seen.popleft()
        self._remember(state)
        return self._places(state.pitch.homography, size)

    def _remember(self, state: FrameState) -> None:
        objects = Objects.from_supervision(state.objects)
        row = best_ball(objects)
        if row is None:
            return
        pixel, homography = _centre(objects, row), state.pitch.homography
        metres = None if homography is None else plain(through(pixel[None], homography))[0]
        self._seen.append((state.time, pixel, metres))

    def _places(self, homography: Float64 | None, size: tuple[int, int]) -> Float64:
        metres = [place for _, _, place in self._seen if place is not None]
        if homography is None or not metres:
            return np.array([pixel for _, pixel, _ in self._seen]).reshape(-1, 2)
        seen = through(metres, to_pixels(homography, size))
        return plain(seen[seen[:, 2] > 0])


def best_ball(objects: Objects) -> int | None:
    """Row of the most confident ball, or None."""
    rows = np.flatnonzero(objects.class_id == ClassId.BALL)
    return int(rows[np.argmax(objects.confidence[rows])]) if len(rows) else None


def draw_trail(image: Image, places: Float64, style: Style) -> None:
    """Draw the way the ball took, fading into the past."""
    if len(places) < 2:
        return
    pad = 2 * style.stroke + 2
    limits = np.array([image.shape[1], image.shape[0]])
    places = np.clip(places, -limits, 2 * limits)
    left, top = np.floor(places.min(0)).astype(int) - pad
    width, height = np.ceil(places.max(0)).astype(int) + pad - (left, top)
    mask = np.zeros((height, width), np.uint8)
    points = subpixel(places - (left, top)).tolist()
    for age, (start, end) in enumerate(pairwise(points), start=1):
        strength = round(220 * age / len(points))
        cv2.line(mask, start, end, strength, 2 * style.stroke, cv2.LINE_AA, SUBPIXEL)
    stain(image, mask, (int(left), int(top)), _COLOUR)


def draw_balls(image: Image, objects: Objects, style: Style) -> None:
    """Draw a ring around each ball and, above it, an arrow; hollow where it was not seen."""
    for row in np.flatnonzero(objects.class_id == ClassId.BALL).tolist():
        _draw_ball(image, objects, row, style)


def _draw_ball(image: Image, objects: Objects, row: int, style: Style) -> None:
    x, y = _centre(objects, row).tolist()
    size = objects.xyxy[row, 2:] - objects.xyxy[row, :2]
    radius = max(0.75 * float(size.max()), 3.0 * style.stroke)
    ring(image, [x, y], radius, _COLOUR, stroke=style.stroke)
    tip, side = y - radius - 2.0 * style.stroke, 3.4 * style.stroke
    arrow = subpixel([[x, tip], [x - side, tip - 1.6 * side], [x + side, tip - 1.6 * side]])
    if not is_dashed(objects, row):
        cv2.fillPoly(image, [arrow], _COLOUR, cv2.LINE_AA, SUBPIXEL)
    edge = _COLOUR if is_dashed(objects, row) else PAPER
    cv2.polylines(image, [arrow], True, edge, style.hairline, cv2.LINE_AA, SUBPIXEL)


def _centre(objects: Objects, row: int) -> Float64:
    box = objects.xyxy[row].astype(np.float64)
    centre: Float64 = (box[:2] + box[2:]) / 2
    return centre
