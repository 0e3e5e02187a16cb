"""What was seen of each track of a shot so far, and the verdict on it."""

from collections.abc import ItemsView, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from touchline.arrays import Float64, Int64, log_odds
from touchline.frame import TrackedFrame
from touchline.verification.labels import PEOPLE
from touchline.verification.window import WindowTable

MEMORY = 8.0
"""Seconds in which a look loses all but 37 % of its weight."""
FORGOTTEN = 10.0
"""Seconds after which a track that does not come back is forgotten."""
KEEP = 0.4
"""Probability of a person below which a track is dropped, if the detector is undecided itself; with
a surer detector it takes as much more, in log odds, as its score is above one half."""
ROLE_PRIOR = 2.5
"""What the detector's role is worth: natural log of odds against each other role. It has seen the
whole frame, and each of its frames has a vote."""
EXPERT_WEIGHT = 0.5
"""What a look of the expert is worth beside the student's: CLIP never trained on football."""
HABIT = 0.5
"""What the role that a track already has is worth, in the same measure."""
PERSON_LIMIT = 5.0
"""Log odds of a person that one look can give at most, either way."""
ROLE_FLOOR = 0.02
"""Least probability of a role that a look can give: one odd look should not outweigh ten plain
ones."""
_TINY = 1e-4
_KEEP_ODDS = float(log_odds(KEEP, least=_TINY))


@dataclass(slots=True)
class Votes:
    """Looks of one verifier at one track, summed up.

    Attributes:
        looks: Weight of all looks.
        person: Sum of their log odds of a person.
        role_looks: Weight of the looks that tell of a role: those that show a person.
        roles: Sum of their log probabilities (3,) of the roles in ``PEOPLE``, if it is a person.
    """

    looks: float = 0.0
    person: float = 0.0
    role_looks: float = 0.0
    roles: Float64 = field(default_factory=lambda: np.zeros(len(PEOPLE)))

    def add(self, probabilities: Float64, weight: Float64 | None = None) -> None:
        """Add looks (k, 6), each of a weight (k,) from 0 to 1."""
        weight = np.ones(len(probabilities)) if weight is None else weight
        roles = probabilities[:, list(PEOPLE)]
        person = np.clip(roles.sum(axis=1), _TINY, 1 - _TINY)
        odds = log_odds(person, least=_TINY).clip(-PERSON_LIMIT, PERSON_LIMIT)
        self.looks += float(weight.sum())
        self.person += float(weight @ odds)
        self.role_looks += float(weight @ person)
        self.roles += (weight * person) @ np.log(np.maximum(roles / person[:, None], ROLE_FLOOR))

    def fade(self, factor: float) -> None:
        """Let all looks count for less."""
        self.looks *= factor
        self.person *= factor
        self.role_looks *= factor
        self.roles *= factor

    @property
    def mean_person(self) -> float:
        """Mean log odds of a person; 0 before the first look."""
        return self.person / max(self.looks, _TINY)

    @property
    def mean_roles(self) -> Float64:
        """Mean log probabilities (3,): repeated looks prove nothing more."""
        return self.roles / max(self.role_looks, _TINY)


@dataclass(frozen=True, slots=True, eq=False)
class Waypoint:
    """Where a track was detected: seconds, and metres on the pitch.

    Attributes:
        time: Seconds from the first frame.
        foot: (2,) middle of the lower edge of the box.
        size: (2,) width and height that the box would have, upright, at that place.
    """

    time: float
    foot: Float64
    size: Float64


@dataclass(slots=True)
class TrackRecord:
    """One track.

    Attributes:
        student: Votes of the first verifier.
        expert: Votes of the expensive one.
        confidence: How often the detector is right at its scores of the last second or two, in the
            mean; the scores themselves where it does not say.
        seen_at: Seconds of the last frame it was in.
        looked_at: Seconds of the last look.
        height: Height in pixels of the box at that look.
        colour: Mean BGR (3,) of the upper body at that look.
        present: Whether the track had a box in the last frame it was looked for in.
        class_id: The class that was given to it last, None before the first verdict.
        is_person: Whether it was taken for a person of the game last.
        waypoints: The last places in metres, at most two, some time apart.
    """

    student: Votes = field(default_factory=Votes)
    expert: Votes = field(default_factory=Votes)
    confidence: float = 0.0
    seen_at: float = 0.0
    looked_at: float = -np.inf
    height: float = 0.0
    colour: Float64 = field(default_factory=lambda: np.zeros(3))
    present: bool = True
    class_id: int | None = None
    is_person: bool = True
    waypoints: tuple[Waypoint, ...] = ()

    @property
    def looks(self) -> float:
        """Looks of both verifiers, faded with time."""
        return self.student.looks + self.expert.looks

    def add_scores(self, scores: Float64) -> None:
        """Take in how often the detector is right, or its scores, (k,), of a second."""
        if len(scores):
            before = self.confidence or float(scores.mean())
            self.confidence = (before + float(scores.mean())) / 2

    def decide(self, detected: int) -> int:
        """Decide what the track is.

        Args:
            detected: The role (a class id) that the detector's votes give it.

        Returns:
            Its class: the verifiers' where that is a person, else the detector's.
        """
        self.is_person = not self.looks or self.person_margin >= 0
        if self.looks and self.is_person:
            self.class_id = int(PEOPLE[int(self._roles(detected).argmax())])
        else:
            self.class_id = detected
        return self.class_id

    def margin(self, detected: int) -> float:
        """How far, in log odds, the verdict is from another one; infinite before any look."""
        if not self.looks:
            return np.inf
        second, first = np.sort(self._roles(detected))[-2:].tolist()
        person = self.person_margin
        return -person if person < 0 else min(person, first - second)

    @property
    def person_margin(self) -> float:
        """Log odds of a person above those at which the track is dropped, detector included."""
        mean = self.student.mean_person + EXPERT_WEIGHT * self.expert.mean_person
        detected = float(log_odds(self.confidence, least=_TINY))
        return mean - _KEEP_ODDS + max(0.0, detected)

    def _roles(self, detected: int) -> Float64:
        """Log scores (3,) of the roles in ``PEOPLE``: the verifiers', the detector's, and habit."""
        roles = np.array(PEOPLE)
        mean = self.student.mean_roles + EXPERT_WEIGHT * self.expert.mean_roles
        return np.asarray(
            mean + ROLE_PRIOR * (roles == detected) + HABIT * (roles == self.class_id)
        )


