"""Who comes back: a new track may go on under the id of a person lost before, in the same shot.

A track ends when nobody is seen where it should be for a while: behind others, out of the picture
while the camera pans, in a blind spell. Frames are given out a second late, so when the first box
of a track leaves, a second of it is known, and the pitch too. It is then held against all who are
lost: the place in metres, where each of them may have walked since, and the colours of his kit. The
answer is a probability against that of somebody new, which falls as more of the people that a match
has are known. An id that has been given out never changes.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Float64
from touchline.frame import NO_ID, Objects
from touchline.geometry import centre_form, project_points, warp_points
from touchline.tracking.appearance import LENGTH

IDENTITY = "identity_confidence"
"""Column of ``Objects.extra``: probability that the id is the person it was given to first."""
SURE = 0.6
"""Probability from which somebody new is taken for somebody lost."""
FORGOTTEN = 12.0
"""Seconds after which nobody is waited for any more."""
BLURRED = 2.5
"""The same where no homography tells the place, and the camera's motion must."""
UNSURE, WALK, BEND = 0.6, 1.0, 1.4
"""Metres (standard deviation) by which a place is unknown at once, and after t seconds: t to the
power of ``BEND`` times ``WALK`` more. Measured on tracks of broadcasts: 1.7, 3.5, 5.8 and 8 after 1
to 4 seconds."""
RELAXATION = 2.0
"""Seconds in which a speed falls to 37 %."""
SPEED_OVER = 0.6
"""Seconds over which a speed is told."""
FASTEST = 8.0
"""Metres a second that are believed."""
PEOPLE, LEAST_NEW, GROUND = 25, 4, 7140.0
"""People in a match, how many are always thought to be still unknown, and square metres."""
KIT = 0.05
"""Standard deviation of what a track looks like from one time to another."""
ODD_KIT = 0.003
"""Chance that a kit looks quite another."""
UNSEEN = 0.1
"""What the place counts for where a kit was never seen free of others."""
BRIEF, DOUBT = 5, 0.3
"""Frames up to which a track may have been nobody, and what it counts for then."""
TALL = 1.8
"""Metres that a box is high."""


