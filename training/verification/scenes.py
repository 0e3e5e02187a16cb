"""Scenes to cut views from: parts of frames in other light and kits, with people pasted in."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from touchline.synthetic import SyntheticMatch
from training.detector import paste
from training.detector.augment import augmented
from training.detector.balls import place_ball
from training.detector.closeups import FIRST_SEED, close_ups, labelled_by
from training.detector.crops import PADDING, places_of
from training.detector.data import (
    BALL,
    GOALKEEPER,
    KIT_BALL,
    PLAYER,
    REFEREE,
    LabelledFrame,
)
from training.images import Image
from training.pitch.data import Sample
from training.verification.mine import mined
from training.verification.surroundings import PREFIX, undistorted, unlabelled

FALSE_PERSON, FALSE_BALL = 5, 6
"""Class ids of what a detector took for a person or a ball, beside those of the labels."""
FOCUS_ODDS = {
    BALL: 0.22,
    GOALKEEPER: 0.25,
    PLAYER: 0.10,
    REFEREE: 0.20,
    FALSE_PERSON: 0.15,
    FALSE_BALL: 0.08,
}
SIZE = 704
SCALES = (0.4, 1.2)
DYED = 0.5
"""Share of the kits in a scene that get another colour."""
PASTED = 0.3
"""Share of the scenes into which people are pasted: a keeper far from a goal is no good example."""
SYNTHETIC_MATCHES = 60
MIN_VISIBLE = 0.5
_EDGE = 0.02
_KIT_PASTED = 1000


@dataclass(frozen=True)
class Ground:
    """A frame with its labels and the mistakes that detectors make in it.

    `xyxy` float32 (n, 4), `class_id` (n,) the labels' or FALSE_PERSON or FALSE_BALL, `kit` (n,).
    """

    frame: LabelledFrame
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    kit: NDArray[np.int64]
    is_labelled: bool = True


@dataclass
class Scene:
    """A square part of a frame and the boxes in it; fields as in `Ground`.

    Its border cuts people as that of a frame does: what is left of a box is the box.
    """

    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    kit: NDArray[np.int64]
    hidden: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    """Labelled boxes (n, 4) of which too little is left: nothing near them is called false."""
    is_labelled: bool = True
    """Whether all objects are labelled; where not, only the mistakes are known."""

    @property
    def is_person(self) -> NDArray[np.bool_]:
        """Which boxes (n,) are labelled people."""
        people: NDArray[np.bool_] = (self.class_id != BALL) & (self.class_id < FALSE_PERSON)
        return people

    def add(self, placement: paste.Placement, *, kit: int) -> None:
        """Draw something into the scene; mistakes that it covers are forgotten."""
        placement.draw(self.image)
        low = np.maximum(self.xyxy[:, :2], placement.xyxy[:2])
        high = np.minimum(self.xyxy[:, 2:], placement.xyxy[2:])
        kept = ~((high > low).all(1) & (self.class_id >= FALSE_PERSON))
        self.xyxy = np.concatenate([self.xyxy[kept], placement.xyxy[None]])
        self.class_id = np.append(self.class_id[kept], placement.cutout.class_id)
        self.kit = np.append(self.kit[kept], kit)


class SceneSampler:
    """Draws augmented scenes, the same for the same seed; each is built about a box.

    Matches with many boxes of a class give them less often: the odds of a match grow with the
    square root of its boxes.
    """

    def __init__(self, grounds: list[Ground], *, seed: int = 0) -> None:
        self._grounds = grounds
        self._rng = np.random.default_rng(seed)
        boxes = [(ground.frame.match, ground.class_id) for ground in grounds]
        self._focus = {class_id: places_of(class_id, boxes) for class_id in FOCUS_ODDS}
        real = [g.frame for g in grounds if g.frame.match != "synthetic"]
        self._bank = paste.cut_out(real)

    def draw(self) -> Scene:
        """The next scene."""
        rng = self._rng
        scene, scale = self._cut()
        if rng.random() < PASTED:
            self._paste_people(scene)
        if rng.random() < 0.5:
            self._paste_ball(scene, scale)
        scene.image = augmented(scene.image, scene.xyxy, scene.kit, dyed=DYED, rng=rng)
        return scene

    def _cut(self) -> tuple[Scene, float]:
        rng = self._rng
        class_id = int(rng.choice(list(FOCUS_ODDS), p=list(FOCUS_ODDS.values())))
        places, odds = self._focus[class_id]
        number, index = places[rng.choice(len(places), p=odds)]
        ground = self._grounds[number]
        scale = float(np.exp(rng.uniform(*np.log(SCALES))))
        matrix = placing(ground.xyxy[index], ground.frame.image.shape[1::-1], scale, rng=rng)
        image = cv2.warpAffine(
            ground.frame.image, matrix, (SIZE, SIZE), borderValue=PADDING
        ).astype(np.uint8)
        corners = ground.xyxy.reshape(-1, 2, 2) * np.diag(matrix[:, :2]) + matrix[:, 2]
        xyxy = np.concatenate([corners.min(1), corners.max(1)], 1).astype(np.float32)
        cut = xyxy.clip(0, SIZE)
        area, left = ((boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (xyxy, cut))
        least = np.where(ground.class_id < FALSE_PERSON, MIN_VISIBLE, 1 - _EDGE)
        kept = left >= least * area
        hidden = cut[~kept & (left > 0) & (ground.class_id < FALSE_PERSON)]
        return Scene(
            image,
            cut[kept],
            ground.class_id[kept],
            ground.kit[kept],
            hidden=hidden,
            is_labelled=ground.is_labelled,
        ), scale

    def _paste_people(self, scene: Scene) -> None:
        rng = self._rng
        for number in range(int(rng.integers(1, 4))):
            people = scene.xyxy[scene.is_person]
            if len(people) == 0:
                return
            odds = paste.PEOPLE_ODDS
            class_id = int(rng.choice(list(odds), p=list(odds.values())))
            cutout = paste.drawn(self._bank[class_id], rng)
            placement = paste.place_person(cutout, scene.image, people, rng=rng)
            if placement is not None:
                scene.add(placement, kit=_KIT_PASTED + number)

    def _paste_ball(self, scene: Scene, scale: float) -> None:
        people = scene.xyxy[scene.is_person]
        ball = paste.drawn(self._bank[BALL], self._rng)
        placement = place_ball(ball, scene.image, people, scale=scale, rng=self._rng)
        if placement is not None:
            scene.add(placement, kit=KIT_BALL)


def placing(
    box: NDArray[np.float32],
    frame_size: tuple[int, int],
    scale: float,
    *,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Affine matrix (2, 3) that puts the centre of `box` in the middle part of a scene.

    `frame_size` is (width, height). A scene that would leave the frame is moved back into it,
    but for a tenth of them: objects at the edge of a frame have to be learned as well.
    """
    stretch = rng.uniform(0.92, 1.08)
    gain = np.array([scale * stretch * rng.choice([-1, 1]), scale / stretch])
    shift = rng.uniform(0.2, 0.8, 2) * SIZE - gain * (box[:2] + box[2:]) / 2
    if rng.random() < 0.9:
        ends = np.sort([shift, shift + gain * frame_size], axis=0)
        shift -= ends[0].clip(min=0)
        shift += (SIZE - ends[1]).clip(min=0)
    return np.column_stack([np.diag(gain), shift])


