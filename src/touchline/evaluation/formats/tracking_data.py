"""Reads tracking data of others: places on the pitch without boxes.

Common Data Format and kloppy.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats.fields import field, items, mapping, number, whole
from touchline.evaluation.labels import LabelledFrames, blank_objects
from touchline.files import as_path
from touchline.frame import NO_ID, ClassId
from touchline.outputs import import_kloppy, our_coordinates

if TYPE_CHECKING:
    from kloppy.domain import TrackingDataset

NAMED_FROM = 1_000_000
"""The first ``tracker_id`` of those whose id is not ``track_7`` or the like."""
LENGTH, WIDTH = 105.0, 68.0
"""Metres of a pitch of which kloppy does not know the size."""
_TRACK = re.compile(r"track_(\d{1,6})")


class _Seen(NamedTuple):
    """Somebody in a frame; ``name`` is None for the ball."""

    name: str | None
    class_id: int
    team: str
    x: float
    y: float


def read_cdf(path: str | os.PathLike[str]) -> LabelledFrames:
    """Read ``tracking.jsonl`` of the Common Data Format.

    There are no boxes; teams are ``home`` and ``away``, officials referees. A player ``track_7``
    has the ``tracker_id`` 7, others are numbered as they come. Frames have the number ``frame_id``.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both.
    """
    numbers, seen, match = [], [], ""
    try:
        with as_path(path).open(encoding="utf-8") as lines:
            for count, line in enumerate(lines, start=1):
                where = f"{path}: line {count}"
                try:
                    frame = mapping(json.loads(line), where)
                except (ValueError, RecursionError) as error:
                    raise InputError(f"{where} is not JSON: {error}.") from error
                numbers.append(whole(frame, "frame_id", where))
                match = str(mapping(frame.get("match", {}), where).get("id", ""))
                seen.append(list(_people(frame, where)))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not JSON: {error}.") from error
    return _labelled(f"{path}", match, numbers, seen)


def read_kloppy(dataset: "TrackingDataset") -> LabelledFrames:
    """Take over a ``TrackingDataset`` of kloppy, from whatever provider.

    As ``read_cdf``; places are turned into metres from the centre spot, y towards the far
    touchline, as kloppy does it. Referees are read where ``touchline.to_kloppy`` puts them.

    Raises:
        InputError: Frames are not in order.
        UsageError: kloppy is not installed.
    """
    domain = import_kloppy()
    size = dataset.metadata.pitch_dimensions
    system = our_coordinates(domain, size.pitch_length or LENGTH, size.pitch_width or WIDTH)
    if dataset.metadata.coordinate_system != system:
        dataset = dataset.transform(to_coordinate_system=system)
    match = str(dataset.metadata.game_id or "")
    seen = [list(_in_frame(frame)) for frame in dataset.records]
    return _labelled("kloppy", match, [int(frame.frame_id) for frame in dataset.records], seen)


def _in_frame(frame: Any) -> Iterator[_Seen]:
    for player, data in frame.players_data.items():
        place = data.coordinates
        if place is not None and place.x is not None and place.y is not None:
            keeps = "Goalkeeper" in str(getattr(player.starting_position, "name", ""))
            role = ClassId.GOALKEEPER if keeps else ClassId.PLAYER
            yield _Seen(str(player.player_id), role, str(player.team.ground), place.x, place.y)
    for name, place in (frame.other_data or {}).get("officials", {}).items():
        yield _Seen(str(name), ClassId.REFEREE, "", place.x, place.y)
    ball = frame.ball_coordinates
    if ball is not None and ball.x is not None and ball.y is not None:
        yield _Seen(None, ClassId.BALL, "", ball.x, ball.y)


def _people(frame: Mapping[str, Any], where: str) -> Iterator[_Seen]:
    teams = mapping(field(frame, "teams", where), f"{where}: teams")
    groups = [
        (
            mapping(field(teams, side, f"{where}: teams"), f"{where}: {side}"),
            "players",
            side,
            ClassId.PLAYER,
        )
        for side in ("home", "away")
    ]
    if frame.get("officials") is not None:
        groups.append(({**frame}, "officials", "", ClassId.REFEREE))
    for group, key, side, role in groups:
        for each in items(group, key, where):
            person = mapping(each, f"{where}: {key}")
            if (place := _place(person, f"{where}: {key}")) is not None:
                yield _Seen(str(field(person, "id", where)), role, side, *place)
    ball = mapping(field(frame, "ball", where), f"{where}: ball")
    if (place := _place(ball, f"{where}: ball")) is not None:
        yield _Seen(None, ClassId.BALL, "", *place)


def _place(given: Mapping[str, Any], where: str) -> tuple[float, float] | None:
    """Metres, None where they are null."""
    if field(given, "x", where) is None or field(given, "y", where) is None:
        return None
    return number(given, "x", where), number(given, "y", where)


def _labelled(
    source: str, match: str, numbers: list[int], seen: list[list[_Seen]]
) -> LabelledFrames:
    number = np.array(numbers, np.int64)
    if (np.diff(number) <= 0).any():
        raise InputError(f"{source}: frames come in order of their ids, each once.")
    rows = [row for frame in seen for row in frame]
    ids = _ids(row.name for row in rows)
    return LabelledFrames(
        source=source,
        name=tuple(map(str, numbers)),
        number=number,
        match=(match,) * len(numbers),
        objects=replace(
            blank_objects(len(rows)),
            frame=np.repeat(np.arange(len(seen)), [len(frame) for frame in seen]),
            tracker_id=np.array([ids.get(row.name, NO_ID) for row in rows], np.int64),
            class_id=np.array([row.class_id for row in rows], np.int64),
            metres=np.array([(row.x, row.y) for row in rows], np.float64).reshape(-1, 2),
            team=np.array([row.team for row in rows], np.str_),
        ),
    )


def _ids(names: Iterable[str | None]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for name in dict.fromkeys(names):
        if name is not None:
            track = _TRACK.fullmatch(name)
            found[name] = int(track[1]) if track else NAMED_FROM + len(found)
    return found