@dataclass(slots=True)
class _Person:
    """One who has an id: where he was last, and how he looks.

    Attributes:
        track: The track that is his now, or was last.
        confidence: Probability that all tracks under his id are his.
        seconds: When he was last seen.
        foot: float64 (2,) where he stood then, in metres on the pitch; NaN where unknown.
        box: float64 (4,) in centre form, in the pixels of that frame.
        moved: float64 (3, 3) homography from the first frame's pixels to that frame's.
        way: Earlier times and places, as far as a speed is told from.
        look: float64 (6,) NaN where unknown.
        frames: In how many frames he was seen.
    """

    track: int
    confidence: float = 1.0
    seconds: float = 0.0
    foot: Float64 = field(default_factory=lambda: np.full(2, np.nan))
    box: Float64 = field(default_factory=lambda: np.zeros(4))
    moved: Float64 = field(default_factory=lambda: np.eye(3))
    way: deque[tuple[float, Float64]] = field(default_factory=lambda: deque(maxlen=3))
    look: Float64 = field(default_factory=lambda: np.full(LENGTH, np.nan))
    frames: int = 0

    def see(self, moment: "_Moment", row: int) -> None:
        """Note where he is now, and what he looks like by now."""
        self.seconds, self.moved = moment.seconds, moment.moved
        self.foot, self.box = moment.feet[row], moment.boxes[row]
        self.frames += 1
        self.look = moment.looks.get(self.track, self.look)
        if not self.way or self.seconds - self.way[-1][0] >= SPEED_OVER / 2:
            self.way.append((self.seconds, self.foot))

    @property
    def speed(self) -> Float64:
        """Metres a second (2,) when he was last seen; 0 where unknown."""
        seconds, foot = self.way[0]
        if self.seconds - seconds < SPEED_OVER / 2:
            return np.zeros(2)
        speed = np.nan_to_num((self.foot - foot) / (self.seconds - seconds))
        return np.asarray(speed * min(1.0, FASTEST / max(float(np.linalg.norm(speed)), 1e-9)))


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A frame: when, where its n boxes are, in centre form, and what its tracks look like."""

    seconds: float
    moved: Float64
    boxes: Float64
    feet: Float64
    looks: Mapping[int, Float64]


class Identities:
    """Gives the people of one shot their ids, frame by frame, as the frames leave.

    Args:
        new_id: Gives an id that nobody has.
        rejoin: Whether tracks are joined; else each is somebody of his own.
    """

    def __init__(self, new_id: Callable[[], int], *, rejoin: bool = True) -> None:
        self._new_id, self._rejoin = new_id, rejoin
        self._people: dict[int, _Person] = {}
        self._names: dict[int, int] = {}
        self._moved: Float64 = np.eye(3)

    def name(
        self,
        objects: Objects,
        camera_motion: Float64,
        *,
        seconds: float,
        homography: Float64 | None,
        looks: Mapping[int, Float64],
        ahead: Collection[int],
    ) -> Objects:
        """Put ids in the place of tracks.

        Args:
            objects: Of the next frame; each person's ``tracker_id`` is his track.
            camera_motion: (3, 3) homography from the last frame's pixels to this one's.
            seconds: The frame's time.
            homography: (3, 3) from pixels to metres on the pitch, or None.
            looks: What each track looks like (6,) as far as it is known by now.
            ahead: Tracks that are known to be seen in this frame or later.

        Returns:
            The same with ids, and ``identity_confidence`` (n,), float32; NaN for a ball.
        """
        self._moved = camera_motion @ self._moved
        self._moved /= np.linalg.norm(self._moved)
        feet = np.stack([objects.xyxy[:, [0, 2]].mean(axis=1), objects.xyxy[:, 3]], axis=1)
        metres = np.full_like(feet, np.nan)
        if homography is not None:
            metres = project_points(feet, homography)
        moment = _Moment(seconds, self._moved, centre_form(objects.xyxy), metres, looks)
        rows, tracks = np.flatnonzero(~objects.is_ball).tolist(), objects.tracker_id.tolist()
        strange = []
        for row in rows:
            person = self._people.get(self._names.get(tracks[row], NO_ID))
            if person is not None and person.track == tracks[row]:
                person.see(moment, row)
            else:
                strange.append(row)
        if strange:
            self._welcome(strange, tracks, moment, ahead)
        ids, confidence = objects.tracker_id.copy(), np.full(len(objects), np.nan, np.float32)
        for row in rows:
            ids[row] = self._names[tracks[row]]
            confidence[row] = self._people[self._names[tracks[row]]].confidence
        self._forget(seconds)
        return replace(objects, tracker_id=ids, extra={IDENTITY: confidence, **objects.extra})

    def _welcome(
        self, rows: list[int], tracks: list[int], moment: _Moment, ahead: Collection[int]
    ) -> None:
        """Find out who those are whose track begins in this frame."""
        lost = [
            name
            for name, each in self._people.items()
            if self._rejoin and each.seconds < moment.seconds and each.track not in ahead
        ]
        found = self._recognise(rows, tracks, moment, lost) if lost else {}
        for row in rows:
            name, confidence = found.get(row, (tracks[row], 1.0))
            if row not in found:
                name = self._new_id() if name in self._people else name
                self._people[name] = _Person(tracks[row])
            person = self._people[name]
            person.track, person.confidence = tracks[row], person.confidence * confidence
            person.way.clear()
            self._names[tracks[row]] = name
            person.see(moment, row)

    def _recognise(
        self, rows: list[int], tracks: list[int], moment: _Moment, lost: list[int]
    ) -> dict[int, tuple[int, float]]:
        """Who of the lost each of the strange ones is, and how probably; others are left out."""
        people = [self._people[name] for name in lost]
        unknown = np.full(LENGTH, np.nan)
        looks = np.array([moment.looks.get(tracks[row], unknown) for row in rows])
        everybody = np.array([each.look for each in self._people.values()])
        kits = np.array([each.look for each in people])
        odds = _densities(people, moment, rows) * _rarity(looks, kits, everybody)
        odds *= np.where([each.frames < BRIEF for each in people], DOUBT, 1.0)
        new = max(LEAST_NEW, PEOPLE - len(self._people)) / GROUND
        rivals = odds.sum(axis=0)[None] + odds.sum(axis=1)[:, None] - odds
        probability = odds / (rivals + new)
        picked, given = linear_sum_assignment(-probability)
        return {
            rows[i]: (lost[j], float(probability[i, j]))
            for i, j in zip(picked.tolist(), given.tolist(), strict=True)
            if probability[i, j] >= SURE
        }

    def _forget(self, seconds: float) -> None:
        """Wait no longer for those who were not seen for long."""
        gone = [n for n, each in self._people.items() if seconds - each.seconds > FORGOTTEN]
        for name in gone:
            del self._people[name]
        if gone:
            self._names = {t: name for t, name in self._names.items() if name in self._people}


def _densities(people: list[_Person], moment: _Moment, rows: list[int]) -> Float64:
    """How probable a square metre is, in which a box (k) is, for each of the people (n): (k, n)."""
    ago = moment.seconds - np.array([each.seconds for each in people])
    spread = UNSURE + WALK * ago**BEND
    reach = RELAXATION * (1 - np.exp(-ago / RELAXATION))
    feet = np.array([each.foot for each in people])
    expected = feet + reach[:, None] * np.array([each.speed for each in people])
    apart = np.linalg.norm(moment.feet[rows][:, None] - expected[None], axis=2)
    motions = [moment.moved @ np.linalg.inv(each.moved) for each in people]
    pairs = zip(people, motions, strict=True)
    seen = np.concatenate([warp_points(each.box[None, :2], motion) for each, motion in pairs])
    boxes = moment.boxes[rows]
    heights = np.maximum(boxes[:, None, 3], 1)
    in_picture = TALL * np.linalg.norm(boxes[:, None, :2] - seen[None], axis=2) / heights
    in_picture[:, ago > BLURRED] = np.inf
    apart = np.where(np.isnan(apart), in_picture, apart)
    return np.asarray(np.exp(-0.5 * (apart / spread) ** 2) / (2 * np.pi * spread**2))


def _rarity(looks: Float64, kits: Float64, everybody: Float64) -> Float64:
    """How much more alike strangers (k, 6) look to the lost (n, 6) than to anybody: (k, n)."""
    alike, anybody = _alike(looks, kits), _alike(looks, everybody)
    known = ~np.isnan(anybody)
    usual = np.where(known, anybody, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(np.isnan(alike), UNSEEN, alike / np.maximum(usual, ODD_KIT)[:, None])


def _alike(first: Float64, second: Float64) -> Float64:
    apart = (((first[:, None] - second[None]) / KIT) ** 2).mean(axis=2)
    return np.asarray(np.exp(-apart) + ODD_KIT)
