"""Turns tracks in the format of the MOT challenge into labelled frames."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from touchline.errors import InputError
from touchline.frame import ClassId
from touchline.scoring.labels.frames import LabelledFrames, blank_objects
from touchline.scoring.mot import read_mot

PEOPLE: Mapping[int, int] = {1: ClassId.PLAYER, -1: ClassId.PLAYER}
"""MOT's pedestrian, and SoccerNet tracking's "not told": both a player."""


def read_mot_frames(
    path: str | os.PathLike[str], *, frames: int | None = None, classes: Mapping[int, int] = PEOPLE
) -> LabelledFrames:
    """Read ``gt.txt`` or ``det.txt``; MOT counts frames from 1, frame 1 becomes number 0.

    In ``gt.txt`` the seventh column says whether a box is to be considered; 0 makes a label that
    is not asked for.

    Args:
        path: As for ``touchline.scoring.read_mot``. The folder above ``gt`` or ``det`` names the
            match.
        frames: Number of frames in the video; up to the last box unless told.
        classes: The ``ClassId`` of each class number of the file.

    Raises:
        InputError: The file is not one, or a frame or class is not allowed.
    """
    table = read_mot(Path(path))
    count = int(table.frame.max(initial=0)) if frames is None else frames
    outside = (table.frame < 1) | (table.frame > count)
    if outside.any():
        raise InputError(f"{path}: frame {table.frame[outside][0]} is not one of 1 to {count}.")
    strange = ~np.isin(table.class_id, list(classes))
    if strange.any():
        raise InputError(
            f"{path}: frame {table.frame[strange][0]}: class {table.class_id[strange][0]} is not "
            f"one of {', '.join(map(str, classes))}."
        )
    is_truth = Path(path).name == "gt.txt"
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(str(number) for number in range(1, count + 1)),
        number=np.arange(count),
        match=(_match(Path(path)),) * count,
        objects=replace(
            blank_objects(len(table.frame)),
            frame=table.frame - 1,
            xyxy=table.xyxy,
            class_id=np.array([classes[each] for each in table.class_id.tolist()], np.int64),
            tracker_id=table.tracker_id,
            confidence=np.ones(len(table.frame)) if is_truth else table.confidence,
            ignored=(table.confidence == 0) if is_truth else np.zeros(len(table.frame), bool),
        ),
    )


def _match(path: Path) -> str:
    return path.parent.parent.name if path.parent.name in ("gt", "det") else path.stem
