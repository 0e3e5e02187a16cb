"""Training samples: crops around what is rare, warped, recoloured and pasted into."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector import paste
from training.detector.augment import augmented
from training.detector.balls import draw_net, painted_ball, place_ball
from training.detector.data import (
    BALL,
    GOALKEEPER,
    KIT_BALL,
    PLAYER,
    REFEREE,
    LabelledFrame,
)
from training.detector.distractors import distract
from training.images import Image

FOCUS_ODDS = {BALL: 0.35, GOALKEEPER: 0.20, REFEREE: 0.15, PLAYER: 0.30}
BARREN = 0.06
"""Share of the crops without a pitch."""
DYED = 0.4
"""Share of the kits in a crop that get another colour."""
BALLS_PASTED, PAINTED, NETTED = 0.65, 0.3, 0.08
"""Share of the crops with one to three further balls, of those painted, of those behind a net."""
HEIGHTS = ((20.0, 55.0), (55.0, 110.0), (110.0, 190.0), (190.0, 400.0))
HEIGHT_ODDS = (0.42, 0.32, 0.16, 0.10)
"""How tall in pixels the people of a crop become: log-uniform in each range."""
FILLED = 0.75
"""Share of the height of a crop that a frame fills at least: padding teaches little."""
SCALES = (0.35, 7.0)
"""Crop pixels for each pixel of a frame, at least and at most."""
MIN_VISIBLE = 0.4
OVERHANG = 0.06
"""Share of the crop that may lie beyond an edge of the frame."""
PADDING = (114, 114, 114)
KIT_PASTED = 1000
"""Pasted people wear kits of their own, numbered from here."""


@dataclass(frozen=True)
class Crop:
    """A training sample: `image` uint8 (S, S, 3) BGR, `xyxy` float32 (n, 4), `class_id` (n,).

    Of the classes `unlabelled` some objects in it may have no box.
    """

    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    unlabelled: frozenset[int] = field(default_factory=frozenset)


@dataclass
class _Canvas:
    """A crop in the making."""

    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    kit: NDArray[np.int64]
    unlabelled: frozenset[int]
    scale: float
    height: float
    """Of the people, in pixels."""

    @property
    def balls(self) -> NDArray[np.float32]:
        balls: NDArray[np.float32] = self.xyxy[self.class_id == BALL]
        return balls

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
    class give them less often: the odds of a match grow with the square root of its boxes. Frames
    without boxes of any class give the share BARREN of the crops.
    """

    def __init__(self, frames: list[LabelledFrame], *, size: int = 640, seed: int = 0) -> None:
        self._frames = [frame for frame in frames if len(frame.class_id)]
        self._barren = [frame for frame in frames if not len(frame.class_id)]
        self._size = size
        self.rng = np.random.default_rng(seed)
        """Where all chance comes from."""
        boxes = [(frame.match, frame.class_id) for frame in self._frames]
        places = {class_id: places_of(class_id, boxes) for class_id in FOCUS_ODDS}
        self._focus = {class_id: each for class_id, each in places.items() if each[0]}
        odds = np.array([FOCUS_ODDS[class_id] for class_id in self._focus])
        self._focus_odds = odds / odds.sum()
        self._bank = paste.cut_out([frame for frame in frames if frame.match != "synthetic"])

    def draw(self) -> Crop:
        """The next sample."""
        rng = self.rng
        barren = bool(self._barren) and rng.random() < BARREN
        canvas = self._cut_barren() if barren else self._cut()
        if not barren and rng.random() < 0.5:
            self._paste_people(canvas)
        if not barren and rng.random() < BALLS_PASTED:
            for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))):
                self._paste_ball(canvas)
        distract(canvas.image, height=canvas.height, balls=canvas.balls, rng=rng)
        image = augmented(canvas.image, canvas.xyxy, canvas.kit, dyed=DYED, rng=rng)
        return Crop(image, canvas.xyxy, canvas.class_id, canvas.unlabelled)

    def _cut(self) -> _Canvas:
        rng = self.rng
        class_id = int(rng.choice(list(self._focus), p=self._focus_odds))
        places, odds = self._focus[class_id]
        number, index = places[rng.choice(len(places), p=odds)]
        frame = self._frames[number]
        scale = max(_random_scale(frame.people_height, rng), self._least_scale(frame))
        return self._warped(frame, frame.xyxy[index], scale)

    def _least_scale(self, frame: LabelledFrame) -> float:
        """That at which a frame fills most of the height of a crop."""
        return FILLED * self._size / int(frame.image.shape[0])

    def _cut_barren(self) -> _Canvas:
        rng = self.rng
        frame = self._barren[rng.integers(len(self._barren))]
        at = rng.uniform(0, 1, 2) * frame.image.shape[1::-1]
        box = np.concatenate([at, at]).astype(np.float32)
        return self._warped(frame, box, float(np.exp(rng.uniform(np.log(0.5), np.log(2.0)))))

    def _warped(self, frame: LabelledFrame, box: NDArray[np.float32], scale: float) -> _Canvas:
        """The part of a frame about a box (4,), enlarged by `scale`."""
        matrix = self._placing(box, frame.image.shape[1::-1], scale)
        flags = int(self.rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        size = (self._size, self._size)
        image = cv2.warpAffine(frame.image, matrix, size, flags=flags, borderValue=PADDING)
        xyxy, kept = warp_boxes(frame.xyxy, matrix, size=self._size)
        return _Canvas(
            image.astype(np.uint8),
            xyxy[kept],
            frame.class_id[kept],
            frame.kit[kept],
            unlabelled=frame.unlabelled,
            scale=scale,
            height=scale * frame.people_height,
        )

    def _placing(
        self, box: NDArray[np.float32], frame_size: tuple[int, int], scale: float
    ) -> NDArray[np.float64]:
        """Affine matrix (2, 3) that puts the centre of `box` somewhere in the crop.

        `frame_size` is (width, height); little of the crop is left to lie outside of it.
        """
        rng = self.rng
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
        rng = self.rng
        for number in range(int(rng.integers(1, 4))):
            odds = paste.PEOPLE_ODDS
            class_id = int(rng.choice(list(odds), p=list(odds.values())))
            if len(canvas.people) == 0 or not self._bank[class_id]:
                return
            cutout = paste.drawn(self._bank[class_id], rng)
            placement = paste.place_person(cutout, canvas.image, canvas.people, rng=rng)
            if placement is not None:
                canvas.add(placement, kit=KIT_PASTED + number)

    def _paste_ball(self, canvas: _Canvas) -> None:
        rng = self.rng
        if rng.random() < PAINTED:
            ball = painted_ball(0.15 * canvas.height, rng=rng)
        elif self._bank[BALL]:
            ball = paste.drawn(self._bank[BALL], rng)
        else:
            return
        placement = place_ball(ball, canvas.image, canvas.people, scale=canvas.scale, rng=rng)
        if placement is None:
            return
        canvas.add(placement, kit=KIT_BALL)
        if rng.random() < NETTED:
            draw_net(canvas.image, placement.xyxy, rng=rng)


def places_of(
    class_id: int, frames: Sequence[tuple[str, NDArray[np.int64]]]
) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """(frame, box) pairs of a class and the odds (n,) of drawing each.

    `frames` are (match, class ids of the boxes): a match with many boxes gives each less often.
    Both are empty where no frame has a box of the class.
    """
    places = [
        (number, int(index))
        for number, (_, class_ids) in enumerate(frames)
        for index in np.flatnonzero(class_ids == class_id)
    ]
    matches = np.array([frames[number][0] for number, _ in places])
    _, inverse, counts = np.unique(matches, return_inverse=True, return_counts=True)
    odds = 1 / np.sqrt(counts[inverse])
    return places, odds / max(odds.sum(), 1e-9)


def _random_scale(height: float, rng: np.random.Generator) -> float:
    """Crop pixels for each pixel of a frame in which people are `height` pixels tall."""
    low, high = HEIGHTS[rng.choice(len(HEIGHTS), p=HEIGHT_ODDS)]
    wanted = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(np.clip(wanted / height, *SCALES))


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
