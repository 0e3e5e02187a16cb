"""Reads CVAT for video 1.1: what people have corrected or drawn there."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats.fields import one_of
from touchline.evaluation.labels import (
    OTHER,
    LabelledFrames,
    blank_objects,
    blank_pitch,
)
from touchline.files import as_path
from touchline.frame import ClassId

LABELS: Mapping[str, int] = {
    "ball": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
    "other": OTHER,
}
"""The class of each label, and of each value of the attribute ``role``, in lower case."""
PERSON = "person"
"""The label whose class is in the attribute ``role``."""
_NO_TEAM = ("", "none", "unknown")


class _Box(NamedTuple):
    frame: int
    tracker_id: int
    class_id: int
    xyxy: list[float]
    team: str
    jersey: str


def read_cvat(path: str | os.PathLike[str], *, frames: int | None = None) -> LabelledFrames:
    """Read tracks: ids are those that the file has, a box that is ``outside`` is not there.

    A label is one of ``LABELS``, or ``person`` with the attribute ``role``; attributes ``team`` and
    ``jersey`` are read where they are.

    Args:
        path: What CVAT exports as "CVAT for video 1.1", or ``touchline export --to cvat`` writes.
        frames: Frames of the video; else as the file says, or up to the last box.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both.
    """
    rows: list[_Box] = []
    size, told = (0, 0), 0
    try:
        with as_path(path).open("rb") as file:
            for _, element in iterparse(file):
                if element.tag == "track":
                    rows += _track(element, f"{path}: track {element.get('id')}")
                    element.clear()
                elif element.tag == "meta":
                    told, size = _told(element, f"{path}: meta")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except ParseError as error:
        raise InputError(f"{path} is not XML: {error}.") from error
    last = max((row.frame for row in rows), default=-1) + 1
    count = frames if frames is not None else max(told, last)
    if last > count:
        raise InputError(f"{path}: frame {last - 1} is not one of 0 to {count - 1}.")
    return _labelled(path, rows, count, size)


def _labelled(
    path: str | os.PathLike[str], rows: list[_Box], count: int, size: tuple[int, int]
) -> LabelledFrames:
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(map(str, range(count))),
        number=np.arange(count),
        match=(as_path(path).stem,) * count,
        objects=replace(
            blank_objects(len(rows)),
            frame=np.array([row.frame for row in rows], np.int64),
            tracker_id=np.array([row.tracker_id for row in rows], np.int64),
            class_id=np.array([row.class_id for row in rows], np.int64),
            xyxy=np.array([row.xyxy for row in rows], np.float64).reshape(-1, 4),
            team=np.array([row.team for row in rows], np.str_),
            jersey=np.array([row.jersey for row in rows], np.str_),
        ),
        pitch=blank_pitch(np.tile(np.array(size), (count, 1))) if all(size) else None,
    )


def _told(meta: Element, where: str) -> tuple[int, tuple[int, int]]:
    """Number of frames, and (width, height) of the pictures; 0 where the file does not say."""
    texts = [meta.findtext(f".//{name}") or "0" for name in ("size", "width", "height")]
    try:
        frames, width, height = map(int, texts)
    except ValueError as error:
        raise InputError(f"{where}: size, width and height are numbers; got {texts}.") from error
    return frames, (width, height)


def _track(track: Element, where: str) -> Iterator[_Box]:
    label = (track.get("label") or "").lower()
    number = _whole(track, "id", where)
    for box in track.iter("box"):
        if box.get("outside") == "1":
            continue
        said = {each.get("name"): (each.text or "").strip() for each in box.iter("attribute")}
        place = f"{where}: frame {box.get('frame')}"
        role = said.get("role", "").lower() if label == PERSON else label
        team = said.get("team", "")
        yield _Box(
            _whole(box, "frame", place),
            number,
            int(LABELS[one_of(role, tuple(LABELS), f"{place}: label or role")]),
            _corners(box, place),
            "" if team.lower() in _NO_TEAM else team,
            said.get("jersey", ""),
        )


def _whole(element: Element, name: str, where: str) -> int:
    text = element.get(name) or ""
    if not text.removeprefix("-").isdecimal():
        raise InputError(f"{where}: {name} is a whole number; got {text!r}.")
    return int(text)


def _corners(box: Element, where: str) -> list[float]:
    names = ("xtl", "ytl", "xbr", "ybr")
    try:
        corners = [float(box.get(name) or "nothing") for name in names]
    except ValueError as error:
        raise InputError(f"{where}: {', '.join(names)} are numbers; {error}.") from error
    if not np.isfinite(corners).all() or corners[2] < corners[0] or corners[3] < corners[1]:
        raise InputError(f"{where}: a box is finite and no size negative; got {corners}.")
    return corners
