"""What has been said of each track of a shot so far."""

from dataclasses import dataclass, field

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.verification.labels import PEOPLE

MEMORY = 8.0
"""Seconds in which what was said counts for 37 % of its weight."""
FORGOTTEN = 10.0
"""Seconds after which a track that does not come back is forgotten."""
KEEP = 0.4
"""Probability of a person below which a track is dropped, if the detector is in two minds itself;
with a surer detector it takes as much more, in log odds, as its score is above one half."""
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


@dataclass(slots=True)
class Opinion:
    """Looks at one track, summed up.

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

    def hear(self, probabilities: Float64, weight: Float64 | None = None) -> None:
        """Add looks (k, 6), each of a weight (k,) from 0 to 1."""
        weight = np.ones(len(probabilities)) if weight is None else weight
        roles = probabilities[:, list(PEOPLE)]
        person = np.clip(roles.sum(axis=1), _TINY, 1 - _TINY)
        odds = np.log(person / (1 - person)).clip(-PERSON_LIMIT, PERSON_LIMIT)
        self.looks += float(weight.sum())
        self.person += float(weight @ odds)
        self.role_looks += float(weight @ person)
        self.roles += (weight * person) @ np.log(np.maximum(roles / person[:, None], ROLE_FLOOR))

    def fade(self, factor: float) -> None:
        """Let all that was said count for less."""
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
class Anchor:
    """Where a track was for certain: seconds, and metres on the pitch.

    Attributes:
        time: Seconds from the first frame.
        foot: (2,) middle of the lower edge of the box.
        size: (2,) width and height that the box would have, upright, at that place.
    """

    time: float
    foot: Float64
    size: Float64


@dataclass(slots=True)
class Record:
    """One track.

    Attributes:
        student: What the first verifier said.
        expert: What the expensive one said.
        confidence: The detector's mean score, over the last second or two.
        seen_at: Seconds of the last frame it was in.
        looked_at: Seconds of the last look.
        height: Height in pixels of the box at that look.
        colour: Mean colour (3,) of the upper body at that look.
        present: Whether the track had a box in the last frame it was looked for in.
        class_id: The class that was given to it last, None before the first verdict.
        is_person: Whether it was taken for a person of the game last.
        anchors: The last places in metres, at most two, some time apart.
    """

    student: Opinion = field(default_factory=Opinion)
    expert: Opinion = field(default_factory=Opinion)
    confidence: float = 0.0
    seen_at: float = 0.0
    looked_at: float = -np.inf
    height: float = 0.0
    colour: Float64 = field(default_factory=lambda: np.zeros(3))
    present: bool = True
    class_id: int | None = None
    is_person: bool = True
    anchors: tuple[Anchor, ...] = ()

    @property
    def looks(self) -> float:
        """Looks of both, faded with time."""
        return self.student.looks + self.expert.looks

    def note_scores(self, scores: Float64) -> None:
        """Take in the detector's scores (k,) of a second."""
        if len(scores):
            before = self.confidence or float(scores.mean())
            self.confidence = (before + float(scores.mean())) / 2

    def judge(self, detected: int) -> int:
        """Settle what the track is.

        Args:
            detected: The role (a class id) that the detector's votes give it.

        Returns:
            Its class: the verdict's where that is a person, else the detector's.
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
        said = self.student.mean_person + EXPERT_WEIGHT * self.expert.mean_person
        return said - _log_odds(KEEP) + max(0.0, _log_odds(self.confidence))

    def _roles(self, detected: int) -> Float64:
        """Log scores (3,) of the roles in ``PEOPLE``: the verifiers', the detector's, and habit."""
        roles = np.array(PEOPLE)
        said = self.student.mean_roles + EXPERT_WEIGHT * self.expert.mean_roles
        return np.asarray(
            said + ROLE_PRIOR * (roles == detected) + HABIT * (roles == self.class_id)
        )


def _log_odds(probability: float) -> float:
    safe = min(max(probability, _TINY), 1 - _TINY)
    return float(np.log(safe / (1 - safe)))


class Ledger:
    """The records of one shot; made anew at each cut, so that no label outlives it."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        self.looked = 0
        """Frames looked at."""
        self.filled = 0
        """Those in which there was an object."""
        self._now = 0.0

    def __getitem__(self, tracker_id: int) -> Record:
        if tracker_id not in self._records:
            self._records[tracker_id] = Record()
        return self._records[tracker_id]

    def tracks(self) -> dict[int, Record]:
        """All records, by ``tracker_id``."""
        return self._records

    def advance(self, time: float) -> None:
        """Go on to a later time in seconds: old words fade, tracks long gone are forgotten."""
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

    def count(self, seen: Bools, with_object: Int64) -> None:
        """Count the frames looked at, (f,) True, and those of them (places) that have an object."""
        self.looked += int(seen.sum())
        self.filled += int(seen[np.unique(with_object)].sum())

    @property
    def coverage(self) -> float:
        """Share of the frames looked at so far in which there was an object."""
        return self.filled / self.looked if self.looked else 1.0
