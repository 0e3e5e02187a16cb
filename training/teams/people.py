"""People of labelled frames: found by the detector, named by the labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import touchline as tl
from touchline.arrays import Bools, Float32, Float64, Int64
from touchline.frame import Objects
from touchline.geometry import pairwise_iou
from touchline.pitch import PitchDimensions, PitchFinder, positions
from touchline.teams.kits import cut, grass_colour, seen_colours
from touchline.teams.place import place_rules
from training.detector.data import BALL, frame_paths
from training.detector.sets import SETS

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


def read_people(data: Path, name: str) -> Iterator[LabelledPeople]:
    """Look at every image of a set that shipped weights may see.

    Args:
        data: The folder of all sets.
        name: One of ``training.detector.sets.SETS``; its people have roles.
    """
    detector, pitch_model = tl.load_detector(confidence=CONFIDENCE), tl.load_pitch_model().as_seen()
    dimensions, chosen = PitchDimensions(), SETS[name]
    for path in frame_paths(data / name, key=chosen.key):
        frame = chosen.read(path)
        image = frame.image
        found = Objects.from_supervision(detector.detect([image])[0])
        xyxy = found.xyxy[~found.is_ball].astype(np.float32)
        if not len(xyxy):
            continue
        size = image.shape[1], image.shape[0]
        look = PitchFinder(dimensions).look(image, pitch_model.locate([image])[0])
        view = None if look is None else look.homography(size).matrix
        metres = positions(view, xyxy, dimensions=dimensions)
        people = frame.class_id != BALL
        yield LabelledPeople(
            frame.match,
            *seen_colours(cut(image, xyxy), grass_colour(image)),
            place_rules(xyxy.astype(np.float64), metres.astype(np.float64), dimensions),
            _roles(xyxy, frame.xyxy[people], frame.class_id[people]),
        )


def _roles(xyxy: Float32, labelled: Float32, role: Int64) -> Int64:
    """The role (n,) of each box by the label that it overlaps best, each label once."""
    found = np.full(len(xyxy), NOBODY)
    overlap = pairwise_iou(labelled, xyxy)
    for row in range(len(labelled)):
        if overlap[row].max() >= MIN_IOU:
            best = int(overlap[row].argmax())
            found[best] = role[row]
            overlap[:, best] = -1
    return found
