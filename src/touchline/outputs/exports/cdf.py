"""Common Data Format 0.3.2: ``tracking.jsonl``, ``meta.json``, ``match.json``, ``video.json``.

The format of Anzer et al. 2025 ("Common Data Format (CDF): a standardized format for match-data in
football"), as the public validator's schemas have it.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from touchline.errors import UsageError
from touchline.frame import NO_ID, ClassId, FrameState, Objects
from touchline.outputs.exports.match_sheet import DIRECTIONS, SIDES, MatchSheet, Period, moment
from touchline.outputs.exports.naming import DECIMALS, dumps
from touchline.outputs.json_text import to_json
from touchline.outputs.writer import FilesWriter
from touchline.pitch import PitchDimensions
from touchline.video import VideoInfo

VERSION = "0.3.2"
BOUNDS = (65.0, 42.5)
"""Metres from the centre spot beyond which the format knows no place."""
_NEEDED = (
    *("match.kickoff_time", "competition.id", "season.id", "venue.id"),
    *("video.start_time", "video.type", "video.operation_type", "video.perspective"),
    *("status.is_neutral", "status.has_extratime", "status.has_shootout"),
    *("result.final.home", "result.final.away"),
    *("result.first_half.home", "result.first_half.away"),
    *("result.second_half.home", "result.second_half.away"),
)
_IN_META = ("id", "team_id", "jersey_number", "is_starter", "first_name", "last_name")


class CdfFiles(FilesWriter):
    """Writes a line of ``tracking.jsonl`` for each frame, and three small files beside it.

    As the format wants it, the home team always plays from left to right: where it does not, places
    are turned by half a turn. A player is ``track_7`` unless the sheet knows who that is. Who has
    no team in a frame is left out of it, and so is who has no place. The height of the ball is
    null, and so is its place where it is not known. Frames are counted from 0.

    Args:
        path: ``tracking.jsonl``.
        sheet: What the video cannot know.
        info: What the video says of itself.
        dimensions: Of the pitch.

    Raises:
        InputError: The sheet lacks something that the format wants.
        UsageError: There is no sheet.
    """

    beside = ("match.json", "meta.json", "video.json")

    def __init__(
        self, path: Path, *, sheet: MatchSheet | None, info: VideoInfo, dimensions: PitchDimensions
    ) -> None:
        super().__init__(path)
        if sheet is None:
            raise UsageError(
                "cdf needs to be told what a video cannot know, by touchline export --to cdf "
                "--match FILE; docs/exports.md has such a file"
            )
        sheet.require(*_NEEDED)
        self._begun = sheet.time("video.start_time")
        self._sheet, self._info, self._dimensions = sheet, info, dimensions
        self._ids = sheet.player_ids()
        self._first: int | None = None
        self._spans: dict[str, tuple[int, int, float, float]] = {}

    def _open(self, partial: Path) -> None:
        self._file: TextIO = partial.open("x", encoding="ascii", newline="\n")

    def _append(self, state: FrameState) -> None:
        self._first = state.index if self._first is None else self._first
        number = state.index - self._first  # the format counts from 0, also for a part of a video
        period = self._sheet.period(state.time)
        first, _, start, _ = self._spans.get(period.name, (number, 0, state.time, 0.0))
        self._spans[period.name] = first, number, start, state.time
        self._file.write(dumps(self._frame(number, state, period)) + "\n")

    def _frame(self, number: int, state: FrameState, period: Period) -> dict[str, Any]:
        objects = Objects.from_supervision(state.objects)
        is_placed = np.asarray((np.abs(objects.position) <= BOUNDS).all(axis=1))
        objects = objects[~objects.off_pitch & is_placed]
        turn = 1 if period.home_plays_right else -1
        places = (np.round(turn * objects.position.astype(np.float64), DECIMALS) + 0.0).tolist()
        people = zip(
            objects.class_id.tolist(),
            objects.tracker_id.tolist(),
            objects.team.tolist(),
            places,
            strict=True,
        )
        players: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
        officials = []
        for class_id, track, team, (x, y) in people:
            row = {"id": self._ids.get(track, f"track_{track}"), "x": x, "y": y}
            side = self._sheet.side(team)
            if class_id == ClassId.REFEREE and track != NO_ID:
                officials.append(row)
            elif class_id != ClassId.BALL and side is not None and track != NO_ID:
                players[side].append(row)
        return {
            "frame_id": number,
            "timestamp": moment(self._begun, state.time),
            "period": period.name,
            "match": {"id": self._sheet.get("match.id")},
            "teams": {
                side: {"id": self._sheet.get(f"{side}.id"), "players": players[side]}
                for side in SIDES
            },
            "ball": _ball(objects, places),
            "officials": officials,
        }

    def _close(self) -> None:
        self._file.close()

    def _beside(self) -> list[bytes]:
        contents = (_match(self._sheet), self._meta(), self._video())
        return [(to_json(each, allow_nan=False) + "\n").encode() for each in contents]

    def _meta(self) -> dict[str, Any]:
        sheet, fps = self._sheet, round(self._info.fps)
        own = {"version": version("touchline"), "name": "touchline"}
        return {
            "competition": sheet.get("competition"),
            "season": sheet.get("season"),
            "match": {
                **sheet.get("match"),
                "kickoff_time": moment(sheet.time("match.kickoff_time")),
                "periods": [self._period(each) for each in sheet.periods],
                "whistles": sheet.get("whistles", []),
            },
            "teams": {side: _team(sheet, side, ("id", "name", "jersey_colour")) for side in SIDES},
            "venue": {
                "pitch_length": self._dimensions.length,
                "pitch_width": self._dimensions.width,
                **sheet.get("venue"),
            },
            "meta": {
                "video": {"perspective": sheet.get("video.perspective"), **own, "fps": fps},
                "event": None,
                "tracking": {**own, "fps": fps, "collection_timing": "post_match"},
                "landmarks": None,
                "ball": None,
                "meta": own,
                "cdf": {"version": VERSION},
            },
            "officials": sheet.get("officials", []),
        }

    def _period(self, period: Period) -> dict[str, Any]:
        ids = [self._sheet.get(f"{side}.id") for side in SIDES]
        left, right = ids if period.home_plays_right else ids[::-1]
        said = {
            "period": period.name,
            "play_direction": DIRECTIONS[not period.home_plays_right],
            "left_team_id": left,
            "right_team_id": right,
        }
        if period.name not in self._spans:
            return said
        first, last, start, end = self._spans[period.name]
        return {
            **said,
            "start_time": moment(self._begun, start),
            "end_time": moment(self._begun, end),
            "frame_id_start": first,
            "frame_id_end": last,
        }

    def _video(self) -> dict[str, Any]:
        return {
            "match": {"id": self._sheet.get("match.id")},
            "recording": {
                "fps": round(self._info.fps),
                "resolution": f"{self._info.width}x{self._info.height}",
                **self._sheet.get("video"),
                "start_time": moment(self._begun),
            },
            "whistles": self._sheet.get("video_whistles", []),
        }


def _ball(objects: Objects, places: list[list[float]]) -> dict[str, float | None]:
    balls = np.flatnonzero(objects.is_ball)
    if not len(balls):
        return {"x": None, "y": None, "z": None}
    x, y = places[balls[np.argmax(objects.confidence[balls])]]
    return {"x": x, "y": y, "z": None}


def _match(sheet: MatchSheet) -> dict[str, Any]:
    result = {"final": {"winning_team_id": _winner(sheet), **sheet.get("result.final")}}
    return {
        "match": {
            "id": sheet.get("match.id"),
            "status": sheet.get("status"),
            "result": {**sheet.get("result"), **result},
        },
        "teams": {
            side: _team(sheet, side, ("id", "short_name", "formation", "coaches"), whole=True)
            for side in SIDES
        },
        "officials": sheet.get("officials", []),
        "events": {
            name: sheet.get(f"events.{name}") for name in ("goals", "substitutions", "cards")
        },
        "meta": {"vendor": sheet.get("vendor", "touchline")},
    }


def _winner(sheet: MatchSheet) -> str | None:
    """Who has won by the final score, or by the shootout; None where nobody has."""
    for score in ("result.final", "result.shootout"):
        home, away = (sheet.get(f"{score}.{side}", 0) for side in SIDES)
        if home != away:
            return str(sheet.get("home.id" if home > away else "away.id"))
    return None


def _team(
    sheet: MatchSheet, side: str, names: tuple[str, ...], *, whole: bool = False
) -> dict[str, Any]:
    """A team with its players: all that the sheet says of them, or what ``meta.json`` takes."""
    said = {name: sheet.get(f"{side}.{name}") for name in names}
    players = [
        {"team_id": sheet.get(f"{side}.id"), **{k: v for k, v in player.items() if k != "tracks"}}
        for player in sheet.players(side)
    ]
    if not whole:
        players = [{name: each[name] for name in _IN_META} for each in players]
    return {**{name: each for name, each in said.items() if each is not None}, "players": players}
