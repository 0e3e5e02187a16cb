"""People tracked online: ids that hold, roles that hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import supervision as sv

from touchline.arrays import Bools, Float64, Indices, Int64, require_homography
from touchline.errors import UsageError, require_number, require_whole
from touchline.frame import UNTOLD, ClassId, Objects, Source
from touchline.geometry import centre_form, corner_form
from touchline.tracking.appearance import LENGTH, clear_appearances, mixed, unlikeness
from touchline.tracking.association import GATE, WIDE_GATE, assign, costs
from touchline.tracking.foreign import renumbered, require_detections
from touchline.tracking.kalman import VALUE, MotionModel
from touchline.tracking.steadying import missed_shift

RECENT = 0.25
"""Seconds without a detection up to which a track still competes in the first stage."""
YOUNG_PATIENCE = 0.4
"""Seconds a track that was seen once or twice is kept without a detection."""
FURTHEST = 5.0
"""Seconds for which a position is carried on at most: after a pause anything could fit."""
STEADY = 1.0
"""Seconds without a detection up to which a track tells by how much all are off."""
MEMORY = 8.0
"""Seconds in which a vote on a role falls to 37 %."""


@dataclass(slots=True)
class _Tracks:
    """All tracks as columns of equal length n.

    Attributes:
        state: float64 (n, 5, 4), see ``kalman.MotionModel``.
        ids: int (n,).
        votes: float64 (n, 4), one column per class.
        unseen: float64 (n,) seconds since the last detection.
        hits: int (n,) number of detections so far.
        look: float64 (n, 6) what they look like, NaN where that is not known yet.
    """

    state: Float64
    ids: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    votes: Float64 = field(default_factory=lambda: np.empty((0, len(ClassId))))
    unseen: Float64 = field(default_factory=lambda: np.empty(0))
    hits: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    look: Float64 = field(default_factory=lambda: np.empty((0, LENGTH)))

    def keep(self, rows: Bools) -> None:
        """Drop the tracks not in the mask (n,)."""
        for name in ("ids", "state", "votes", "unseen", "hits", "look"):
            setattr(self, name, getattr(self, name)[rows])

    def add(self, ids: Int64, state: Float64) -> None:
        """Append k new tracks, unseen and without votes."""
        count = len(ids)
        self.ids = np.concatenate([self.ids, ids])
        self.state = np.concatenate([self.state, state])
        self.votes = np.concatenate([self.votes, np.zeros((count, len(ClassId)))])
        self.unseen = np.concatenate([self.unseen, np.zeros(count)])
        self.hits = np.concatenate([self.hits, np.zeros(count, dtype=np.int64)])
        self.look = np.concatenate([self.look, np.full((count, LENGTH), np.nan)])


class PlayerTracker:
    """Gives each person on the pitch an id, online, frame by frame.

    Associates in stages as ByteTrack does (Zhang et al. 2022): sure detections with tracks just
    seen, then unsure detections with those left over, then sure ones with tracks lost for a while.
    A sure detection always comes back, with a new id where no track fits; an unsure one only where
    it continues a track. Moves all tracks with the camera before it compares, and by what the
    camera's motion has left over, if most are off by the same. Compares what people look like too,
    where the pipeline has said it. The class of a track
    is voted on over time, weighted by confidence, so that one odd frame changes nothing; the
    detector's own word stays in ``data["detected_class_id"]``.

    Args:
        fps: Frames a second of what ``update`` is called with.
        high: Confidence from which a detection is sure.
        low: Confidence below which a detection is ignored.
        patience: Seconds a track is kept without a detection.
        smooth: Return the filter's boxes, marked ``tracked``, instead of the detector's.
        first_id: Id of the first track; ids count up from there and are never used again.
        classes: The ``ClassId`` of each class number of ``update``'s detections, such as
            ``{0: ClassId.PLAYER, 32: ClassId.BALL}`` for COCO's; others are left out. None is
            ``ClassId``'s own numbers.
        model: How people move; None is a ``MotionModel`` as it comes.

    Raises:
        UsageError: A value is out of its range.
    """

    def __init__(
        self,
        fps: float = 25.0,
        *,
        high: float = 0.45,
        low: float = 0.1,
        patience: float = 1.5,
        smooth: bool = True,
        first_id: int = 1,
        classes: Mapping[int, int] | None = None,
        model: MotionModel | None = None,
    ) -> None:
        for name, value in (("fps", fps), ("patience", patience), ("high", high), ("low", low)):
            require_number(name, value)
        require_whole("first_id", first_id, least=0)
        if strange := set((classes or {}).values()) - set(ClassId):
            raise UsageError(f"classes stand for members of ClassId; got {strange}")
        if fps <= 0 or patience < 0 or not 0 <= low <= high <= 1:
            raise UsageError(
                f"PlayerTracker needs fps > 0, patience >= 0 and 0 <= low <= high <= 1; "
                f"got fps={fps}, patience={patience}, low={low}, high={high}"
            )
        self.next_id = first_id
        self._fps, self._patience, self._smooth = fps, patience, smooth
        self._high, self._low = high, low
        self._classes = classes
        self._model = model or MotionModel()
        self._tracks = _Tracks(self._model.start(np.empty((0, 4))))

    def update(
        self,
        detections: sv.Detections,
        camera_motion: Float64 | None = None,
        *,
        frames: float = 1,
    ) -> sv.Detections:
        """Take the next frame's detections and give them ids.

        Args:
            detections: Boxes in pixels; balls are left out, a missing ``confidence`` means 1 and a
                missing ``class_id`` a player.
            camera_motion: (3, 3) homography from the pixels of the last frame given to those of
                this one; None for a camera that stands still.
            frames: How many frames of ``fps`` have passed since the last call.

        Returns:
            The people of this frame in the order given, with ``tracker_id``, the voted
            ``class_id``, ``data["source"]`` and ``data["detected_class_id"]``; ``mask`` and what
            else is in ``data`` stay with their box.

        Raises:
            UsageError: A class is none of ``ClassId`` (COCO's are not), a box or a confidence is
                not finite, a column has another length, or the motion is no homography.
        """
        require_detections(detections, is_mapped=self._classes is not None)
        require_number("frames", frames, above=0)
        if camera_motion is not None:
            camera_motion = require_homography("camera_motion", camera_motion)
        if self._classes is not None:
            detections = renumbered(detections, self._classes)
        objects = Objects.from_supervision(detections)
        return self.track(objects, camera_motion, frames=frames).to_supervision()

    def track(self, objects: Objects, camera_motion: Float64 | None, *, frames: float) -> Objects:
        """Do what ``update`` does, from table to table."""
        people = _People.of(objects, self._low)
        self._advance(frames / self._fps, camera_motion, people)
        owner = self._associate(people)
        self._begin(owner, people)
        self._learn(owner, people)
        answer = self._answer(owner, people)
        self._forget(frames / self._fps)
        return answer

    def roles(self) -> dict[int, int]:
        """Tell the class that the votes so far give to each id that is still tracked."""
        votes = self._tracks.votes.argmax(axis=1)
        return dict(zip(self._tracks.ids.tolist(), votes.tolist(), strict=True))

    def looks(self) -> dict[int, Float64]:
        """Tell what each id that is still tracked looks like (6,), NaN where that is not known."""
        return dict(zip(self._tracks.ids.tolist(), self._tracks.look, strict=True))

    def _advance(self, seconds: float, camera_motion: Float64 | None, people: "_People") -> None:
        """Predict every track into the new frame, and see whether the camera went another way."""
        tracks = self._tracks
        tracks.state = self._model.predict(tracks.state, min(seconds, FURTHEST))
        if camera_motion is not None:
            tracks.state = self._model.move_with_camera(tracks.state, camera_motion)
        tracks.unseen = tracks.unseen + seconds
        tracks.votes = tracks.votes * np.exp(-seconds / MEMORY)
        known = (tracks.hits > 1) & (tracks.unseen <= STEADY)
        sure = people.confidence >= self._high
        tracks.state[:, VALUE, :2] += missed_shift(tracks.state[known, VALUE], people.boxes[sure])

    def _associate(self, people: "_People") -> Indices:
        """Row of the track that each detection continues (m,), -1 for none."""
        owner = np.full(len(people.boxes), -1, dtype=np.intp)
        sure = people.confidence >= self._high
        recent = self._tracks.unseen <= RECENT
        everything = np.ones_like(recent)
        free = everything.copy()
        variance = self._model.variance(people.boxes)
        unlike = unlikeness(self._tracks.look, people.look)
        stages = (
            (sure, recent, GATE),
            (~sure, recent, GATE),
            (sure, everything, GATE),
            (sure, recent, WIDE_GATE),
        )
        for looked_at, tracks, gate in stages:
            columns = np.flatnonzero(looked_at & (owner < 0))
            rows = np.flatnonzero(tracks & free)
            if len(rows) == 0 or len(columns) == 0:
                continue
            cost = costs(
                self._tracks.state[rows],
                people.boxes[columns],
                variance[columns],
                unlike=unlike[np.ix_(rows, columns)],
                gate=gate,
            )
            picked, given = assign(cost)
            owner[columns[given]] = rows[picked]
            free[rows[picked]] = False
        return owner

    def _begin(self, owner: Indices, people: "_People") -> None:
        """Start a track for every sure detection without one, and enter it in ``owner`` (m,)."""
        fresh = np.flatnonzero((owner < 0) & (people.confidence >= self._high))
        owner[fresh] = len(self._tracks.ids) + np.arange(len(fresh))
        ids = np.arange(self.next_id, self.next_id + len(fresh), dtype=np.int64)
        self._tracks.add(ids, self._model.start(people.boxes[fresh]))
        self.next_id += len(fresh)

    def _learn(self, owner: Indices, people: "_People") -> None:
        """Correct the tracks that were seen; what has just begun already is where it was seen."""
        tracks, seen = self._tracks, owner >= 0
        old = seen.copy()
        old[seen] = tracks.hits[owner[seen]] > 0
        corrected = self._model.correct(tracks.state[owner[old]], people.boxes[old])
        tracks.state[owner[old]] = corrected
        tracks.unseen[owner[seen]] = 0
        tracks.hits[owner[seen]] += 1
        weight = np.where(people.objects.role_seen, 1.0, UNTOLD) * people.confidence
        tracks.votes[owner[seen], people.class_id[seen]] += weight[seen]
        look, hits = tracks.look[owner[seen]], tracks.hits[owner[seen]]
        tracks.look[owner[seen]] = mixed(look, people.look[seen], hits)

    def _answer(self, owner: Indices, people: "_People") -> Objects:
        seen = owner >= 0
        rows, tracks = owner[seen], self._tracks
        smoothed = self._smooth & (tracks.hits[rows] > 1)
        boxes = np.where(smoothed[:, None], tracks.state[rows, VALUE], people.boxes[seen])
        return replace(
            people.objects[seen],
            xyxy=corner_form(boxes),
            class_id=tracks.votes[rows].argmax(axis=1),
            tracker_id=tracks.ids[rows],
            source=np.where(smoothed, Source.TRACKED.value, Source.DETECTED.value).astype("U12"),
            detected_class_id=people.class_id[seen],
        )

    def _forget(self, step: float) -> None:
        """Drop what was not seen for too long, but never for a single look a step apart."""
        tracks = self._tracks
        young = min(YOUNG_PATIENCE, self._patience)
        patience = np.where(tracks.hits < 3, max(young, 1.5 * step), self._patience)
        tracks.keep(tracks.unseen <= patience)


@dataclass(frozen=True, slots=True)
class _People:
    """The detections of people that are sure enough, their boxes (m, 4) in centre form too.

    ``look`` (m, 6) is what they look like, NaN where that is not known.
    """

    objects: Objects
    boxes: Float64
    look: Float64

    @classmethod
    def of(cls, objects: Objects, low: float) -> "_People":
        people = objects[~objects.is_ball & (objects.confidence >= low)]
        return cls(people, centre_form(people.xyxy), clear_appearances(people))

    @property
    def confidence(self) -> Float64:
        return self.objects.confidence

    @property
    def class_id(self) -> Int64:
        return self.objects.class_id
