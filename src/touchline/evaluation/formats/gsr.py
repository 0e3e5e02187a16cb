"""Reads SoccerNet game state reconstruction: ``Labels-GameState.json`` and answers to it.

The format of Somers et al. 2024 ("SoccerNet Game State Reconstruction", CVPRW) as its evaluation
code reads it. There y runs towards the near touchline; here it is turned, as everywhere in
Touchline.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from touchline.arrays import Float64
from touchline.errors import InputError
from touchline.evaluation.formats.fields import (
    corners,
    field,
    items,
    mapping,
    number,
    one_of,
    read_json,
    whole,
)
from touchline.evaluation.labels import (
    OTHER,
    LabelledFrames,
    LabelledObjects,
    PitchFrames,
    blank_objects,
    blank_pitch,
)
from touchline.evaluation.metrics import MIRRORED
from touchline.frame import ClassId

ROLES: Mapping[str, int] = {
    "ball": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
    "other": OTHER,
}
_LABELLED = ("has_labeled_person", "has_labeled_pitch", "has_labeled_camera")
_UNKNOWN = (np.nan, np.nan)


class _Image(NamedTuple):
    """``number`` counts all images of the clip from 0."""

    id: str
    name: str
    number: int
    size: tuple[int, int]


class _Row(NamedTuple):
    frame: int
    class_id: int
    tracker_id: int
    confidence: float
    xyxy: list[float]
    metres: tuple[float, float]
    team: str
    jersey: str


def read_gsr(path: str | os.PathLike[str]) -> LabelledFrames:
    """Read labels; only images whose person, pitch and camera are labelled count, as in SoccerNet.

    Lines on the ground are taken over in pixels; those of the goals are not, see
    ``touchline.evaluation.metrics.lines``. The match is the ``game_id`` of the clip, or its folder.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both.
    """
    content = read_json(path)
    images = _labelled(content, f"{path}")
    given = items(content, "annotations", f"{path}")
    info = mapping(content.get("info", {}), f"{path}: info")
    frames = _without_objects(path, images, str(info.get("game_id", Path(path).parent.name)))
    return replace(
        frames,
        objects=_objects(given, images, f"{path}: annotation"),
        pitch=_pitch(given, images, f"{path}: annotation"),
    )


def read_gsr_predictions(
    path: str | os.PathLike[str], labels: str | os.PathLike[str]
) -> LabelledFrames:
    """Read an answer (``predictions`` in place of ``annotations``) to the images of ``labels``.

    Predictions in images that are not labelled are passed over, as in SoccerNet.

    Raises:
        InputError: A file cannot be read, or a field in it; the message names both.
    """
    truth, content = read_json(labels), read_json(path)
    images = _labelled(truth, f"{labels}")
    given = items(content, "predictions", f"{path}")
    frames = _without_objects(path, images, Path(path).stem)
    return replace(frames, objects=_objects(given, images, f"{path}: prediction"))


def _without_objects(
    path: str | os.PathLike[str], images: Sequence[_Image], match: str
) -> LabelledFrames:
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(image.name for image in images),
        number=np.array([image.number for image in images], np.int64),
        match=(match,) * len(images),
        objects=blank_objects(0),
    )


def _labelled(content: Mapping[str, Any], path: str) -> list[_Image]:
    """The labelled images in order of their ids, which count frames."""
    given = [
        mapping(each, f"{path}: image {count}")
        for count, each in enumerate(items(content, "images", path))
    ]
    ordered = sorted(given, key=lambda each: _whole_id(each, path))
    return [
        _Image(
            str(image["image_id"]),
            str(field(image, "file_name", where)),
            place,
            (whole(image, "width", where), whole(image, "height", where)),
        )
        for place, image in enumerate(ordered)
        for where in [f"{path}: image {image['image_id']}"]
        if all(field(image, key, where) for key in _LABELLED)
    ]


def _whole_id(image: Mapping[str, Any], path: str) -> int:
    """The number in an ``image_id``: all of it, or what follows the last underscore."""
    name = str(field(image, "image_id", f"{path}: images"))
    digits = name.rsplit("_", 1)[-1]
    if not digits.isdecimal():
        raise InputError(f"{path}: image_id ends with a number; got {name!r}.")
    return int(digits)


def _objects(given: Sequence[Any], images: Sequence[_Image], where: str) -> LabelledObjects:
    place = {image.id: index for index, image in enumerate(images)}
    rows = [
        _row(each, place[str(each["image_id"])], f"{where} {count}")
        for count, each in enumerate(given)
        if _is_of(each, "object", place, f"{where} {count}")
    ]
    return replace(
        blank_objects(len(rows)),
        frame=np.array([row.frame for row in rows], np.int64),
        class_id=np.array([row.class_id for row in rows], np.int64),
        tracker_id=np.array([row.tracker_id for row in rows], np.int64),
        confidence=np.array([row.confidence for row in rows], np.float64),
        xyxy=np.array([row.xyxy for row in rows], np.float64).reshape(-1, 4),
        metres=np.array([row.metres for row in rows], np.float64).reshape(-1, 2),
        team=np.array([row.team for row in rows], np.str_),
        jersey=np.array([row.jersey for row in rows], np.str_),
    )


def _is_of(given: Any, kind: str, place: Mapping[str, int], where: str) -> bool:
    """Whether an annotation is of this kind and in a labelled image."""
    supercategory = field(mapping(given, where), "supercategory", where)
    return supercategory == kind and str(field(given, "image_id", where)) in place


def _row(given: Mapping[str, Any], frame: int, where: str) -> _Row:
    attributes = mapping(field(given, "attributes", where), f"{where}: attributes")
    role = one_of(field(attributes, "role", where), tuple(ROLES), f"{where}: role")
    return _Row(
        frame=frame,
        class_id=int(ROLES[role]),
        tracker_id=whole(given, "track_id", where),
        confidence=number(given, "confidence", where) if "confidence" in given else 1.0,
        xyxy=_box(given, where),
        metres=_metres(given, where),
        team=_text(attributes.get("team")),
        jersey=_text(attributes.get("jersey")),
    )


def _box(given: Mapping[str, Any], where: str) -> list[float]:
    if given.get("bbox_image") is None:
        return [np.nan] * 4
    box = mapping(given["bbox_image"], f"{where}: bbox_image")
    x, y, width, height = (number(box, key, f"{where}: bbox_image") for key in "xywh")
    return corners(x, y, (width, height), f"{where}: bbox_image")


def _metres(given: Mapping[str, Any], where: str) -> tuple[float, float]:
    if given.get("bbox_pitch") is None:
        return _UNKNOWN
    box = mapping(given["bbox_pitch"], f"{where}: bbox_pitch")
    keys = ("x_bottom_middle", "y_bottom_middle")
    x, y = (number(box, key, f"{where}: bbox_pitch") for key in keys)
    return x, -y


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _pitch(given: Sequence[Any], images: Sequence[_Image], where: str) -> PitchFrames:
    place = {image.id: index for index, image in enumerate(images)}
    sizes = np.array([image.size for image in images], np.int64).reshape(-1, 2)
    lines: list[dict[str, Float64]] = [{} for _ in images]
    for count, each in enumerate(given):
        if _is_of(each, "pitch", place, f"{where} {count}"):
            frame = place[str(each["image_id"])]
            lines[frame] |= _lines(each, images[frame].size, f"{where} {count}")
    return replace(blank_pitch(sizes), lines=tuple(lines))


def _lines(given: Mapping[str, Any], size: tuple[int, int], where: str) -> dict[str, Float64]:
    """Points of each line on the ground; SoccerNet's shares are of width - 1 and height - 1."""
    lines = mapping(field(given, "lines", where), f"{where}: lines")
    return {
        name: np.array(
            [[number(point, key, f"{where}: {name}") for key in "xy"] for point in points]
        )
        * (np.array(size) - 1)
        for name in lines
        if name in MIRRORED
        for points in [items(lines, name, where)]
        if points
    }
