"""How the camera moved between two frames."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from touchline.arrays import Bools, Float64, Image, Mask
from touchline.geometry import jacobians, warp_points

KEY_FRAMES = 12
"""Frames after which a new key frame is taken."""
KEY_SHIFT = 80.0
"""Pixels of the small copy after which a new key frame is taken."""
LEAST_CORNERS = 12
"""Fewer corners than this say nothing."""
LEAST_SHARE = 0.35
"""Share of the corners that has to agree."""
TOLERANCE = 0.7
"""Pixels of the small copy by which a corner that agrees may be off."""
MOVED = 1.2
"""Pixels of the small copy from which a corner has moved."""
MINORITY = 0.2
"""Share of the corners that has to have moved before they are asked on their own."""
MAJORITY = 0.6
"""Share of those asked that has to agree."""
TEXTURE = 5e-5
"""Smaller eigenvalue of the gradients below which there is no corner."""


class CameraMotion:
    """Measures the camera's motion from frame to frame by sparse optical flow.

    Corners are picked evenly over a small grey copy of a key frame, so that stands, boards and
    lines have a say and no single player or score graphic outvotes them. Lucas-Kanade flow
    (Bouguet 2000, pyramidal) looks for them in each following frame, where the motion so far lets
    them be expected, and RANSAC finds the homography most of them agree on; corners that disagree
    sit on players and are dropped. Since each frame is compared with the key frame, errors do not
    add up until the next one, half a second later. Where the answer is not trustworthy (too few
    corners agree, an impossible zoom or turn) it is the identity and ``confidence`` is 0: better
    no compensation than a wild one.

    Args:
        width: Width in pixels, about, of the small copy that is looked at.
        corners: How many corners are followed.
        still: Motion in pixels of the small copy below which the camera is called still.

    Attributes:
        confidence: Share of the corners, 0 to 1, that agree with the last answer; 0 where the
            answer is a default.
    """

    def __init__(self, width: int = 480, *, corners: int = 300, still: float = 0.08) -> None:
        self.confidence = 0.0
        self._width = width
        self._corners = corners
        self._still = still
        self._key: _Key | None = None

    def update(self, image: Image) -> Float64:
        """Give the homography from the previous frame's pixels to this frame's.

        Args:
            image: uint8 (H, W, 3), BGR; the same size in every call.

        Returns:
            (3, 3) float64; the identity for the first frame.
        """
        small, scale = _shrink(image, self._width)
        key = self._key
        if key is None or key.grey.shape != small.shape:
            self.confidence = 0.0
            self._key = _Key.of(small, self._corners)
            return np.eye(3)
        motion, self.confidence = key.follow(small, still=self._still)
        if key.is_spent or self.confidence == 0:
            self._key = _Key.of(small, self._corners, motion)
        return _rescale(motion, scale)


@dataclass(slots=True)
class _Key:
    """The frame that the following ones are compared with.

    Attributes:
        grey: uint8 (h, w).
        corners: float64 (n, 2) still followed.
        enough: Number of corners below which a new key frame is due.
        since: (3, 3) motion from this frame to the last one.
        last: (3, 3) motion from the last frame but one to the last one.
        age: Frames since.
    """

    grey: Mask
    corners: Float64
    enough: float
    since: Float64
    last: Float64
    age: int = 0

    @classmethod
    def of(cls, grey: Mask, count: int, last: Float64 | None = None) -> "_Key":
        """Start anew from a frame."""
        corners = _spread_corners(grey, count)
        return cls(
            grey,
            corners,
            max(0.4 * len(corners), 2.0 * LEAST_CORNERS),
            np.eye(3),
            np.eye(3) if last is None else last,
        )

    @property
    def is_spent(self) -> bool:
        """Whether it is too old or too far away."""
        shift = float(np.abs(self.since[:2, 2]).max())
        return self.age >= KEY_FRAMES or len(self.corners) < self.enough or shift > KEY_SHIFT

    def follow(self, grey: Mask, *, still: float) -> tuple[Float64, float]:
        """Motion from the last frame to this one, and the share of corners that agree."""
        start, end = _flow(self.grey, grey, self.corners, self.last @ self.since)
        if len(start) < LEAST_CORNERS:
            return np.eye(3), 0.0
        since, agree, share = _agreed(start, end, still=still)
        if share < LEAST_SHARE or not _plausible(since @ np.linalg.inv(self.since), grey.shape):
            return np.eye(3), 0.0
        self.last = since @ np.linalg.inv(self.since)
        self.since, self.corners = since, start[agree]
        # While the camera stands the key frame stays, or what is too little to see would be lost.
        self.age += not np.array_equal(since, np.eye(3))
        return self.last, share


def _shrink(image: Image, width: int) -> tuple[Mask, float]:
    """Grey copy about ``width`` wide, and its size relative to the original.

    The factor is whole, and colour goes first: averaging areas of a whole factor over one channel
    is fast and leaves no aliasing.
    """
    factor = max(1, round(image.shape[1] / width))
    rows, columns = image.shape[0] // factor, image.shape[1] // factor
    grey = cv2.cvtColor(image[: rows * factor, : columns * factor], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), 1 / factor


def _spread_corners(grey: Mask, count: int) -> Float64:
    """At most ``count`` corners (n, 2): the strongest (Shi and Tomasi 1994) of each grid cell."""
    strength = cv2.cornerMinEigenVal(grey, 3)
    side = max(int(np.sqrt(grey.size / count)), 4)
    down, across = grey.shape[0] // side, grey.shape[1] // side
    cells = strength[: down * side, : across * side].reshape(down, side, across, side)
    flat = cells.transpose(0, 2, 1, 3).reshape(down * across, side * side)
    best = flat.argmax(axis=1)
    textured = np.flatnonzero(flat.max(axis=1) > TEXTURE)
    y = textured // across * side + best[textured] // side
    x = textured % across * side + best[textured] % side
    return np.stack([x, y], axis=1).astype(np.float64)


def _flow(key: Mask, grey: Mask, corners: Float64, expected: Float64) -> tuple[Float64, Float64]:
    """Corners (n, 2) of the key frame that were found, and where (n, 2)."""
    if len(corners) == 0:
        return corners, corners
    guess = warp_points(corners, expected).astype(np.float32)
    flow: Any = cv2.calcOpticalFlowPyrLK
    end, found, _ = flow(
        key,
        grey,
        corners.astype(np.float32),
        guess,
        winSize=(9, 9),
        maxLevel=3,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    good = found.ravel() == 1
    return corners[good], end[good].astype(np.float64)


def _agreed(start: Float64, end: Float64, *, still: float) -> tuple[Float64, Bools, float]:
    """The motion (3, 3) of the camera, which corners (n,) agree, and their share.

    Score graphics stand still in the picture, and so does grass that a video encoder did not find
    worth an update. A pan may leave the corners that see it in the minority, but nothing else moves
    corners in many places by one homography: so those that moved are asked first, on their own.
    """
    moved = np.linalg.norm(end - start, axis=1)
    movers = moved > MOVED
    if MINORITY <= movers.mean() <= 0.5 and movers.sum() >= 2 * LEAST_CORNERS:
        motion, agree = _consensus(start, end, movers)
        share = float(agree.sum() / movers.sum())
        if share >= MAJORITY:
            return motion, agree, min(share, 1.0)
    if _is_still(end - start, still):
        agree = moved < TOLERANCE
        return np.eye(3), agree, float(agree.mean())
    motion, agree = _consensus(start, end, np.ones_like(movers))
    return motion, agree, float(agree.mean())


def _consensus(start: Float64, end: Float64, asked: Bools) -> tuple[Float64, Bools]:
    """The homography (3, 3) most of the corners asked agree on, and which of all n agree."""
    found, _ = cv2.findHomography(
        start[asked], end[asked], cv2.RANSAC, TOLERANCE, maxIters=200, confidence=0.99
    )
    if found is None:
        return np.eye(3), np.zeros(len(start), dtype=np.bool_)
    motion = np.asarray(found, dtype=np.float64)
    return motion, np.linalg.norm(warp_points(start, motion) - end, axis=1) < TOLERANCE


def _is_still(moved: Float64, still: float) -> bool:
    """Whether corners that moved by (n, 2) only shake: in no common direction, and little."""
    together = np.abs(np.median(moved, axis=0)).max()
    apart = np.median(np.abs(moved))
    return bool(together < still and apart < 3 * still)


def _plausible(motion: Float64, shape: tuple[int, ...]) -> bool:
    """Whether a camera can do this in one frame: zoom within 15 %, turn within 6 degrees."""
    height, width = shape[:2]
    corners = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    if np.any(corners @ motion[2, :2] + motion[2, 2] < 0.5):
        return False
    turns = jacobians(corners, motion)
    stretch = np.sqrt(np.abs(np.linalg.det(turns)))
    turned = np.abs(turns[:, 1, 0] - turns[:, 0, 1]) / (2 * stretch)
    return bool(np.all(np.abs(stretch - 1) < 0.15) and np.all(turned < 0.1))


def _rescale(motion: Float64, scale: float) -> Float64:
    """Carry a motion from the small copy's pixels to the original's (cell centres, not corners)."""
    if np.array_equal(motion, np.eye(3)):
        return np.eye(3)
    shift = (scale - 1) / 2
    shrink = np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
    whole = np.linalg.inv(shrink) @ motion @ shrink
    return np.asarray(whole / whole[2, 2])
