"""People of labelled frames: found by the detector, named by the labels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import touchline as tl
from touchline.arrays import Bools, Float32, Float64, Image, Int64
from touchline.frame import Objects
from touchline.geometry import pairwise_iou
from touchline.pitch import PitchDimensions, PitchTrack, positions
from touchline.teams.kits import cut, grass_colour, seen_colours
from touchline.teams.place import place_rules
from training.images import read_image

WIDE = 16 / 9
CONFIDENCE = 0.3
MIN_IOU = 0.5
NOBODY = 0
"""Role of a box that no label confirms."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPeople:
    """The people whom the detector finds in one frame.

    Attributes:
        match: What frames that share their kits have in common.
        colours: float32 (n, 48, 24, 3), see ``touchline.teams.kits.seen_colours``.
        ground: bool (n, 48, 24), where there is ground.
        rules: float64 (n, r) of their places.
        role: int64 (n,), 1 keeper, 2 player, 3 referee, or NOBODY.
    """

    match: str
    colours: Float32
    ground: Bools
    rules: Float64
    role: Int64


def read_people(folder: Path, pattern: str) -> Iterator[LabelledPeople]:
    """Look at every image of a YOLO folder.

    Args:
        folder: Has ``images`` and ``labels``; a square image is stretched back to 16:9.
        pattern: Regular expression whose first group, in a file name, says which match it is.
    """
    detector, pitch_model = tl.load_detector(confidence=CONFIDENCE), tl.load_pitch_model()
    dimensions = PitchDimensions()
    for path in sorted((folder / "images").iterdir()):
        image = read_image(path)
        if image.shape[0] == image.shape[1]:
            image = _stretched(image)
        size = image.shape[1], image.shape[0]
        found = Objects.from_supervision(detector.detect([image])[0])
        xyxy = found.xyxy[~found.is_ball].astype(np.float32)
        track = PitchTrack(25.0, size, dimensions=dimensions)
        pitch = [*track.push(pitch_model.locate([image])[0], np.eye(3)), *track.flush()][0]
        metres = positions(pitch.homography, xyxy, dimensions=dimensions)
        labels = _labels(folder / "labels" / f"{path.stem}.txt", size)
        name = re.search(pattern, path.name)
        if not len(xyxy):
            continue
        yield LabelledPeople(
            name[1] if name else path.stem,
            *seen_colours(cut(image, xyxy), grass_colour(image)),
            place_rules(xyxy.astype(np.float64), metres.astype(np.float64), dimensions),
            _roles(xyxy.astype(np.float64), *labels),
        )


def _stretched(image: Image) -> Image:
    size = round(image.shape[0] * WIDE), image.shape[0]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _labels(path: Path, size: tuple[int, int]) -> tuple[Float64, Int64]:
    """Boxes (n, 4) in pixels and classes (n,) of the people in a YOLO file."""
    rows = [line.split()[:5] for line in path.read_text().splitlines() if line.strip()]
    table: NDArray[np.float64] = np.array(rows, np.float64).reshape(-1, 5)
    table = table[table[:, 0] > 0]
    centre, sides = table[:, 1:3] * size, table[:, 3:] * size
    return np.concatenate([centre - sides / 2, centre + sides / 2], 1), table[:, 0].astype(np.int64)


def _roles(xyxy: Float64, labelled: Float64, role: Int64) -> Int64:
    """The role (n,) of each box by the label that it overlaps best, each label once."""
    found = np.full(len(xyxy), NOBODY)
    overlap = pairwise_iou(labelled, xyxy) if len(xyxy) else np.zeros((len(labelled), 0))
    for row in range(len(labelled)):
        if overlap.shape[1] and overlap[row].max() >= MIN_IOU:
            best = int(overlap[row].argmax())
            found[best] = role[row]
            overlap[:, best] = -1
    return found
