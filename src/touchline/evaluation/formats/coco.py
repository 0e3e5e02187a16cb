"""Reads COCO annotations (``instances*.json``)."""

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats.fields import (
    corners,
    field,
    items,
    mapping,
    number,
    numbers,
    read_json,
    whole,
)
from touchline.evaluation.labels import OTHER, LabelledFrames, blank_objects
from touchline.frame import NO_ID, ClassId
from touchline.video import natural_key

NAMES: Mapping[str, int] = {
    "ball": ClassId.BALL,
    "football": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
    "other": OTHER,
}
"""The class of each category name, in lower case."""


class _Image(NamedTuple):
    id: int
    name: str
    frame: int | None


class _Row(NamedTuple):
    frame: int
    class_id: int
    tracker_id: int
    ignored: bool
    xyxy: list[float]
    confidence: float
    metres: list[float]
    team: str


def read_coco(path: str | os.PathLike[str], *, names: Mapping[str, int] = NAMES) -> LabelledFrames:
    """Read boxes; ``iscrowd`` makes a label that is not asked for.

    Of what COCO leaves open ``track_id``, ``score``, ``team`` and ``position`` (metres on the
    pitch) are taken up where they are.

    Frames are in natural order of ``file_name``, and numbered so unless each image has a ``frame``;
    the match is that name up to the first underscore.

    Args:
        path: A COCO file with ``images``, ``annotations`` and ``categories``.
        names: The class of each category name, in lower case; categories without annotations may
            have any name.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both.
    """
    content = read_json(path)
    images = _images(content, f"{path}")
    place = {image.id: index for index, image in enumerate(images)}
    told = [-1 if image.frame is None else image.frame for image in images]
    ascend = all(first < second for first, second in pairwise([-1, *told]))
    classes = _classes(content, f"{path}")
    rows = [
        _row(mapping(each, where), place, classes, names, where)
        for count, each in enumerate(items(content, "annotations", f"{path}"))
        for where in [f"{path}: annotation {count}"]
    ]
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(image.name for image in images),
        number=np.array(told, np.int64) if ascend else np.arange(len(images)),
        match=tuple(image.name.split("_")[0] for image in images),
        objects=replace(
            blank_objects(len(rows)),
            frame=np.array([row.frame for row in rows], np.int64),
            class_id=np.array([row.class_id for row in rows], np.int64),
            tracker_id=np.array([row.tracker_id for row in rows], np.int64),
            ignored=np.array([row.ignored for row in rows], bool),
            xyxy=np.array([row.xyxy for row in rows], np.float64).reshape(-1, 4),
            confidence=np.array([row.confidence for row in rows], np.float64),
            metres=np.array([row.metres for row in rows], np.float64).reshape(-1, 2),
            team=np.array([row.team for row in rows], np.str_),
        ),
    )


def _images(content: Mapping[str, Any], path: str) -> list[_Image]:
    """The images in natural order of their names."""
    images = []
    for count, each in enumerate(items(content, "images", path)):
        where = f"{path}: image {count}"
        number = whole(mapping(each, where), "id", where)
        frame = whole(each, "frame", where) if "frame" in each else None
        images.append(_Image(number, str(field(each, "file_name", where)), frame))
    if len({image.id for image in images}) != len(images):
        raise InputError(f"{path}: two images have the same id.")
    return sorted(images, key=lambda image: natural_key(image.name))


def _classes(content: Mapping[str, Any], path: str) -> dict[int, str]:
    """Name of each category."""
    return {
        whole(mapping(each, where), "id", where): str(field(each, "name", where)).lower()
        for count, each in enumerate(items(content, "categories", path))
        for where in [f"{path}: category {count}"]
    }


def _row(
    given: Mapping[str, Any],
    place: Mapping[int, int],
    classes: Mapping[int, str],
    names: Mapping[str, int],
    where: str,
) -> _Row:
    image, category = whole(given, "image_id", where), whole(given, "category_id", where)
    if image not in place:
        raise InputError(f"{where}: image_id {image} is not among the images.")
    if classes.get(category) not in names:
        known = classes.get(category, "none")
        raise InputError(
            f"{where}: category_id {category} ({known}) is not one of {', '.join(names)}."
        )
    left, top, *size = numbers(field(given, "bbox", where), 4, f"{where}: bbox")
    place_on_pitch = given.get("position")
    team = given.get("team")
    return _Row(
        frame=place[image],
        class_id=int(names[classes[category]]),
        tracker_id=whole(given, "track_id", where) if "track_id" in given else NO_ID,
        ignored=bool(given.get("iscrowd", 0)),
        xyxy=corners(left, top, (size[0], size[1]), where),
        confidence=number(given, "score", where) if "score" in given else 1.0,
        metres=[np.nan] * 2
        if place_on_pitch is None
        else numbers(place_on_pitch, 2, f"{where}: position"),
        team="" if team is None else str(team),
    )
