"""Cheats: answers made from an honest one by changing its boxes, its keypoints, or its frames.

An answer is the content of a ``predictions.json``; none is changed in place.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from touchline.frame import N_KEYPOINTS, ClassId
from touchline.geometry import pairwise_iou
from touchline.scorevision.report import Judge
from touchline.scorevision.scoring import score_frame_boxes
from touchline.scorevision.scoring.boxes import TOP_BAND
from touchline.scorevision.scoring.lines import green_mask
from touchline.scorevision.scoring.template import LENGTH, VERTICES, WIDTH
from touchline.verification.decision_tree import CLASS_OF_LABEL
from touchline.video import VideoReader

SIZE = (1280, 720)
PERSON = (28, 63)
"""Width and height of a box in the middle of the synthetic pitch, in pixels."""
RANDOM_BOXES = 16
"""About as many as there are people in a frame."""
EVERY = 6
BLOB_GREEN = (0.2, 0.85)
"""Share of a box that is green where somebody may stand: less is no pitch, more is only grass."""
APART = 0.2
"""Boxes on blobs overlap no more than this (IoU)."""
MARGIN = ((0.08, 0.92), (0.25, 0.95))
"""Where the pitch of the fixed homography lies, in shares of the width and of the height."""
MOST_PASSES = 5

Answer = dict[str, Any]
Objects = list[dict[str, Any]]
Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def random_boxes(honest: Answer, video: Path, *, seed: int) -> Answer:
    """Players of the usual size, their feet anywhere on grass, anew in each frame."""
    rng = np.random.default_rng(seed)
    images = _images(video)
    return _with_objects(honest, [objects_on_grass(image, rng) for image in images])


def boxes_on_blobs(honest: Answer, video: Path, *, judge: Judge) -> Answer:
    """A grid of boxes over what sticks out of the grass; those stay in which a person is seen."""
    return _with_objects(honest, [objects_on_blobs(image, judge) for image in _images(video)])


def template_keypoints(honest: Answer) -> Answer:
    """All 32 points of the validator's own pitch, at the same place in every frame."""
    low, high = np.array(MARGIN).T
    shares = low + VERTICES / (LENGTH, WIDTH) * (high - low)
    points = np.round(shares * SIZE, 2).tolist()
    return _changed(honest, [{"keypoints": points} for _ in honest["frames"]])


def every_sixth(honest: Answer) -> Answer:
    """Every 6th frame as it is, the others empty."""
    empty = {"objects": [], "keypoints": [[0.0, 0.0]] * N_KEYPOINTS}
    return _changed(honest, [{} if i % EVERY == 0 else empty for i in range(len(honest["frames"]))])


def self_filtered(honest: Answer, video: Path, *, judge: Judge) -> Answer:
    """Every box claimed to be what the judge sees in it, and dropped where that is no object."""
    pairs = zip(_images(video), honest["frames"], strict=True)
    objects = [filtered(image, frame["objects"], judge) for image, frame in pairs]
    return _with_objects(honest, objects)


def objects_on_grass(image: Image, rng: np.random.Generator) -> Objects:
    """``RANDOM_BOXES`` players, their feet anywhere on grass; none where there is no grass."""
    return _claimed(_on_grass(image, rng))


def objects_on_blobs(image: Image, judge: Judge) -> Objects:
    """What the judge takes for people in four grids of boxes, each half a box beside the last."""
    green = cv2.integral((green_mask(image) > 0).astype(np.uint8))
    kept: Objects = []
    for shift in product((0.0, 0.5), repeat=2):
        grid = _claimed(_blobs(green, shift))
        kept = _apart(kept + _as_seen(image, grid, judge))
    return [each | {"id": place} for place, each in enumerate(kept)]


def filtered(image: Image, objects: Objects, judge: Judge) -> Objects:
    """Ask until every claim is what is seen: a box that goes uncovers others."""
    for _ in range(MOST_PASSES):
        before, objects = objects, _as_seen(image, objects, judge)
        if objects == before:
            break
    return objects


def _images(video: Path) -> Iterator[Image]:
    with VideoReader(video) as reader:
        for frame in reader:
            yield frame.image


def _changed(honest: Answer, changes: Sequence[dict[str, Any]]) -> Answer:
    frames = [one | other for one, other in zip(honest["frames"], changes, strict=True)]
    return honest | {"frames": frames}


def _with_objects(honest: Answer, objects: Sequence[Objects]) -> Answer:
    return _changed(honest, [{"objects": each} for each in objects])


def _claimed(xyxy: Floats) -> Objects:
    """Boxes (n, 4) claimed to be players; an id is a place in the list."""
    return [
        {"id": place, "bbox": box, "class_id": int(ClassId.PLAYER), "confidence": 1.0}
        for place, box in enumerate(np.round(xyxy, 2).tolist())
    ]


def _on_grass(image: Image, rng: np.random.Generator) -> Floats:
    """Boxes (n, 4) inside the picture and below the top band; none where there is no grass."""
    width, height = PERSON
    green = green_mask(image) > 0
    green[: TOP_BAND + height + 1] = False
    green[:, : width // 2] = green[:, -width // 2 :] = False
    places = np.argwhere(green)
    if not len(places):
        return np.zeros((0, 4))
    y, x = places[rng.integers(len(places), size=RANDOM_BOXES)].T.astype(np.float64)
    boxes: Floats = np.stack([x - width / 2, y - height, x + width / 2, y], axis=1)
    return boxes


def _blobs(green: npt.NDArray[Any], shift: Sequence[float]) -> Floats:
    """Boxes (n, 4) of a grid that are partly green, by the integral (H + 1, W + 1) of the mask."""
    (width, height), (rows, columns) = PERSON, green.shape
    x = np.arange(round(shift[0] * width), columns - width, width)
    y = np.arange(TOP_BAND + 1 + round(shift[1] * height), rows - height, height)
    left, top = (each.ravel() for each in np.meshgrid(x, y))
    right, bottom = left + width, top + height
    inside = green[bottom, right] - green[top, right] - green[bottom, left] + green[top, left]
    share = inside / (width * height)
    partly = (share > BLOB_GREEN[0]) & (share < BLOB_GREEN[1])
    boxes: Floats = np.stack([left, top, right, bottom], axis=1)[partly].astype(np.float64)
    return boxes


def _apart(objects: Objects) -> Objects:
    """Those that do not lie on an earlier one."""
    xyxy = np.array([each["bbox"] for each in objects], np.float64).reshape(-1, 4)
    close = pairwise_iou(xyxy, xyxy) > APART
    kept: list[int] = []
    for place in range(len(objects)):
        if not close[place, kept].any():
            kept.append(place)
    return [objects[place] for place in kept]


def _as_seen(image: Image, objects: Objects, judge: Judge) -> Objects:
    """Objects of the classes that the judge sees, without those in which it sees none."""
    if not objects:
        return []
    scorer = judge.of_frame(image, objects)
    boxes = score_frame_boxes(image, objects, scorer=scorer).boxes
    seen = [None if box.seen is None else CLASS_OF_LABEL.get(box.seen) for box in boxes]
    return [
        each | {"class_id": int(now)}
        for each, now in zip(objects, seen, strict=True)
        if now is not None
    ]
