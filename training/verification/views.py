"""Views of a scene and what each shows: objects, near misses, grass, and what fools a detector."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from touchline.verification.labels import Label
from touchline.verification.student import crop
from touchline.verification.verifier import View
from training.detector.augment import grass_mask, grass_tone
from training.detector.data import BALL, GOALKEEPER, PLAYER, REFEREE
from training.detector.metrics import centre_distance, iou_matrix
from training.images import Image
from training.verification.scenes import FALSE_BALL, FALSE_PERSON, Scene

Box = NDArray[np.float32]
Sample = tuple[View, Label]

MOST = {BALL: 1, GOALKEEPER: 2, PLAYER: 4, REFEREE: 3, FALSE_PERSON: 4, FALSE_BALL: 3}
"""Boxes of a class that one scene gives at most."""
LOOKS = {BALL: 2, GOALKEEPER: 2, REFEREE: 2}
"""Views of one box, of what is rare; otherwise one."""
MIN_IOU = 0.7
NEAR_MISS = (0.05, 0.35)
"""Overlap with the best label of a box that shows half a person and must not be confirmed."""
NEAR_MISSES, PARTS, PAIRS, EMPTY_PLACES, LIMBS = 2, 1, 1, 4, 2
PAIR_IOU = 0.5
"""A box about two people that overlaps neither of them more is of neither."""
GREEN_SHARE = 0.8
CHOICES = 4
TRIES = 10


def views_of(scene: Scene, rng: np.random.Generator) -> list[Sample]:
    """About twenty views with their labels; of a scene without labels, only the mistakes in it."""
    if not scene.is_labelled:
        return list(_objects(scene, rng))
    return [
        *_objects(scene, rng),
        *_near_misses(scene, rng),
        *_parts(scene, rng),
        *_pairs(scene, rng),
        *empty_places(scene, rng),
        *_limbs(scene, rng),
    ]


def cut(samples: list[Sample]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Crops uint8 (n, 64, 96, 3) BGR of the views and their labels (n,)."""
    crops = np.stack([crop(view) for view, _ in samples])
    return crops, np.array([label for _, label in samples], np.int64)


