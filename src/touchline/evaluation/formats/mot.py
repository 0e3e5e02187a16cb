"""Reads tracks in the format of the MOT challenge, and who is who as SoccerNet tells it."""

import configparser
import os
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats.fields import read_text
from touchline.evaluation.labels import OTHER, LabelledFrames, LabelledObjects, blank_objects
from touchline.evaluation.metrics import TrackedBoxes
from touchline.frame import ClassId

PEOPLE: Mapping[int, int] = {1: ClassId.PLAYER, -1: ClassId.PLAYER}
"""MOT's pedestrian, and SoccerNet tracking's "not told": both a player."""


GAME_INFO = "gameinfo.ini"
"""Where SoccerNet tracking says who is who, beside ``gt`` or in it."""
ROLES: Mapping[str, int] = {
    "player": ClassId.PLAYER,
    "goalkeeper": ClassId.GOALKEEPER,
    "goalkeepers": ClassId.GOALKEEPER,
    "referee": ClassId.REFEREE,
    "ball": ClassId.BALL,
    "other": OTHER,
}


def read_mot_frames(
    path: str | os.PathLike[str],
    *,
    frames: int | None = None,
    classes: Mapping[int, int] = PEOPLE,
    is_truth: bool = False,
) -> LabelledFrames:
    """Read ``gt.txt`` or ``det.txt``; MOT counts frames from 1, frame 1 becomes number 0.

    In labels the seventh column says whether a box is to be considered; 0 makes a label that is
    not asked for, of whatever class. In an answer it is a confidence. Where SoccerNet's
    ``gameinfo.ini`` lies beside labels or in the folder above, it says who is the ball, who a
    goalkeeper or a referee, and teams and numbers; so does ``NAME_gameinfo.ini`` beside any file
    ``NAME.txt``.

    Args:
        path: As for ``read_mot``. The folder above ``gt`` or ``det`` names the
            match.
        frames: Number of frames in the video; up to the last box unless told.
        classes: The ``ClassId`` of each class number of the file.
        is_truth: Whether these are labels; a ``gt.txt`` always has them.

    Raises:
        InputError: The file is not one, a frame or class is not allowed, or ``gameinfo.ini`` cannot
            be read.
    """
    table = read_mot(Path(path))
    count = int(table.frame.max(initial=0)) if frames is None else frames
    outside = (table.frame < 1) | (table.frame > count)
    if outside.any():
        raise InputError(f"{path}: frame {table.frame[outside][0]} is not one of 1 to {count}.")
    is_truth = is_truth or Path(path).name == "gt.txt"
    ignored = (table.confidence == 0) & is_truth
    strange = ~np.isin(table.class_id, list(classes)) & ~ignored
    if strange.any():
        raise InputError(
            f"{path}: frame {table.frame[strange][0]}: class {table.class_id[strange][0]} is not "
            f"one of {', '.join(map(str, classes))}."
        )
    file = Path(path)
    match = file.parent.parent.name if file.parent.name in ("gt", "det") else file.stem
    read = LabelledFrames(
        source=os.fspath(path),
        name=tuple(str(number) for number in range(1, count + 1)),
        number=np.arange(count),
        match=(match,) * count,
        objects=replace(
            blank_objects(len(table.frame)),
            frame=table.frame - 1,
            xyxy=table.xyxy,
            class_id=np.array(
                [classes.get(each, ClassId.PLAYER) for each in table.class_id.tolist()], np.int64
            ),
            tracker_id=table.tracker_id,
            confidence=np.ones(len(table.frame)) if is_truth else table.confidence,
            ignored=ignored,
        ),
    )
    own = file.with_name(f"{file.stem}_{GAME_INFO}")
    places = [own, *(each / GAME_INFO for each in file.parents[:2] if is_truth)]
    found = next((each for each in places if each.is_file()), None)
    return read if found is None else replace(read, objects=_with_roles(read.objects, found))


def _with_roles(objects: LabelledObjects, info: Path) -> LabelledObjects:
    """The objects with what SoccerNet's ``gameinfo.ini`` says of each track."""
    told = _read_roles(info)
    ids = objects.tracker_id.tolist()
    class_id = [
        told[each][0] if each in told else own
        for each, own in zip(ids, objects.class_id.tolist(), strict=True)
    ]
    team, jersey = ([told[each][n] if each in told else "" for each in ids] for n in (1, 2))
    return replace(
        objects,
        class_id=np.array(class_id, np.int64),
        team=np.array(team, np.str_),
        jersey=np.array(jersey, np.str_),
    )


def _read_roles(path: Path) -> dict[int, tuple[int, str, str]]:
    """Class, team (left, right or "") and shirt of each track: ``player team left;4``."""
    parser = configparser.ConfigParser(interpolation=None)
    roles = {}
    try:
        parser.read_string(read_text(path))
        for key, value in parser.items("Sequence"):
            if not key.startswith("trackletid_"):
                continue
            what, _, shirt = value.partition(";")
            role, *rest = what.split()
            team = rest[-1] if rest[:1] == ["team"] else ""
            jersey = shirt.strip() if team else ""
            roles[int(key.removeprefix("trackletid_"))] = (ROLES[role.lower()], team, jersey)
    except (OSError, ValueError, KeyError, configparser.Error) as error:
        raise InputError(
            f"{path}: who is who cannot be read: {error}; lines such as "
            f"trackletID_1= player team left;4 are needed, of {', '.join(ROLES)}."
        ) from error
    return roles


def read_mot(path: str | Path) -> TrackedBoxes:
    """Read a text file of ``frame, id, left, top, width, height[, confidence[, class, ...]]``.

    Columns left out count as confidence 1 and class 1; further ones are ignored.

    Raises:
        InputError: The file is missing, or a line is not at least six finite numbers, or an id
            occurs twice in a frame.
    """
    try:
        text = read_text(path)
        if not text.strip():
            return _tracked(np.empty((0, 6)))  # nobody was seen
        table = np.loadtxt(StringIO(text), delimiter=",", ndmin=2, dtype=np.float64)
        return _tracked(table.reshape(-1, table.shape[1] if table.size else 6))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a MOT track file: {error}") from error


def _tracked(table: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> TrackedBoxes:
    if table.shape[1] < 6:
        raise ValueError(f"a line needs at least 6 numbers, got {table.shape[1]}")
    if not np.isfinite(table).all():
        raise ValueError("a number is not finite")
    missing = np.ones((len(table), max(0, 8 - table.shape[1])))
    full = np.concatenate([table, missing], axis=1)
    return TrackedBoxes(
        frame=full[:, 0].astype(np.int64),
        tracker_id=full[:, 1].astype(np.int64),
        xyxy=np.concatenate([full[:, 2:4], full[:, 2:4] + full[:, 4:6]], axis=1),
        confidence=full[:, 6],
        class_id=full[:, 7].astype(np.int64),
    )
