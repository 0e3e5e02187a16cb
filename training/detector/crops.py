"""Training samples: crops around what is rare, warped, recoloured and pasted into."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector import paste
from training.detector.augment import augmented
from training.detector.data import (
    BALL,
    GOALKEEPER,
    KIT_BALL,
    PLAYER,
    REFEREE,
    LabelledFrame,
)
from training.images import Image

FOCUS_ODDS = {BALL: 0.35, GOALKEEPER: 0.20, REFEREE: 0.15, PLAYER: 0.30}
DYED = 0.35
"""Share of the kits in a crop that get another colour."""
MIN_VISIBLE = 0.4
OVERHANG = 0.06
"""Share of the crop that may lie beyond an edge of the frame."""
PADDING = (114, 114, 114)
KIT_PASTED = 1000
"""Pasted people wear kits of their own, numbered from here."""


@dataclass(frozen=True)
class Crop:
    """A training sample: `image` uint8 (S, S, 3) BGR, `xyxy` float32 (n, 4), `class_id` (n,)."""

    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]


@dataclass
class _Canvas:
    """A crop in the making."""

    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    kit: NDArray[np.int64]

    @property
    def people(self) -> NDArray[np.float32]:
        people: NDArray[np.float32] = self.xyxy[self.class_id != BALL]
        return people

    def add(self, placement: paste.Placement, *, kit: int) -> None:
        placement.draw(self.image)
        self.xyxy = np.concatenate([self.xyxy, placement.xyxy[None]])
        self.class_id = np.append(self.class_id, placement.cutout.class_id)
        self.kit = np.append(self.kit, kit)


class CropSampler:
    """Draws augmented crops of `size` pixels from frames, the same for the same seed.

    A crop is centred near a box of a class drawn by FOCUS_ODDS. Matches with many boxes of a
    class give them less often: the odds of a match grow with the square root of its boxes.
    """

    def __init__(self, frames: list[LabelledFrame], *, size: int = 640, seed: int = 0) -> None:
        self._frames = frames
        self._size = size
        self._rng = np.random.default_rng(seed)
        boxes = [(frame.match, frame.class_id) for frame in frames]
        self._focus = {class_id: places_of(class_id, boxes) for class_id in FOCUS_ODDS}
        self._bank = paste.cut_out(frames)

    def draw(self) -> Crop:
        """The next sample."""
        rng = self._rng
        canvas, scale = self._cut()
        if rng.random() < 0.5:
            self._paste_people(canvas)
        if rng.random() < 0.5:
            self._paste_ball(canvas, scale)
        image = augmented(canvas.image, canvas.xyxy, canvas.kit, dyed=DYED, rng=rng)
        return Crop(image, canvas.xyxy, canvas.class_id)

    def _cut(self) -> tuple[_Canvas, float]:
        rng = self._rng
        class_id = int(rng.choice(list(FOCUS_ODDS), p=list(FOCUS_ODDS.values())))
        places, odds = self._focus[class_id]
        number, index = places[rng.choice(len(places), p=odds)]
        frame, scale = self._frames[number], _random_scale(rng)
        matrix = self._placing(frame.xyxy[index], frame.image.shape[1::-1], scale)
        image = cv2.warpAffine(
            frame.image, matrix, (self._size, self._size), borderValue=PADDING
        ).astype(np.uint8)
        xyxy, kept = warp_boxes(frame.xyxy, matrix, size=self._size)
        return _Canvas(image, xyxy[kept], frame.class_id[kept], frame.kit[kept]), scale

    def _placing(
        self, box: NDArray[np.float32], frame_size: tuple[int, int], scale: float
    ) -> NDArray[np.float64]:
        """Affine matrix (2, 3) that puts the centre of `box` somewhere in the crop.

        `frame_size` is (width, height); little of the crop is left to lie outside of it.
        """
        rng = self._rng
        stretch = rng.uniform(0.92, 1.08)
        gain = np.array([scale * stretch * rng.choice([-1, 1]), scale / stretch])
        target = rng.uniform(0.05, 0.95, 2) * self._size
        centre = (box[:2] + box[2:]) / 2
        shift = target - gain * centre
        ends = np.sort([shift, shift + gain * frame_size], axis=0)
        slack = OVERHANG * self._size
        shift -= (ends[0] - slack).clip(min=0)  # padding teaches little: keep the frame in view
        shift += (self._size - ends[1] - slack).clip(min=0)
        return np.column_stack([np.diag(gain), shift])

    def _paste_people(self, canvas: _Canvas) -> None:
        rng = self._rng
        for number in range(int(rng.integers(1, 4))):
            odds = paste.PEOPLE_ODDS
            class_id = int(rng.choice(list(odds), p=list(odds.values())))
            cutout = paste.drawn(self._bank[class_id], rng)
            if len(canvas.people) == 0:
                return
            placement = paste.place_person(cutout, canvas.image, canvas.people, rng=rng)
            if placement is not None:
                canvas.add(placement, kit=KIT_PASTED + number)

    def _paste_ball(self, canvas: _Canvas, scale: float) -> None:
        ball = paste.drawn(self._bank[BALL], self._rng)
        placement = paste.place_ball(ball, canvas.image, canvas.people, scale=scale, rng=self._rng)
        if placement is not None:
            canvas.add(placement, kit=KIT_BALL)


def places_of(
    class_id: int, frames: Sequence[tuple[str, NDArray[np.int64]]]
) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """(frame, box) pairs of a class and the odds (n,) of drawing each.

    `frames` are (match, class ids of the boxes): a match with many boxes gives each less often.
    """
    places = [
        (number, int(index))
        for number, (_, class_ids) in enumerate(frames)
        for index in np.flatnonzero(class_ids == class_id)
    ]
    matches = np.array([frames[number][0] for number, _ in places])
    _, inverse, counts = np.unique(matches, return_inverse=True, return_counts=True)
    odds = 1 / np.sqrt(counts[inverse])
    return places, odds / odds.sum()


def _random_scale(rng: np.random.Generator) -> float:
    """Crop pixels for each pixel of the frame: mostly 0.5-1, at times as large as a close-up."""
    ranges, odds = ((0.5, 1.0), (1.0, 1.5), (1.5, 2.5), (2.5, 6.0)), (0.76, 0.13, 0.04, 0.07)
    low, high = ranges[rng.choice(len(ranges), p=odds)]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def warp_boxes(
    xyxy: NDArray[np.float32], matrix: NDArray[np.float64], *, size: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes (n, 4) under a matrix of scale, flip and shift, cut to a square of `size`.

    Returns the cut boxes (n, 4) and which of them (n,) are visible enough to keep.
    """
    corners = xyxy.reshape(-1, 2, 2) * np.diag(matrix[:, :2]) + matrix[:, 2]
    moved = np.concatenate([corners.min(1), corners.max(1)], 1)
    cut = moved.clip(0, size)
    area, left = ((box[:, 2:] - box[:, :2]).prod(1) for box in (moved, cut))
    return cut.astype(np.float32), (left > 0) & (left >= MIN_VISIBLE * area)
