"""Reads COCO annotations (``instances*.json``)."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats.fields import (
    corners,
    field,
    items,
    mapping,
    numbers,
    read_json,
    whole,
)
from touchline.evaluation.labels import LabelledFrames, blank_objects
from touchline.frame import NO_ID, ClassId
from touchline.video import natural_key

NAMES: Mapping[str, int] = {
    "ball": ClassId.BALL,
    "football": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
}
"""The class of each category name, in lower case."""


def read_coco(path: str | os.PathLike[str], *, names: Mapping[str, int] = NAMES) -> LabelledFrames:
    """Read boxes; ``iscrowd`` makes a label that is not asked for, ``track_id`` is taken up.

    Frames are in natural order of ``file_name``; the match is that name up to the first
    underscore.

    Args:
        path: A COCO file with ``images``, ``annotations`` and ``categories``.
        names: The class of each category name, in lower case; categories without annotations may
            have any name.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both.
    """
    content = read_json(path)
    images = _images(content, f"{path}")
    place = {image: index for index, (image, _) in enumerate(images)}
    classes = _classes(content, f"{path}")
    rows = [
        _row(mapping(each, where), place, classes, names, where)
        for count, each in enumerate(items(content, "annotations", f"{path}"))
        for where in [f"{path}: annotation {count}"]
    ]
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(name for _, name in images),
        number=np.arange(len(images)),
        match=tuple(name.split("_")[0] for _, name in images),
        objects=replace(
            blank_objects(len(rows)),
            frame=np.array([row[0] for row in rows], np.int64),
            class_id=np.array([row[1] for row in rows], np.int64),
            tracker_id=np.array([row[2] for row in rows], np.int64),
            ignored=np.array([row[3] for row in rows], bool),
            xyxy=np.array([row[4] for row in rows], np.float64).reshape(-1, 4),
        ),
    )


def _images(content: Mapping[str, Any], path: str) -> list[tuple[int, str]]:
    """Id and name of each image, in natural order of the names."""
    images = []
    for count, each in enumerate(items(content, "images", path)):
        where = f"{path}: image {count}"
        images.append(
            (whole(mapping(each, where), "id", where), str(field(each, "file_name", where)))
        )
    if len({image for image, _ in images}) != len(images):
        raise InputError(f"{path}: two images have the same id.")
    return sorted(images, key=lambda image: natural_key(image[1]))


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
) -> tuple[int, int, int, bool, list[float]]:
    image, category = whole(given, "image_id", where), whole(given, "category_id", where)
    if image not in place:
        raise InputError(f"{where}: image_id {image} is not among the images.")
    if classes.get(category) not in names:
        known = classes.get(category, "none")
        raise InputError(
            f"{where}: category_id {category} ({known}) is not one of {', '.join(names)}."
        )
    left, top, *size = numbers(field(given, "bbox", where), 4, f"{where}: bbox")
    return (
        place[image],
        int(names[classes[category]]),
        whole(given, "track_id", where) if "track_id" in given else NO_ID,
        bool(given.get("iscrowd", 0)),
        corners(left, top, (size[0], size[1]), where),
    )
