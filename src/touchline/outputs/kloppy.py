"""Frame states as a ``kloppy.domain.TrackingDataset``: needs ``touchline[kloppy]``."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from touchline.arrays import Float64
from touchline.errors import UsageError
from touchline.files import PathLike
from touchline.frame import NO_ID, NO_TEAM, ClassId, FrameState, Objects
from touchline.outputs.exports import PERIODS, MatchSheet, Period
from touchline.outputs.saved import SavedRun
from touchline.pitch import PitchDimensions

if TYPE_CHECKING:
    from kloppy.domain import TrackingDataset

WHOLE = Period(PERIODS[0], 0.0, home_plays_right=True)
"""Of a clip of which nobody says what part of a match it is."""


def to_kloppy(
    states: Iterable[FrameState] | PathLike,
    *,
    match: PathLike | None = None,
    dimensions: PitchDimensions | None = None,
) -> "TrackingDataset":
    """Hand over to kloppy: who is where, in metres, y towards the far touchline.

    A track is a player, ``track_7`` unless the match file knows who that is; he plays for the team
    of most of his frames. Referees are ``other_data["officials"]`` of a frame, places by the id of
    an official, and its shot is ``other_data["shot"]``. Who has no place in a frame is left out of
    it, and who never has a team altogether. The whole dataset is held in memory, as kloppy does.

    Args:
        states: Frame states in order, or the folder of a run.
        match: A match file, which tells teams, periods and directions of play. Without it team 0
            is called the home team, the clip the first half, and the orientation is not set.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Raises:
        InputError: The folder is not that of a run, or something is wrong in the match file.
        UsageError: kloppy is not installed.
    """
    domain = import_kloppy()
    sheet = None if match is None else MatchSheet.read(match)
    size = dimensions or PitchDimensions()
    fps = None
    if isinstance(states, (str, os.PathLike)):
        run = SavedRun.open(states, dimensions=size)
        states, fps = run.states(), run.clip.info.fps
    seen = _Seen()
    for state in states:
        seen.see(state)
    return _dataset(domain, seen, sheet, size, fps)


def import_kloppy() -> Any:
    """``kloppy.domain``.

    Raises:
        UsageError: kloppy is not installed.
    """
    try:
        from kloppy import domain
    except ImportError as error:
        raise UsageError(
            'kloppy is not installed; pip install "touchline[kloppy]" installs it'
        ) from error
    return domain


def our_coordinates(domain: Any, length: float, width: float) -> Any:
    """Metres from the centre spot of a pitch, y towards the far touchline, as kloppy says it."""
    return domain.CustomCoordinateSystem(
        domain.Origin.CENTER,
        domain.VerticalOrientation.BOTTOM_TO_TOP,
        domain.MetricPitchDimensions(
            x_dim=domain.Dimension(-length / 2, length / 2),
            y_dim=domain.Dimension(-width / 2, width / 2),
            pitch_length=length,
            pitch_width=width,
            standardized=False,
        ),
    )


@dataclass(slots=True)
class _Seen:
    """What frames say, and what most of them say of each track."""

    frames: list[tuple[int, float, int, list[int], list[int], Float64]] = field(
        default_factory=list
    )
    teams: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    roles: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def see(self, state: FrameState) -> None:
        """Add a frame: those who have a place and an id, and the best ball."""
        given = Objects.from_supervision(state.objects)
        placed = np.isfinite(given.position).all(axis=1) & ~given.off_pitch
        given = given[placed & (given.is_ball | (given.tracker_id != NO_ID))]
        balls = np.flatnonzero(given.is_ball)
        best = balls[np.argsort(-given.confidence[balls])][:1]
        given = given[np.concatenate([np.flatnonzero(~given.is_ball), best])]
        ids, classes = given.tracker_id.tolist(), given.class_id.tolist()
        for number, role, team in zip(ids, classes, given.team.tolist(), strict=True):
            if role != ClassId.BALL:
                self.roles[number][role] += 1
                self.teams[number].update([] if team == NO_TEAM else [team])
        places = given.position.astype(np.float64).round(3)
        self.frames.append((state.index, state.time, state.shot, ids, classes, places))

    def role(self, number: int) -> int:
        """The class of most frames of a track."""
        return self.roles[number].most_common(1)[0][0]

    def team(self, number: int) -> int:
        """The team of most frames of a track."""
        return (self.teams[number].most_common(1) or [(NO_TEAM, 0)])[0][0]


def _dataset(
    domain: Any, seen: _Seen, sheet: MatchSheet | None, size: PitchDimensions, fps: float | None
) -> "TrackingDataset":
    teams = _teams(domain, sheet)
    players = _players(domain, seen, teams, sheet)
    periods = _periods(domain, seen, sheet)
    times = np.array([time for _, time, *_ in seen.frames])
    if fps is None and len(times) > 1:
        fps = float(1 / np.median(np.diff(times)))
    metadata = domain.Metadata(
        teams=teams,
        periods=[*periods.values()],
        coordinate_system=our_coordinates(domain, size.length, size.width),
        pitch_dimensions=None,  # those of the coordinate system
        orientation=_orientation(domain, sheet),
        flags=domain.DatasetFlag(0),
        provider=domain.Provider.OTHER,
        frame_rate=fps,
        date=None
        if sheet is None or not sheet.get("match.kickoff_time")
        else sheet.time("match.kickoff_time"),
        game_id=None if sheet is None else sheet.get("match.id"),
    )
    records = [_frame(domain, each, players, periods, sheet) for each in seen.frames]
    found: TrackingDataset = domain.TrackingDataset(metadata=metadata, records=records)
    return found


def _teams(domain: Any, sheet: MatchSheet | None) -> list[Any]:
    """The home team and the other."""
    grounds = (domain.Ground.HOME, domain.Ground.AWAY)
    if sheet is None:
        return [
            domain.Team(team_id=f"team_{number}", name=f"team {number}", ground=ground)
            for number, ground in enumerate(grounds)
        ]
    return [
        domain.Team(
            team_id=str(sheet.get(f"{ground}.id")),
            name=str(sheet.get(f"{ground}.name", sheet.get(f"{ground}.id"))),
            ground=ground,
        )
        for ground in grounds
    ]


def _players(
    domain: Any, seen: _Seen, teams: list[Any], sheet: MatchSheet | None
) -> dict[int, Any]:
    """The player behind each track that has a team."""
    home = 0 if sheet is None else sheet.home
    ids = {} if sheet is None else sheet.player_ids()
    known = {
        str(player["id"]): player
        for team in teams
        for player in (() if sheet is None else sheet.players(str(team.ground)))
    }
    people: dict[str, Any] = {}
    players = {}
    for number in sorted(seen.roles):
        team, role = seen.team(number), seen.role(number)
        if team == NO_TEAM or role == ClassId.REFEREE:
            continue
        name = ids.get(number, f"track_{number}")
        if name not in people:
            said = known.get(name, {})
            keeps = role == ClassId.GOALKEEPER
            people[name] = domain.Player(
                player_id=name,
                team=teams[int(team != home)],
                jersey_no=said.get("jersey_number"),
                first_name=said.get("first_name"),
                last_name=said.get("last_name"),
                name=None if said else name,
                starting=said.get("is_starter", False),
                starting_position=domain.PositionType.Goalkeeper if keeps else None,
            )
            people[name].team.players.append(people[name])
        players[number] = people[name]
    return players


def _periods(domain: Any, seen: _Seen, sheet: MatchSheet | None) -> dict[str, Any]:
    """The periods that have frames, by their names."""
    spans: dict[str, tuple[float, float]] = {}
    for _, time, *_ in seen.frames:
        name = (WHOLE if sheet is None else sheet.period(time)).name
        spans[name] = spans.get(name, (time, time))[0], time
    return {
        name: domain.Period(
            id=PERIODS.index(name) + 1,
            start_timestamp=timedelta(seconds=start),
            end_timestamp=timedelta(seconds=end),
        )
        for name, (start, end) in spans.items()
    }


def _orientation(domain: Any, sheet: MatchSheet | None) -> Any:
    """Who plays to the right: the same in all periods, or by turns, as told by the first half."""
    if sheet is None:
        return domain.Orientation.NOT_SET
    halves = [each for each in sheet.periods if each.name != PERIODS[-1]]
    right = {each.home_plays_right for each in halves}
    first = {each.home_plays_right ^ (PERIODS.index(each.name) % 2 == 1) for each in halves}
    if len(first) == 1:
        names = ("AWAY_HOME", "HOME_AWAY")
        return domain.Orientation[names[first.pop()]]
    if len(right) == 1:
        names = ("STATIC_AWAY_HOME", "STATIC_HOME_AWAY")
        return domain.Orientation[names[right.pop()]]
    return domain.Orientation.NOT_SET


def _frame(
    domain: Any,
    frame: tuple[int, float, int, list[int], list[int], Float64],
    players: dict[int, Any],
    periods: dict[str, Any],
    sheet: MatchSheet | None,
) -> Any:
    index, time, shot, ids, classes, places = frame
    period = periods[(WHOLE if sheet is None else sheet.period(time)).name]
    ball, here, officials = None, {}, {}
    for number, role, (x, y) in zip(ids, classes, places.tolist(), strict=True):
        if role == ClassId.BALL:
            ball = domain.Point3D(x=x, y=y, z=None)
        elif number in players:
            here[players[number]] = domain.PlayerData(coordinates=domain.Point(x=x, y=y))
        elif role == ClassId.REFEREE:
            officials[f"track_{number}"] = domain.Point(x=x, y=y)
    return domain.Frame(
        frame_id=index,
        timestamp=timedelta(seconds=time) - period.start_timestamp,
        period=period,
        statistics=[],
        ball_owning_team=None,
        ball_state=None,
        ball_coordinates=ball,
        players_data=here,
        other_data={"shot": shot, "officials": officials},
    )
