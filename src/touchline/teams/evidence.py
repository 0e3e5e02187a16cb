"""What was seen of each track so far: its kit, the detector's word, its places, and with whom.

A track is cut into stretches of a few looks: the stretches of one man support each other, and one
that has taken up another man does not drag the first along.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from touchline.arrays import AnyArray, Bools, Float64, Int64
from touchline.frame import UNTOLD
from touchline.teams.mixture import WITHIN, People, Presence

ALIKE = 0.4
"""Share of a kit's variance that all looks at one person have in common."""
STRETCH = 1.0
"""Seconds of a track that are taken together."""
CHANGED = 4.0
"""Mean square of the distance of a look from its stretch, in units of kit space, from which a track
seems to have taken up another man."""
WORD = 0.6
"""What the detector's word counts. It was weighed on frames that the detector has learnt from; of
other matches it claims more than it knows."""
CLEAR = 0.5
"""Quality from which a look can say so."""
TAIL = 0.01
TAIL_POWER = 2.0
"""One look in a hundred shows anything; of several, it is seldom the mean that does."""
LEAST = 1e-6
_SUMS = ("kit", "shirt", "word", "told", "place", "quality", "known", "outside", "seen_at")
"""Columns that looks add to."""


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The people of one moment.

    Attributes:
        tracker_id: int64 (n,).
        quality: float64 (n,), what the look at each is worth, above 0 to 1.
        told: bool (n,), of whom the detector could tell the role.
        kit: float64 (n, d), in kit space.
        shirt: float64 (n, 3), BGR.
        word: float64 (n, 4), log probabilities of the roles by the detector's word.
        place: float64 (n, 4), log odds of the roles by place.
        position: float64 (n, 2), metres, NaN where unknown.
        inside: bool (n,), whether each stands on the pitch.
        outside: bool (n,), whether each stands well off it.
    """

    tracker_id: Int64
    quality: Float64
    told: Bools
    kit: Float64
    shirt: Float64
    word: Float64
    place: Float64
    position: Float64
    inside: Bools
    outside: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Lineup:
    """Who was where at one time: rows of their stretches (n,) and their places."""

    time: float
    rows: Int64
    position: Float64
    inside: Bools


@dataclass(slots=True)
class Evidence:
    """The stretches of a clip's tracks as columns of equal length n, sums over their looks.

    Attributes:
        kit, shirt, place: Each look times its quality: (n, d), (n, 3), (n, 4).
        quality: (n,).
        word, told: (n, 4), (n,), the same with the quality of looks of ``UNTOLD`` roles reduced.
        known: (n,), looks whose place in metres is known.
        outside: (n,), of those, the ones well off the pitch.
        seen_at: (n,), seconds of the last look.
        begun_at: (n,), seconds of the first.
        ids: (n,), ``tracker_id``.
        moments: Who was there together.
    """

    directions: int
    kit: Float64 = field(init=False)
    shirt: Float64 = field(default_factory=lambda: np.zeros((0, 3)))
    word: Float64 = field(default_factory=lambda: np.zeros((0, 4)))
    told: Float64 = field(default_factory=lambda: np.zeros(0))
    place: Float64 = field(default_factory=lambda: np.zeros((0, 4)))
    quality: Float64 = field(default_factory=lambda: np.zeros(0))
    known: Float64 = field(default_factory=lambda: np.zeros(0))
    outside: Float64 = field(default_factory=lambda: np.zeros(0))
    begun_at: Float64 = field(default_factory=lambda: np.zeros(0))
    seen_at: Float64 = field(default_factory=lambda: np.zeros(0))
    ids: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    moments: list[Lineup] = field(default_factory=list)
    _stretches: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kit = np.zeros((0, self.directions))

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, tracker_id: Int64, time: float) -> Int64:
        """The stretch (n,) of each track at a time, -1 for one that was never looked at."""
        begun = self.begun_at.__getitem__
        found = np.full(len(tracker_id), -1)
        for place, each in enumerate(tracker_id.tolist()):
            stretches = self._stretches.get(each)
            if stretches:
                found[place] = stretches[max(bisect_right(stretches, time, key=begun) - 1, 0)]
        return found

    def stretches(self, tracker_id: int) -> Int64:
        """The rows (k,) of a track, in the order of time."""
        return np.array(self._stretches.get(tracker_id, []), np.int64)

    def hand_over(self, ids: Mapping[int, int], time: float) -> None:
        """Let what some tracks showed from a time on belong to other ids, all at once."""
        late = {}
        for old in ids:
            rows = self._stretches.get(old, [])
            first = bisect_left(rows, time, key=self.begun_at.__getitem__)
            self._stretches[old], late[old] = rows[:first], rows[first:]
        for old, new in ids.items():
            self._stretches.setdefault(new, []).extend(late[old])
            self.ids[late[old]] = new

    def add(self, views: Views, time: float) -> None:
        """Take in the looks of one moment, at most one of each track."""
        rows = self._continued(views, time)
        fresh = rows < 0
        rows[fresh] = np.arange(len(self), len(self) + fresh.sum())
        self._make_room(views.tracker_id[fresh], time)
        for name in ("kit", "shirt", "place"):
            column = getattr(self, name)
            column[rows] += views.quality[:, None] * getattr(views, name)
        self.quality[rows] += views.quality
        told = np.where(views.told, 1.0, UNTOLD) * views.quality
        self.word[rows] += told[:, None] * views.word
        self.told[rows] += told
        self.known[rows] += np.isfinite(views.position).all(axis=1)
        self.outside[rows] += views.outside
        self.seen_at[rows] = time
        self.moments.append(Lineup(time, rows, views.position, views.inside))

    def absorb(
        self, other: "Evidence", rows: Int64, ids: Callable[[int], int], span: tuple[float, float]
    ) -> None:
        """Take in stretches of a later part of the match, of which somebody else kept record.

        Args:
            other: That record.
            rows: (k,) of its stretches.
            ids: By which id a track of it is known here.
            span: Seconds from which, and before which, its moments are taken.
        """
        here = np.full(len(other), -1)
        here[rows] = np.arange(len(self), len(self) + len(rows))
        named = np.array([ids(each) for each in other.ids[rows].tolist()], np.int64)
        for row, each in zip(here[rows].tolist(), named.tolist(), strict=True):
            self._stretches.setdefault(each, []).append(row)
        self.ids = np.concatenate([self.ids, named])
        for name in (*_SUMS, "begun_at"):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, np.concatenate([mine, theirs[rows]]))
        for each in other.moments:
            kept = here[each.rows] >= 0
            if kept.any() and span[0] <= each.time < span[1]:
                moment = here[each.rows][kept], each.position[kept], each.inside[kept]
                self.moments.append(Lineup(each.time, *moment))

    def _continued(self, views: Views, time: float) -> Int64:
        """The stretch (n,) that each look goes on with, -1 where another one begins."""
        rows = self.rows(views.tracker_id, np.inf)
        known = rows >= 0
        last = rows[known]
        apart = ((views.kit[known] - self.mean(self.kit, last)) ** 2).mean(axis=1)
        other = (apart > CHANGED) & (views.quality[known] > CLEAR) & (self.quality[last] > CLEAR)
        rows[known] = np.where(other | (time - self.begun_at[last] >= STRETCH), -1, last)
        return rows

    def _make_room(self, tracker_id: Int64, time: float) -> None:
        for row, each in enumerate(tracker_id.tolist(), start=len(self)):
            self._stretches.setdefault(each, []).append(row)
        for name in _SUMS:
            column: AnyArray = getattr(self, name)
            more = np.zeros((len(tracker_id), *column.shape[1:]))
            setattr(self, name, np.concatenate([column, more]))
        self.ids = np.concatenate([self.ids, tracker_id])
        self.begun_at = np.concatenate([self.begun_at, np.full(len(tracker_id), time)])

    def mean(self, column: Float64, rows: Int64) -> Float64:
        """What the looks at some stretches (n,) say in the mean, of one of the sums (n, k)."""
        return np.asarray(column[rows] / np.maximum(self.quality[rows], LEAST)[:, None])

    def people(self, rows: Int64) -> People:
        """Some stretches (n,) as people of a mixture, and who of them was there together."""
        looks = np.maximum(self.quality[rows], LEAST)
        word = self.word[rows] / np.maximum(self.told[rows], LEAST)[:, None]
        roles = WORD * word + self.place[rows] / looks[:, None]
        looks = np.maximum(looks, 0.25)
        variance = WITHIN * (ALIKE + (1 - ALIKE) / looks)
        tail = TAIL / np.maximum(looks, 1.0) ** TAIL_POWER
        return People(self.mean(self.kit, rows), variance, tail, roles, self._presence(rows))

    def _presence(self, rows: Int64) -> Presence:
        """Who of some stretches was there together; before the first began, none of them was."""
        begun = self.begun_at[rows].min(initial=np.inf)
        chosen = self.moments[bisect_left(self.moments, begun, key=lambda each: each.time) :]
        number = np.full(len(self), -1)
        number[rows] = np.arange(len(rows))
        person = number[np.concatenate([[], *(each.rows for each in chosen)]).astype(np.int64)]
        moment = np.repeat(np.arange(len(chosen)), [len(each.rows) for each in chosen])
        inside = np.concatenate([np.zeros(0, bool), *(each.inside for each in chosen)])
        x = np.concatenate([np.zeros(0), *(each.position[:, 0] for each in chosen)])
        side = (~(x <= 0)).astype(np.int64)  # where nothing is known, all are on one side
        there = person >= 0
        return Presence(person[there], moment[there], inside[there], side[there])