class TrackRecords:
    """The tracks of one shot; made anew at each cut, so that no label outlives it."""

    def __init__(self) -> None:
        self._records: dict[int, TrackRecord] = {}
        self.looked = 0
        """Frames looked at."""
        self.filled = 0
        """Those in which an object was detected."""
        self._now = 0.0

    def __getitem__(self, tracker_id: int) -> TrackRecord:
        """The record of a track; made where there is none."""
        if tracker_id not in self._records:
            self._records[tracker_id] = TrackRecord()
        return self._records[tracker_id]

    def items(self) -> ItemsView[int, TrackRecord]:
        """All records by ``tracker_id``, in the order in which they were made."""
        return self._records.items()

    def advance(self, time: float) -> None:
        """Go on to a later time in seconds: old votes fade, tracks long gone are forgotten."""
        factor = float(np.exp(-max(time - self._now, 0.0) / MEMORY))
        self._now = time
        for record in self._records.values():
            record.student.fade(factor)
            record.expert.fade(factor)
        self._records = {
            track: record
            for track, record in self._records.items()
            if time - record.seen_at < FORGOTTEN
        }

    def count(self, frames: Sequence[TrackedFrame]) -> None:
        """Count the frames looked at, and those of them in which an object was detected."""
        looked = [frame.objects for frame in frames if frame.image is not None]
        self.looked += len(looked)
        self.filled += sum(not objects.is_filled.all() for objects in looked)

    @property
    def coverage(self) -> float:
        """Share of the frames looked at so far in which there was an object."""
        return self.filled / self.looked if self.looked else 1.0


def add_student_votes(table: WindowTable, rows: Int64, tracks: TrackRecords) -> None:
    """Add the first verifier's looks at ``rows`` (k,) to the tracks of detected people."""
    tracker_id, weight = table.objects.tracker_id, table.weight
    people = rows[table.detected_people[rows]]
    for track in np.unique(tracker_id[people]).tolist():
        mine = people[tracker_id[people] == track]
        record, last = tracks[track], int(mine[-1])
        record.student.add(table.probabilities[mine], weight[mine])
        record.looked_at = table.frame(last).time
        record.height = float(table.heights[last])
        record.colour = table.shirt(last)


def add_expert_votes(table: WindowTable, rows: Int64, tracks: TrackRecords) -> None:
    """Add the expensive verifier's looks at ``rows`` (k,) to the tracks of detected people."""
    weight = table.weight
    for row in rows[table.detected_people[rows]].tolist():
        look = slice(row, row + 1)
        record = tracks[int(table.objects.tracker_id[row])]
        record.expert.add(table.probabilities[look], weight[look])


def decide(table: WindowTable, tracks: TrackRecords) -> WindowTable:
    """Give each person the class of its track.

    What was filled in takes the verifier's probability as its confidence: nobody else has one.
    """
    objects = table.objects
    filled = objects.is_filled
    class_id = objects.class_id.copy()
    believed = objects.believed
    for track in np.unique(objects.tracker_id[~objects.is_ball]).tolist():
        mine = np.flatnonzero(objects.tracker_id == track)
        record, last = tracks[track], int(mine[-1])
        record.add_scores(believed[mine[~filled[mine]]])
        record.seen_at = table.frame(last).time
        class_id[mine] = record.decide(int(objects.class_id[last]))
    confidence = np.where(filled & np.isfinite(table.verified), table.verified, objects.confidence)
    return replace(table, objects=replace(objects, class_id=class_id, confidence=confidence))
