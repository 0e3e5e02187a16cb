"""``cvat.xml``: CVAT for video 1.1, for people to correct what was found."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

import numpy as np

from touchline.arrays import AnyArray, Indices
from touchline.files import as_text
from touchline.frame import NO_ID, FrameState, Objects
from touchline.outputs.exports.naming import OTHER, ROLES, roles
from touchline.outputs.writer import FileWriter

BALL, PERSON = "ball", "person"
_PEOPLE = ("player", "goalkeeper", "referee", OTHER)
_TEAMS = ("none", "0", "1")
_ROW = np.dtype(
    [("id", "i8"), ("frame", "i4"), ("role", "i1"), ("team", "i1"), ("xyxy", "f4", (4,))]
)


class CvatXml(FileWriter):
    """Writes a ``track`` for each id, with a ``box`` for each of its frames.

    Labels are ``person``, with the attributes ``role`` and ``team`` that may change from frame to
    frame, and ``ball``. A box without a track is a track of one frame whose id is -1. Boxes come by
    track, so they wait in memory, 30 bytes each.

    Args:
        path: The file to make.
        clip: The video; its name is that of the task.
        size: (width, height) of a frame in pixels.
    """

    def __init__(self, path: Path, *, clip: Path, size: tuple[int, int]) -> None:
        super().__init__(path)
        self._task = as_text(clip.name)
        self._size = size
        self._rows: list[AnyArray] = []
        self._frames = 0

    def _open(self, partial: Path) -> None:
        self._file: TextIO = partial.open("x", encoding="utf-8")

    def _append(self, state: FrameState) -> None:
        self._frames = state.index + 1
        objects = Objects.from_supervision(state.objects)
        rows = np.empty(len(objects), _ROW)
        rows["id"], rows["frame"] = objects.tracker_id, state.index
        rows["role"] = [ROLES.index(role) for role in roles(objects)]
        rows["team"], rows["xyxy"] = objects.team, objects.xyxy
        self._rows.append(rows)

    def _close(self) -> None:
        if self._file.closed:
            return
        rows = np.concatenate([np.empty(0, _ROW), *self._rows])
        self._rows.clear()
        with self._file as file:
            file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n')
            file.write("  <version>1.1</version>\n")
            file.write(_meta(self._task, self._frames, self._size))
            for places in _tracks(rows):
                file.writelines(_track(rows[places], self._frames))
            file.write("</annotations>\n")


def _tracks(rows: AnyArray) -> Iterator[Indices]:
    """Places of the boxes of each track, in order of frames; boxes without one by themselves."""
    order = np.lexsort((rows["frame"], rows["role"] == ROLES.index(BALL), rows["id"]))
    ids, balls = rows["id"][order], rows["role"][order] == ROLES.index(BALL)
    starts = (np.diff(ids) != 0) | (np.diff(balls) != 0) | (ids[1:] == NO_ID)
    if len(order):
        yield from np.split(order, np.flatnonzero(starts) + 1)


def _track(rows: AnyArray, frames: int) -> Iterator[str]:
    is_ball = rows["role"][0] == ROLES.index(BALL)
    label = BALL if is_ball else PERSON
    yield f'  <track id="{rows["id"][0]}" label="{label}" source="auto">\n'
    numbers = rows["frame"].tolist()
    boxes = [
        f'xtl="{left:.3f}" ytl="{top:.3f}" xbr="{right:.3f}" ybr="{bottom:.3f}"'
        for left, top, right, bottom in rows["xyxy"].tolist()
    ]
    said = [
        "" if is_ball else _attribute("role", ROLES[role]) + _attribute("team", _TEAMS[team + 1])
        for role, team in zip(rows["role"].tolist(), rows["team"].tolist(), strict=True)
    ]
    for place, (number, box, what) in enumerate(zip(numbers, boxes, said, strict=True)):
        yield _box(number, box, what, outside=0)
        following = numbers[place + 1] if place + 1 < len(numbers) else frames
        if following > number + 1:  # not seen for a while: CVAT would draw him on
            yield _box(number + 1, box, what, outside=1)
    yield "  </track>\n"


def _box(number: int, corners: str, attributes: str, *, outside: int) -> str:
    head = f'<box frame="{number}" keyframe="1" outside="{outside}" occluded="0" {corners}'
    return f'    {head} z_order="0">{attributes}</box>\n'


def _attribute(name: str, value: str) -> str:
    return f'<attribute name="{name}">{value}</attribute>'


def _meta(task: str, frames: int, size: tuple[int, int]) -> str:
    """What CVAT says of a task: its labels, so that one with the same can be made."""
    choices = {"role": _PEOPLE, "team": _TEAMS}
    attributes = "".join(
        f"<attribute><name>{name}</name><mutable>True</mutable><input_type>select</input_type>"
        f"<default_value>{values[0]}</default_value><values>{chr(10).join(values)}</values>"
        "</attribute>"
        for name, values in choices.items()
    )
    labels = "".join(
        f"<label><name>{name}</name><attributes>{what}</attributes></label>"
        for name, what in ((PERSON, attributes), (BALL, ""))
    )
    return (
        f"  <meta><task><name>{escape(task)}</name><size>{frames}</size>"
        f"<mode>interpolation</mode><start_frame>0</start_frame>"
        f"<stop_frame>{max(frames - 1, 0)}</stop_frame><labels>{labels}</labels>"
        f"<original_size><width>{size[0]}</width><height>{size[1]}</height></original_size>"
        "</task></meta>\n"
    )
