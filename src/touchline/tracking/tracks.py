"""Tracking as a stream: one frame in, complete frames out a little later."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np

from touchline.arrays import Float64
from touchline.errors import UsageError, require_number
from touchline.frame import NO_CLASS, Objects, Source, concatenate, missing
from touchline.tracking.adapters import AdaptedTracker, NewTracker
from touchline.tracking.ball import BallPath, Sighting
from touchline.tracking.gaps import between, discounted
from touchline.tracking.players import PlayerTracker
from touchline.tracking.smoothing import SmoothingModel, smooth
from touchline.tracking.window import Window

HALF_LIFE = 0.5
"""Seconds from the nearer detection in which an interpolated box loses half its confidence."""

BALL_GAP = 0.7
"""Longest time in seconds for which the ball is interpolated: it bends and bounces sooner."""

_PLAYERS = partial(PlayerTracker, smooth=False)
"""The tracker of our own; ``Tracks`` smooths, from both sides."""


class Tracker(Protocol):
    """Gives the people of one shot ids: a ``PlayerTracker`` or an ``AdaptedTracker``."""

    next_id: int
    """The first id that is still free."""

    def track(self, objects: Objects, camera_motion: Float64 | None, *, frames: float) -> Objects:
        """The people among the objects of the next frame looked at, each with its id.

        Args:
            objects: What the detector found, the ball too.
            camera_motion: (3, 3) homography from the pixels of the last frame given to this one's.
            frames: Frames of the clip's rate since the last call; whole where they come evenly.
        """

    def roles(self) -> Mapping[int, int]:
        """What is known by now of the class of each id; those left out keep theirs."""

    def looks(self) -> Mapping[int, Float64]:
        """What is known by now of the appearance (6,) of each id, see ``appearance``."""


class Tracks:
    """People and ball of one shot, complete in every frame.

    Frames are pushed in order; those the detector did not look at, and short misses, are filled
    between two detections of the same track. For that an answer waits until a gap can no longer be
    closed: ``delay`` seconds. Everything else is the work of ``PlayerTracker`` and ``BallPath``.

    Args:
        fps: Frames a second of the video, looked at or not.
        size: Width and height of the frames in pixels.
        delay: Seconds that an answer is held back; also the longest gap of a person that is
            filled.
        first_id: Id of the ball; people get the ids after it.
        new_tracker: Makes what gives people ids, see ``adapters``; None is a ``PlayerTracker``. One
            that it makes is taken as it is: with ``smooth=False`` it is used as ours.

    Raises:
        UsageError: A value is out of its range.
    """

    def __init__(
        self,
        fps: float,
        size: tuple[int, int],
        *,
        delay: float = 1.0,
        first_id: int = 1,
        new_tracker: NewTracker | None = None,
    ) -> None:
        require_number("fps", fps)
        require_number("delay", delay)
        if fps <= 0 or delay < 0 or min(size) < 1:
            raise UsageError(
                f"Tracks needs fps > 0, delay >= 0 and a size in pixels; "
                f"got fps={fps}, delay={delay}, size={size}"
            )
        self._fps = fps
        self._lag = round(delay * fps)
        self._half_life = HALF_LIFE * fps
        self._ball_id = first_id
        self._players = _tracker(new_tracker or _PLAYERS, fps, first_id=first_id + 1)
        self._ball_window = 2 * delay + 1
        self._ball = BallPath(fps, size, window=self._ball_window, reach=min(delay, BALL_GAP))
        self._waiting: deque[list[Objects]] = deque()
        self._reach = max(round(SmoothingModel().reach * fps), 1)
        self._window = Window(max(self._ball_window * fps, self._lag + self._reach) + 2)
        self._oldest = 0
        self._looked = -1.0
        self._moved = np.eye(3)
        self._seen: dict[int, tuple[int, int]] = {}
        self._history: dict[int, Objects] = {}
        self._balls: dict[int, Objects] = {}

    @property
    def next_id(self) -> int:
        """The first id that is still free; the next shot counts on from it."""
        return self._players.next_id

    @property
    def is_own(self) -> bool:
        """Whether a ``PlayerTracker`` gives the ids, and not a tracker that is not ours."""
        return isinstance(self._players, PlayerTracker)

    def new_id(self) -> int:
        """An id that nobody has."""
        self._players.next_id += 1
        return self._players.next_id - 1

    def looks(self) -> Mapping[int, Float64]:
        """What each person looks like (6,), as far as it is known by now."""
        return self._players.looks()

    def seen_since(self, frame: int) -> set[int]:
        """Tracks that were seen in a frame, counted from 0, or later; one of those held back."""
        return {track for track, (last, _) in self._seen.items() if last >= frame}

    def push(
        self, detections: Objects | None, camera_motion: Float64, *, beat: float | None = None
    ) -> list[Objects]:
        """Take the next frame and give the frames that are complete now.

        Args:
            detections: What the detector found, or None where it did not look.
            camera_motion: (3, 3) homography from the last frame's pixels to this one's.
            beat: Its place in time, in frames of ``fps``; None is one after the last.

        Returns:
            One frame where they come evenly, the ball last, as precise as supervision has it
            (float32); after a pause several.
        """
        self._waiting.append([])
        self._window.push(camera_motion, beat=beat)
        self._moved = camera_motion @ self._moved
        if detections is not None:
            self._look(self._window.newest, detections)
        newest, complete = self._window.beat(self._window.newest), []
        while self._waiting and newest - self._window.beat(self._oldest) >= self._lag:
            complete.append(self._pop())
        # A gap may begin in the last frame that was given.
        self._window.forget(max(0, min(self._oldest - 1, self._window.newest)))
        return complete

    def flush(self) -> list[Objects]:
        """Give the frames still held back; the shot is over."""
        return [self._pop() for _ in range(len(self._waiting))]

    def _look(self, frame: int, detections: Objects) -> None:
        """Track what was detected, and fill what lies between."""
        beat = self._window.beat(frame)
        people = self._players.track(detections, self._moved, frames=beat - self._looked)
        balls = self._balls[frame] = detections[detections.is_ball]
        candidates = np.concatenate([balls.xyxy, balls.believed[:, None]], axis=1)
        self._ball.push(frame, candidates, people.xyxy, self._moved, beat=beat)
        self._looked, self._moved = beat, np.eye(3)
        self._waiting[-1].append(people)
        self._history[frame] = people
        self._close_gaps(frame, people)
        self._remember(frame, people)

    def _close_gaps(self, frame: int, people: Objects) -> None:
        """Fill the frames in which people seen now were missed, where they are still held back."""
        last = [self._seen.get(track, (frame, 0)) for track in people.tracker_id.tolist()]
        since, place = np.array(last, dtype=np.intp).reshape(-1, 2).T
        for start in np.unique(since[(since >= self._oldest - 1) & (since < frame - 1)]).tolist():
            rows = np.flatnonzero(since == start)
            ends = self._history[start][place[rows]], people[rows]
            for index, boxes in enumerate(self._between(start, frame, *ends)):
                self._waiting[start + 1 + index - self._oldest].append(boxes)

    def _between(self, start: int, frame: int, first: Objects, last: Objects) -> list[Objects]:
        """Boxes in each frame between two detections of the same objects."""
        places = self._window.beats(range(start, frame + 1)) - self._window.beat(start)
        inner, steps = places[1:-1], places[-1]
        motions = self._window.path(start, frame)
        boxes = between(first.xyxy, last.xyxy, motions, shares=inner / steps)
        ends = first.confidence, last.confidence
        fade = discounted(*ends, steps, half_life=self._half_life, inner=inner)
        return [_unseen(*each, last) for each in zip(boxes, fade, strict=True)]

    def _remember(self, frame: int, people: Objects) -> None:
        """Note where each person was last seen; forget who cannot be filled any more."""
        for row, track in enumerate(people.tracker_id.tolist()):
            self._seen[track] = (frame, row)
        self._seen = {t: seen for t, seen in self._seen.items() if seen[0] >= self._oldest - 1}
        first = self._window.beat(self._oldest) - self._reach
        while self._window.beat(next(iter(self._history))) < first:
            del self._history[next(iter(self._history))]
        first = self._window.beat(frame) - self._ball_window * self._fps
        while self._window.beat(next(iter(self._balls))) < first:
            del self._balls[next(iter(self._balls))]

    def _pop(self) -> Objects:
        """Take the oldest frame out of the line."""
        people = self._smoothed(concatenate([Objects.empty(), *self._waiting[0]]))
        answer = concatenate([people, *self._ball_at(self._oldest)])
        roles = self._players.roles()  # the votes up to now, also those cast after this frame
        for row, track in enumerate(answer.tracker_id.tolist()):
            answer.class_id[row] = roles.get(track, answer.class_id[row])
        self._waiting.popleft()
        self._oldest += 1
        return _rounded(answer)

    def _smoothed(self, answer: Objects) -> Objects:
        """Fit the boxes of the oldest frame to the detections around it."""
        now = self._window.beat(self._oldest)
        frames = [at for at in self._history if abs(self._window.beat(at) - now) <= self._reach]
        if not frames or len(answer) == 0:
            return answer
        warps = self._window.warps(frames, self._oldest)
        seconds = (self._window.beats(frames) - now) / self._fps
        return smooth(answer, [self._history[at] for at in frames], warps, seconds)

    def _ball_at(self, frame: int) -> list[Objects]:
        """The ball of a frame, seen or between two sightings: no or one piece."""
        path = {place.frame: place for place in self._ball.sightings()}
        if frame in path:
            return [self._seen_ball(path[frame])]
        later = next((place for place in path.values() if place.frame > frame), None)
        if later is None or later.follows is None or later.follows > frame:
            return []
        ends = self._seen_ball(path[later.follows]), self._seen_ball(later)
        return [self._between(later.follows, later.frame, *ends)[frame - later.follows - 1]]

    def _seen_ball(self, sighting: Sighting) -> Objects:
        """The candidate that a sighting stands for, as the one ball."""
        candidate = self._balls[sighting.frame][sighting.row : sighting.row + 1]
        return replace(
            candidate,
            tracker_id=np.array([self._ball_id]),
            source=np.array([Source.DETECTED.value], "U12"),
            detected_class_id=candidate.class_id,
        )


def _tracker(new_tracker: NewTracker, fps: float, *, first_id: int) -> Tracker:
    """What gives people ids: a ``PlayerTracker`` speaks tables, every other one is adapted."""
    tracker = new_tracker(fps)
    if not isinstance(tracker, PlayerTracker):
        return AdaptedTracker(tracker, first_id=first_id)
    tracker.next_id = first_id
    return tracker


def _rounded(objects: Objects) -> Objects:
    """What leaves the room is what people see: float32."""
    return replace(
        objects,
        xyxy=objects.xyxy.astype(np.float32).astype(np.float64),
        confidence=objects.confidence.astype(np.float32).astype(np.float64),
    )


def _unseen(xyxy: Float64, confidence: Float64, like: Objects) -> Objects:
    """Boxes (n, 4) that nobody saw, of the same objects as ``like``."""
    return Objects(
        xyxy=xyxy,
        confidence=confidence,
        class_id=like.class_id,
        tracker_id=like.tracker_id,
        source=np.full(len(xyxy), Source.INTERPOLATED.value, "U12"),
        detected_class_id=np.full(len(xyxy), NO_CLASS),
        extra={name: missing(column, len(xyxy)) for name, column in like.extra.items()},
    )