def _objects(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    """Labelled boxes and mistakes, each a little off as a detector's are."""
    for class_id, most in MOST.items():
        mine = rng.permutation(np.flatnonzero(scene.class_id == class_id))[:most]
        is_ball = class_id in (BALL, FALSE_BALL)
        label = Label.BACKGROUND if class_id >= FALSE_PERSON else Label(class_id)
        for index in np.repeat(mine, LOOKS.get(class_id, 1)):
            box = jittered(scene.xyxy[index], rng=rng, is_ball=is_ball)
            yield View(scene.image, box, is_ball), label


def jittered(box: Box, *, rng: np.random.Generator, is_ball: bool) -> Box:
    """A box (4,) that overlaps `box` by MIN_IOU, or for a ball, whose sides are few pixels, less.

    The box itself where chance finds none.
    """
    sides = box[2:] - box[:2]
    reach, lowest = (0.3, 0.35) if is_ball else (0.12, MIN_IOU)
    for _ in range(TRIES):
        shift = rng.uniform(-reach, reach, 2) * sides
        grow = np.exp(rng.uniform(-reach, reach, 2)) * sides / 2
        centre = (box[:2] + box[2:]) / 2 + shift
        moved = np.concatenate([centre - grow, centre + grow]).astype(np.float32)
        if iou_matrix(moved[None], box[None])[0, 0] >= lowest:
            return moved
    return box


def _near_misses(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    people = scene.xyxy[scene.is_person]
    for _ in range(NEAR_MISSES if len(people) else 0):
        box = people[rng.integers(len(people))]
        sides = box[2:] - box[:2]
        for _ in range(TRIES):
            shift = np.tile(rng.uniform(-1, 1, 2) * sides, 2)
            moved = _resized(box + shift, np.exp(rng.uniform(-0.7, 0.7, 2)))
            overlap = iou_matrix(moved[None], _labelled(scene)).max(initial=0)
            if NEAR_MISS[0] <= overlap <= NEAR_MISS[1]:
                yield View(scene.image, moved), Label.BACKGROUND
                break


def _parts(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    """Legs, arms, heads and what is around them, taken for a person."""
    people = scene.xyxy[scene.is_person]
    for _ in range(PARTS if len(people) else 0):
        left, top, right, bottom = people[rng.integers(len(people))]
        height = (bottom - top) * rng.uniform(0.25, 0.55)
        half = np.array([height * rng.uniform(0.3, 0.6), height]) / 2
        centre = np.array([rng.uniform(left, right), rng.uniform(top + half[1], bottom)])
        box = np.concatenate([centre - half, centre + half]).astype(np.float32)
        if iou_matrix(box[None], _labelled(scene)).max(initial=0) <= NEAR_MISS[1]:
            yield View(scene.image, box), Label.BACKGROUND


def _pairs(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    """One box about two people who touch or nearly do."""
    people = scene.xyxy[scene.is_person]
    grown = people + 0.15 * (people[:, 3:] - people[:, 1:2]) * np.array([-1, 0, 1, 0], np.float32)
    first, second = np.nonzero(np.triu(iou_matrix(grown, grown) > 0, 1))
    for index in rng.permutation(len(first))[:PAIRS]:
        pair = people[[first[index], second[index]]]
        box = np.concatenate([pair[:, :2].min(0), pair[:, 2:].max(0)])
        box = jittered(box, rng=rng, is_ball=False)
        if iou_matrix(box[None], _labelled(scene)).max(initial=0) <= PAIR_IOU:
            yield View(scene.image, box), Label.BACKGROUND


def empty_places(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    """Boxes anywhere that touch nothing labelled: grass where they are green, else background.

    Of half of them the least green of a few is taken: boards and stands are harder than grass.
    """
    tone = grass_tone(cv2.cvtColor(scene.image[::6, ::6], cv2.COLOR_BGR2HSV).astype(np.uint8))
    for number in range(EMPTY_PLACES):
        is_ball = number % 2 == 1
        tries = CHOICES if number % 4 < 2 else 1
        boxes = [_empty_box(scene, rng, is_ball=is_ball) for _ in range(tries)]
        green = [green_share(scene.image, box, tone) for box in boxes]
        box, share = min(zip(boxes, green, strict=True), key=lambda pair: pair[1])
        if iou_matrix(box[None], _labelled(scene)).max(initial=0) < NEAR_MISS[0]:
            label = Label.GRASS if share > GREEN_SHARE else Label.BACKGROUND
            yield View(scene.image, box, is_ball), label


def _empty_box(scene: Scene, rng: np.random.Generator, *, is_ball: bool) -> Box:
    sides = _usual_sides(scene, rng) * (0.15 if is_ball else 1.0)
    low = rng.uniform(0, np.array(scene.image.shape[1::-1]) - sides)
    return np.concatenate([low, low + sides]).astype(np.float32)


def _limbs(scene: Scene, rng: np.random.Generator) -> Iterator[Sample]:
    """Shoes, socks and heads, taken for a ball; none within two sides of the ball itself."""
    people = scene.xyxy[scene.is_person]
    balls = scene.xyxy[scene.class_id == BALL]
    for _ in range(LIMBS if len(people) else 0):
        left, top, right, bottom = people[rng.integers(len(people))]
        side = (bottom - top) * rng.uniform(0.1, 0.2)
        height = rng.choice([0.08, 0.97], p=[0.3, 0.7]) + rng.normal(0, 0.03)
        centre = np.array([rng.uniform(left, right), top + height * (bottom - top)])
        box = np.concatenate([centre - side / 2, centre + side / 2]).astype(np.float32)
        if centre_distance(box[None], balls).min(initial=np.inf) > 2 * side:
            yield View(scene.image, box, True), Label.BACKGROUND


def _usual_sides(scene: Scene, rng: np.random.Generator) -> NDArray[np.floating]:
    """Width and height of somebody in the scene, or of nobody in particular, give or take."""
    people = scene.xyxy[scene.is_person]
    sides = np.array([30.0, 70.0])
    if len(people):
        box = people[rng.integers(len(people))]
        sides = (box[2:] - box[:2]).astype(np.float64)
    sized = sides * np.exp(rng.uniform(-0.5, 0.5))
    fitting: NDArray[np.floating] = np.minimum(sized, np.array(scene.image.shape[1::-1]) / 2)
    return fitting


def _labelled(scene: Scene) -> Box:
    return np.concatenate([scene.xyxy[scene.class_id < FALSE_PERSON], scene.hidden])


def _resized(box: Box, factor: NDArray[np.float64]) -> Box:
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * factor
    return np.concatenate([centre - half, centre + half]).astype(np.float32)


def green_share(image: Image, box: Box, tone: tuple[float, float] | None) -> float:
    """Share of the pixels of a box that are grass of this tone; 0 outside of the image."""
    left, top, right, bottom = np.maximum(np.rint(box), 0).astype(int)
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not part.size:
        return 0.0
    return float(grass_mask(cv2.cvtColor(part, cv2.COLOR_BGR2HSV).astype(np.uint8), tone).mean())
