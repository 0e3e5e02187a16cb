"""The painted lines that the validator sees in a frame."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import cv2
import numpy as np

from touchline.arrays import Bools, Image, Int64, Mask
from touchline.errors import UsageError
from touchline.scorevision.scoring.image import checked_image

GREEN = ((35, 40, 40), (85, 255, 255))
"""Least and greatest hue (0 to 180), saturation and value of grass, both included."""
SAMPLES = 30
"""Points of a segment that must all lie on grass."""
BORDER = 3
"""Pixels at each side where no line counts."""
CROWD_RADIUS, CROWD_SIZE = 80, 80
"""Pixels about a segment's middle, along each axis, and how many middles may lie within."""

Segments = list[tuple[int, int, int, int]]


def pitch_lines(image_bgr: Image) -> Segments:
    """Find the painted lines of a frame as the validator does.

    1. Grass: HSV within ``GREEN``, opened with 5 x 5.
    2. White: top-hat 31 x 31 of the grey image over 30, on grass.
    3. Gaussian blur 5 x 5, Canny 30/100, HoughLinesP(1, pi/360, 30, 10, 15).
    4. Segments whose 30 samples, truncated to pixels, all lie on grass are kept and painted, two
       pixels wide, on a mask of which 3 pixels are cleared at each side. Those whose middle is
       painted there, by itself or by another, stay.
    5. Segments with more than 80 middles within 80 pixels along each axis, their own among them,
       are dropped; all are counted before any is dropped.

    Args:
        image_bgr: uint8 (H, W, 3) BGR; it is not changed.

    Returns:
        (x1, y1, x2, y2) of each segment in pixels, in the order in which OpenCV finds them.

    Raises:
        UsageError: It is no such image.
    """
    grass, white = _grass_and_white(checked_image(image_bgr))
    edges = cv2.Canny(cv2.GaussianBlur(white, (5, 5), 0), 30, 100)
    found = hough_segments(edges, threshold=30, min_length=10, max_gap=15)
    kept = found[_on_grass(found, grass)]
    kept = kept[_away_from_border(kept, grass.shape)]
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in kept[_uncrowded(kept)].tolist()]


def pitch_lines_of(
    images_bgr: Iterable[Image], *, workers: int | None = None
) -> Iterator[Segments]:
    """Find the lines of many frames, in order, on all cores: OpenCV lets other threads run.

    At most ``2 * workers`` frames are held at a time, so a video may be read as it goes.

    Args:
        images_bgr: uint8 (H, W, 3) BGR each.
        workers: Threads, from 1; as many as there are cores where None.

    Raises:
        UsageError: ``workers`` is not as said, or an image is none.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"workers is from 1; got {workers}.")
    return _in_threads(images_bgr, workers or os.cpu_count() or 1)


def _in_threads(images_bgr: Iterable[Image], workers: int) -> Iterator[Segments]:
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Segments]] = deque()
        for image in images_bgr:
            waiting.append(pool.submit(pitch_lines, image))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def green_mask(image_bgr: Image) -> Mask:
    """255 where a pixel is green and 0 elsewhere, uint8 (H, W)."""
    return np.asarray(cv2.inRange(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2HSV), *GREEN), np.uint8)


def hough_segments(
    edges: cv2.typing.MatLike, *, threshold: int, min_length: float, max_gap: float
) -> Int64:
    """Segments (m, 4) of an edge image (H, W), at steps of 1 pixel and half a degree."""
    found = cv2.HoughLinesP(
        edges, 1, np.pi / 360, threshold, minLineLength=min_length, maxLineGap=max_gap
    )
    # OpenCV gives (m, 1, 4) or (m, 4) by its version, and None where it finds nothing.
    return np.empty((0, 4), np.int64) if found is None else found.reshape(-1, 4).astype(np.int64)


def _grass_and_white(image_bgr: Image) -> tuple[Mask, Mask]:
    grass = cv2.morphologyEx(green_mask(image_bgr), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    gray = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (31, 31))
    tophat = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, kernel)
    _, white = cv2.threshold(tophat, 30, 255, cv2.THRESH_BINARY)
    return np.asarray(grass, np.uint8), np.asarray(cv2.bitwise_and(white, grass), np.uint8)


def _on_grass(segments: Int64, grass: Mask) -> Bools:
    share = np.linspace(0, 1, SAMPLES)
    start, along = segments[:, None, :2], segments[:, None, 2:] - segments[:, None, :2]
    # Truncated, as int() does; no coordinate is negative.
    at = (start + along * share[None, :, None]).astype(np.int64)
    on_grass: Bools = np.all(grass[at[..., 1], at[..., 0]] > 0, axis=1)
    return on_grass


def _away_from_border(segments: Int64, shape: tuple[int, ...]) -> Bools:
    painted = np.zeros(shape, np.uint8)
    for x1, y1, x2, y2 in segments.tolist():
        cv2.line(painted, (x1, y1), (x2, y2), 255, 2)
    painted[:BORDER] = painted[-BORDER:] = 0
    painted[:, :BORDER] = painted[:, -BORDER:] = 0
    middle = (segments[:, :2] + segments[:, 2:]) // 2
    stays: Bools = painted[middle[:, 1], middle[:, 0]] > 0
    return stays


def _uncrowded(segments: Int64) -> Bools:
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    near = np.all(np.abs(middle[:, None] - middle) < CROWD_RADIUS, axis=2)
    uncrowded: Bools = near.sum(axis=1) <= CROWD_SIZE
    return uncrowded