def with_mistakes(frame: LabelledFrame, mistakes: Path) -> Ground:
    """A labelled frame together with what was mined in it."""
    xyxy, is_ball = mined(mistakes, frame.name)
    false = np.where(is_ball, FALSE_BALL, FALSE_PERSON)
    return Ground(
        frame,
        np.concatenate([frame.xyxy, xyxy]),
        np.concatenate([frame.class_id, false]),
        np.concatenate([frame.kit, np.full(len(xyxy), KIT_BALL)]),
    )


def surrounding_grounds(samples: list[Sample], mistakes: Path) -> list[Ground]:
    """Frames of the pitch set of which only what stands off the pitch is known."""
    grounds = []
    for sample in samples:
        xyxy, is_ball = mined(mistakes, f"{PREFIX}{sample.name}")
        frame = unlabelled(sample, undistorted(sample))
        class_id = np.where(is_ball, FALSE_BALL, FALSE_PERSON)
        kit = np.full(len(xyxy), KIT_BALL)
        grounds.append(Ground(frame, xyxy, class_id, kit, is_labelled=False))
    return [ground for ground in grounds if len(ground.xyxy)]


def synthetic_grounds() -> list[Ground]:
    """Frames of synthetic matches: one of the main camera a match, and close-ups."""
    seeds = range(FIRST_SEED, FIRST_SEED + SYNTHETIC_MATCHES)
    frames = [_main_camera(seed) for seed in seeds] + close_ups()[::3]
    return [Ground(frame, frame.xyxy, frame.class_id, frame.kit) for frame in frames]


def _main_camera(seed: int) -> LabelledFrame:
    frame, truth = next(iter(SyntheticMatch(seed, seconds=1.0, fps=1.0, close_up=None)))
    return labelled_by(truth, frame.image, name=f"synthetic_{seed}", min_visible=MIN_VISIBLE)
