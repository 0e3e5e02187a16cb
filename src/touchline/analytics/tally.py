"""What adds up over a clip: people, possession, and what is not known and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from touchline.analytics.chapters import Chapter
from touchline.analytics.motion import ERRORS_LAST, Motions, Reason
from touchline.analytics.passes import LONGEST, Pass
from touchline.analytics.possession import SURE
from touchline.analytics.shape import LEAST_SEEN
from touchline.analytics.sightings import Sightings
from touchline.arrays import Float64, Indices
from touchline.frame import NO_ID, NO_TEAM, ClassId

_BECAUSE = {
    Reason.NO_PLACE: "the pitch is not known in that frame, or the place lies beyond it",
    Reason.UNSURE: "too little of the run is seen around that frame",
    Reason.JUMP: "faster or more sudden than anybody runs, here or within 0.6 s: a track, a box or "
    "the view of the pitch has jumped",
}

PLAYERS = pa.schema(
    [
        *(pa.field(name, pa.int64(), nullable=False) for name in ("tracker_id", "shot")),
        *(pa.field("class", pa.string(), nullable=False), pa.field("team", pa.int64())),
        *(
            pa.field(name, pa.float64(), metadata={"unit": unit})
            for name, unit in {
                "seconds": "s",
                "known_seconds": "s",
                "distance": "m",
                "distance_error": "m",
                "mean_speed": "m/s",
                "top_speed": "m/s",
                "top_speed_error": "m/s",
                "x": "m",
                "y": "m",
                "ball_seconds": "s",
            }.items()
        ),
        *(pa.field(reason.value, pa.int64(), nullable=False) for reason in _BECAUSE),
    ]
)
"""Columns of ``players.csv``; the last ones count the frames without a speed, by their reason."""


@dataclass(slots=True)
class _Person:
    """What adds up for one id; times in seconds, lengths in metres."""

    shot: int
    classes: Counter[int] = field(default_factory=Counter)
    teams: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    known_seconds: float = 0.0
    distance: float = 0.0
    variance: float = 0.0
    places: int = 0
    place: Float64 = field(default_factory=lambda: np.zeros(2))
    top: tuple[float, float] | None = None
    ball_seconds: float = 0.0
    last: float | None = None


class Tally:
    """Sees the chapters of a clip one by one and keeps sums: people, and what is not known."""

    def __init__(self) -> None:
        self._people: dict[int, _Person] = {}
        self._held: dict[str, float] = {}
        self._reasons: Counter[str] = Counter()

    def see(self, chapter: Chapter) -> None:
        """Add a chapter."""
        seen = chapter.sightings
        people = np.flatnonzero(seen.is_person)
        for number in np.unique(seen.tracker_id[people]).tolist():
            rows = people[seen.tracker_id[people] == number]
            person = self._people.setdefault(number, _Person(int(seen.shot[rows[0]])))
            _add(person, seen[rows], chapter.moving, rows)
        self._see_ball(chapter)
        self._reasons.update(chapter.moving.reason[people].tolist())

    def _see_ball(self, chapter: Chapter) -> None:
        held = chapter.held
        usual = float(np.median(np.diff(held.time))) if len(held.time) > 1 else 0.0
        step = np.diff(held.time, append=held.time[-1:] + usual)
        team = np.where(held.owner == NO_ID, "nobody", np.char.add("team_", held.team.astype(str)))
        said = np.where(held.is_said, team, "unknown")
        for name, owner, seconds in zip(said.tolist(), held.owner.tolist(), step, strict=True):
            self._held[name] = self._held.get(name, 0.0) + float(seconds)
            if name != "unknown" and owner in self._people:
                self._people[owner].ball_seconds += float(seconds)

    def player_table(self) -> pa.Table:
        """A row for each id, in the order in which they came, see ``PLAYERS``; null is not known.

        ``distance`` is what was run while the speed was known, ``known_seconds``, and so a lower
        bound of what was run in ``seconds``, while the track was in the picture.
        """
        rows = [_person_row(number, person) for number, person in self._people.items()]
        return pa.Table.from_pylist(rows, PLAYERS)

    def report(self, found: Sequence[Pass]) -> dict[str, Any]:
        """What is known, what is not, and why, for ``analytics.json``."""
        known = self._reasons[Reason.NONE.value]
        return {
            "speeds": {
                "rows": self._reasons.total(),
                "known": known,
                "unknown": {
                    reason.value: {"rows": self._reasons[reason.value], "because": because}
                    for reason, because in _BECAUSE.items()
                },
            },
            "possession": {
                "seconds": {name: round(s, 2) for name, s in sorted(self._held.items())},
                "unknown": f"nothing is said where no answer is more probable than {SURE:g}: the "
                "ball was not seen, was in the air, or was between two people",
            },
            "passes": {
                "count": len(found),
                "unknown": "a ball that leaves the picture or is not seen when it is kicked or "
                f"received, or is under way for more than {LONGEST:g} s, is no pass here",
            },
            "teams": f"the extent of a team is said with {LEAST_SEEN} or more outfield players in "
            "the picture, its lines where a keeper shows besides which goal is whose",
        }


def _add(person: _Person, seen: Sightings, moving: Motions, rows: Indices) -> None:
    """Add the sightings of one id, and what is said of them."""
    speed, error, place = moving.speed[rows], moving.speed_error[rows], moving.place[rows]
    step = np.diff(seen.time, prepend=seen.time[0] if person.last is None else person.last)
    known, placed = np.isfinite(moving.distance[rows]), np.isfinite(place).all(axis=1)
    person.classes.update(seen.class_id.tolist())
    person.teams.update(seen.team.tolist())
    person.reasons.update(moving.reason[rows].tolist())
    person.seconds += float(step[step <= 1.0].sum())
    person.known_seconds += float(step[known].sum())
    person.distance += float(moving.distance[rows][known].sum())
    person.variance += float((2 * ERRORS_LAST * error[known] ** 2 * step[known]).sum())
    person.places += int(placed.sum())
    person.place = person.place + place[placed].sum(axis=0)
    person.last = float(seen.time[-1])
    if np.isfinite(speed).any():
        fastest = int(np.nanargmax(speed))
        top = float(speed[fastest]), float(error[fastest])
        person.top = top if person.top is None else max(person.top, top)


def _person_row(number: int, person: _Person) -> dict[str, Any]:
    team = person.teams.most_common(1)[0][0]
    moved = person.known_seconds > 0
    x, y = (person.place / person.places).tolist() if person.places else (None, None)
    return {
        "tracker_id": number,
        "shot": person.shot,
        "class": ClassId(person.classes.most_common(1)[0][0]).name.lower(),
        "team": None if team == NO_TEAM else team,
        "seconds": person.seconds,
        "known_seconds": person.known_seconds,
        "distance": person.distance if moved else None,
        "distance_error": float(np.sqrt(person.variance)) if moved else None,
        "mean_speed": person.distance / person.known_seconds if moved else None,
        "top_speed": person.top[0] if person.top else None,
        "top_speed_error": person.top[1] if person.top else None,
        "x": x,
        "y": y,
        "ball_seconds": person.ball_seconds,
        **{reason.value: person.reasons[reason.value] for reason in _BECAUSE},
    }
