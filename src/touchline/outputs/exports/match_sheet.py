"""What a video cannot know of its match: who plays, when, in which competition."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from touchline.errors import InputError
from touchline.files import PathLike, as_path, as_text
from touchline.frame import NO_TEAM

SIDES = ("home", "away")
PERIODS = (
    *("first_half", "second_half", "first_half_extratime", "second_half_extratime", "shootout"),
)
DIRECTIONS = ("left_right", "right_left")
_ALWAYS = ("match.id", "home.id", "home.team", "away.id", "periods")
_OF_PLAYER = ("id", "jersey_number", "is_starter", "has_played", "first_name", "last_name")


@dataclass(frozen=True, slots=True)
class Period:
    """A part of the match.

    Attributes:
        name: One of ``PERIODS``.
        start: Seconds of the video at which it begins.
        home_plays_right: Whether the home team attacks the goal with positive x, on the right of a
            camera in the main stand.
    """

    name: str
    start: float
    home_plays_right: bool


@dataclass(frozen=True, slots=True)
class MatchSheet:
    """A match sheet as its file tells it; see ``docs/exports.md``.

    Attributes:
        source: The file, for messages.
        content: All that is in it.
        home: The number of the home team, 0 or 1, as ``tracks.parquet`` has it.
        periods: In order of their starts, at least one.
    """

    source: str
    content: Mapping[str, Any]
    home: int
    periods: tuple[Period, ...]

    @classmethod
    def read(cls, path: PathLike) -> "MatchSheet":
        """Read TOML, or JSON of the same form.

        Raises:
            InputError: The file cannot be read, or something is missing or wrong in it.
        """
        source, file = as_text(path), as_path(path)
        try:
            text = file.read_text(encoding="utf-8")
            content = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
        except OSError as error:
            raise InputError(f"{source} cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise InputError(f"{source} is no match sheet in TOML or JSON: {error}") from error
        sheet = cls(source, content if isinstance(content, dict) else {}, 0, ())
        sheet.require(*_ALWAYS)
        home = sheet.get("home.team")
        if isinstance(home, bool) or home not in (0, 1):
            raise InputError(f"{source}: home.team is 0 or 1, as the run numbers it; got {home!r}")
        _require_players(sheet)
        return cls(source, sheet.content, int(home), _periods(sheet))

    def get(self, name: str, default: Any = None) -> Any:
        """What the sheet says under a dotted name."""
        found: Any = self.content
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return default if found is None else found

    def require(self, *names: str) -> None:
        """Refuse a sheet that does not say this.

        Raises:
            InputError: Something is missing.
        """
        if missing := [name for name in names if self.get(name) is None]:
            raise InputError(
                f"{self.source} lacks {', '.join(missing)}: a match sheet says what a video cannot"
            )

    def time(self, name: str) -> datetime:
        """A time of the sheet.

        Raises:
            InputError: It is none, or it does not say in which zone.
        """
        given = self.get(name)
        try:
            # TOML has times of its own.
            time = given if isinstance(given, datetime) else datetime.fromisoformat(given)
        except (TypeError, ValueError):
            time = None
        if time is None or time.tzinfo is None:
            raise InputError(
                f"{self.source}: {name} is a time such as 2026-01-31T14:00:00Z; got {given!r}"
            )
        return time

    def side(self, team: int) -> str | None:
        """``home`` or ``away`` for a team's number, None for who has none."""
        return None if team == NO_TEAM else SIDES[team != self.home]

    def period(self, time: float) -> Period:
        """The period of a moment of the video: the last that has begun, or the first."""
        begun = [each for each in self.periods if each.start <= time]
        return begun[-1] if begun else self.periods[0]

    def end(self, team: int, time: float) -> str | None:
        """``left`` or ``right``: where the goal of a team stands, seen from the main stand."""
        if team == NO_TEAM:
            return None
        is_left = self.period(time).home_plays_right == (team == self.home)
        return "left" if is_left else "right"

    def players(self, side: str) -> Sequence[Mapping[str, Any]]:
        """The players of a team that the sheet names; none where they are anonymous."""
        return list(self.get(f"{side}.players", ()))

    def player_ids(self) -> dict[int, str]:
        """The id of the player behind each track that the sheet tells."""
        return {
            int(track): str(player["id"])
            for side in SIDES
            for player in self.players(side)
            for track in player.get("tracks", ())
        }


def moment(start: datetime, seconds: float = 0.0) -> str:
    """A time in UTC, so many seconds after another, to the millisecond: RFC 3339."""
    time = start.astimezone(UTC) + timedelta(seconds=seconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _require_players(sheet: MatchSheet) -> None:
    for side in SIDES:
        for count, player in enumerate(sheet.players(side)):
            if missing := [name for name in _OF_PLAYER if name not in player]:
                raise InputError(
                    f"{sheet.source}: {side}.players, number {count}, lacks {', '.join(missing)}; "
                    "leave out players of whom less is known"
                )


def _periods(sheet: MatchSheet) -> tuple[Period, ...]:
    found = []
    given = sheet.get("periods")
    for count, each in enumerate(given if isinstance(given, list) else [given]):
        where = f"{sheet.source}: period {count}"
        name, direction, start = (
            each.get(key) if isinstance(each, dict) else None
            for key in ("period", "play_direction", "start")
        )
        if name not in PERIODS or direction not in DIRECTIONS:
            raise InputError(
                f"{where}: period is one of {', '.join(PERIODS)}, and play_direction, that of the "
                f"home team, one of {', '.join(DIRECTIONS)}; got {name!r} and {direction!r}"
            )
        if isinstance(start, bool) or not isinstance(start, (int, float, type(None))):
            raise InputError(f"{where}: start is in seconds of the video; got {start!r}")
        found.append(Period(name, float(start or 0.0), direction == DIRECTIONS[0]))
    if not found:
        raise InputError(f"{sheet.source}: at least one period is needed")
    return tuple(sorted(found, key=lambda each: each.start))
