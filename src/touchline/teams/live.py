"""What a reader is told while the match goes on: names that stay, ids that stay with their man.

A track that takes up another man shows a kit that it never showed. Two that do so in the same
second, each with what was the other's name, have swapped their men: their ids are exchanged. One
that does so alone gets an id that nobody has. So who has an id keeps his team and his role; what
was guessed wrongly at first is put right once, on evidence that leaves no doubt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from touchline.arrays import Float64, Int64
from touchline.frame import Objects, TrackedFrame
from touchline.geometry import centre_form
from touchline.teams.evidence import Evidence
from touchline.teams.names import Names

YOUNG, GROWN = 1.0, 2.0
"""Seconds of a track up to which anything may be said of it, and up to which a likelier name is."""
HOLD, FIRM = 3.0, 10.0
"""Log odds by which another name must be likelier then, and later."""
LOOKS = 1.5
"""Looks that must say so: in one somebody else may stand before him."""
CLEAR = 0.5
"""Looks from which a stretch shows a kit."""
ANOTHER = 2.5
"""Mean square distance to the nearest kit a track ever showed from which this is another man. On
five clips of broadcasts it was below 1.6 where a name had been wrong, above 2.8 where the man was
another."""
FAR = 5.0
"""Heights of a box between two who may have swapped their men within the last second or two."""

Name = tuple[int, int]
"""A class and a team."""


@dataclass(frozen=True, slots=True)
class _Word:
    """What was said of an id, since when there is somebody of that id, and whether it is final."""

    name: Name
    since: float
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class _Turn:
    """A track that has taken up another man: his name, and since when he shows."""

    name: Name
    time: float


class Live:
    """Steadies what is said of the tracks of one shot at a time.

    Args:
        evidence: Of the match; the stretches of a man who gets another id go over to it.

    Attributes:
        new_id: Gives an id that nobody has. None leaves ids alone: their names may change then.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.new_id: Callable[[], int] | None = None
        self._evidence = evidence
        self._said: dict[int, _Word] = {}
        self._ids: dict[int, int] = {}

    def begin_shot(self) -> None:
        """Forget what was said: after a cut all ids are new."""
        self._said, self._ids = {}, {}

    def with_ids(self, window: Sequence[TrackedFrame]) -> list[TrackedFrame]:
        """The frames with the ids that the men of their tracks have by now."""
        return [replace(frame, objects=_with_ids(frame.objects, self._ids)) for frame in window]

    def tell(self, names: Names, rows: Int64, window: Sequence[TrackedFrame]) -> list[Objects]:
        """Settle what is said in a window.

        Args:
            names: What is likeliest by now; what is said in its place is entered.
            rows: (k,) stretches of this shot that may still be seen, rising.
            window: Frames whose looks are in the evidence.

        Returns:
            The objects of each frame, with the ids of the men who are there.
        """
        turns: dict[int, _Turn] = {}
        evidence, objects = self._evidence, [frame.objects for frame in window]
        for row in rows[evidence.seen_at[rows] >= window[0].time].tolist():
            if (each := int(evidence.ids[row])) not in turns:
                self._hear(each, row, names, turns)
        for ids, time in self._exchanges(turns, objects):
            evidence.hand_over(ids, time)
            tracks = {*self._ids, *ids}
            current = {track: self._ids.get(track, track) for track in tracks}
            self._ids = {track: ids.get(now, now) for track, now in current.items()}
            objects = [
                _with_ids(table, ids) if frame.time >= time else table
                for frame, table in zip(window, objects, strict=True)
            ]
        for row in rows.tolist():
            names.hold(row, *self._said[int(evidence.ids[row])].name)
        return objects

    def _hear(self, each: int, row: int, names: Names, turns: dict[int, _Turn]) -> None:
        """Take in what a stretch of an id says of it."""
        evidence, name = self._evidence, (int(names.class_id[row]), int(names.team[row]))
        word = self._said.setdefault(each, _Word(name, float(evidence.begun_at[row])))
        if name == word.name:
            return
        age, margin = evidence.seen_at[row] - word.since, names.margin(row, name, word.name)
        if age > YOUNG and (evidence.quality[row] < LOOKS or margin < HOLD):
            return
        since = self._turned_at(each, row) if age > YOUNG and self.new_id is not None else None
        if since is not None:
            turns[each] = _Turn(name, since)
        elif age <= GROWN or (margin >= FIRM and not word.is_final):
            self._said[each] = replace(word, name=name, is_final=bool(age > GROWN))

    def _turned_at(self, each: int, row: int) -> float | None:
        """Since when a track shows a kit that it never showed before, or None if it does not."""
        evidence, rows = self._evidence, self._evidence.stretches(each)
        rows = rows[(rows < row) & (evidence.quality[rows] >= CLEAR) | (rows == row)]
        kits = evidence.mean(evidence.kit, rows)
        own, since = [0], None
        for place in range(1, len(rows)):
            nearest = ((kits[own] - kits[place]) ** 2).mean(axis=1).min()
            if nearest > ANOTHER:
                since = evidence.begun_at[rows[place]] if since is None else since
            else:
                own.append(place)
                since = None
        return since

    def _exchanges(
        self, turns: dict[int, _Turn], objects: Sequence[Objects]
    ) -> list[tuple[dict[int, int], float]]:
        """Which id goes over to which, and from when on."""
        found = []
        while turns:
            each, turn = turns.popitem()
            lost = self._said[each].name
            swapped = [
                other
                for other, its in turns.items()
                if its.name == lost and self._said[other].name == turn.name
            ]
            apart = {other: _apart(each, other, objects) for other in swapped}
            other = min(apart, key=apart.__getitem__, default=None)
            if other is not None and apart[other] <= FAR:
                time = min(turn.time, turns.pop(other).time)
                found.append(({each: other, other: each}, time))
            elif self.new_id is not None:
                fresh = self.new_id()
                self._said[fresh] = _Word(turn.name, turn.time)
                found.append(({each: fresh}, turn.time))
        return found


def _with_ids(objects: Objects, ids: Mapping[int, int]) -> Objects:
    if not ids:
        return objects
    renamed = [ids.get(each, each) for each in objects.tracker_id.tolist()]
    return replace(objects, tracker_id=np.array(renamed, np.int64).reshape(-1))


def _apart(one: int, other: int, objects: Sequence[Objects]) -> float:
    """The least distance of two ids in some frames, in heights of their boxes."""
    least = np.inf
    for table in objects:
        pair = [np.flatnonzero(table.tracker_id == each) for each in (one, other)]
        if all(len(rows) for rows in pair):
            boxes: Float64 = centre_form(table.xyxy[[rows[0] for rows in pair]])
            step = np.linalg.norm(boxes[0, :2] - boxes[1, :2])
            least = min(least, float(step / boxes[:, 3].mean()))
    return least
