"""Tracking as a stream: one frame in, complete frames out a little later."""

from collections import deque

import numpy as np
import supervision as sv

from touchline.arrays import Float64, Int64
from touchline.errors import UsageError
from touchline.frame import ClassId, Source
from touchline.tracking.ball import BallPath, Sighting
from touchline.tracking.gaps import between, discounted
from touchline.tracking.players import PlayerTracker
from touchline.tracking.rows import (
    Rows,
    classes,
    concatenated,
    confidences,
    empty,
    interpolated,
    sources,
)
from touchline.tracking.smoothing import SmoothingModel, smooth
from touchline.tracking.window import Window

HALF_LIFE = 0.5
"""Seconds from the nearer detection in which an interpolated box loses half its confidence."""

BALL_GAP = 0.7
"""Longest time in seconds for which the ball is interpolated: it bends and bounces sooner."""


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

    Raises:
        UsageError: A value is out of its range.
    """

    def __init__(
        self, fps: float, size: tuple[int, int], *, delay: float = 1.0, first_id: int = 1
    ) -> None:
        if fps <= 0 or delay < 0 or min(size) < 1:
            raise UsageError(
                f"Tracks needs fps > 0, delay >= 0 and a size in pixels; "
                f"got fps={fps}, delay={delay}, size={size}"
            )
        self._fps = fps
        self._lag = round(delay * fps)
        self._half_life = HALF_LIFE * fps
        self._ball_id = first_id
        self._players = PlayerTracker(fps, smooth=False, first_id=first_id + 1)
        self._ball = BallPath(fps, size, window=2 * delay + 1, reach=min(delay, BALL_GAP))
        self._waiting: deque[list[Rows]] = deque()
        self._reach = max(round(SmoothingModel().reach * fps), 1)
        self._window = Window(self._lag + max(self._lag, self._reach) + 2)
        self._oldest = 0
        self._looked = -1
        self._moved = np.eye(3)
        self._seen: dict[int, tuple[int, int]] = {}
        self._history: dict[int, Rows] = {}

    @property
    def next_id(self) -> int:
        """The first id that is still free; the next shot counts on from it."""
        return self._players.next_id

    def push(self, detections: sv.Detections | None, camera_motion: Float64) -> list[sv.Detections]:
        """Take the next frame and give the frames that are complete now.

        Args:
            detections: What the detector found, or None where it did not look.
            camera_motion: (3, 3) homography from the last frame's pixels to this one's.

        Returns:
            At most one frame: ``xyxy``, ``confidence``, ``class_id``, ``tracker_id``,
            ``data["source"]`` and ``data["detected_class_id"]`` (``NO_CLASS`` where not detected),
            the ball last.
        """
        self._waiting.append([])
        self._window.push(camera_motion)
        self._moved = camera_motion @ self._moved
        if detections is not None:
            self._look(self._window.newest, detections)
        return [self._pop()] if len(self._waiting) > self._lag else []

    def flush(self) -> list[sv.Detections]:
        """Give the frames still held back; the shot is over."""
        return [self._pop() for _ in range(len(self._waiting))]

    def _look(self, frame: int, detections: sv.Detections) -> None:
        """Track what was detected, and fill what lies between."""
        people = self._players.track(detections, self._moved, frames=frame - self._looked)
        self._ball.push(frame, _balls(detections), people.xyxy, self._moved)
        self._looked, self._moved = frame, np.eye(3)
        self._waiting[-1].append(people)
        self._history[frame] = people
        self._close_gaps(frame, people)
        self._remember(frame, people)

    def _close_gaps(self, frame: int, people: Rows) -> None:
        """Fill the frames in which people seen now were missed, where they are still held back."""
        last = [self._seen.get(track, (frame, 0)) for track in people.tracker_id.tolist()]
        since, place = np.array(last, dtype=np.intp).reshape(-1, 2).T
        for start in np.unique(since[(since >= self._oldest - 1) & (since < frame - 1)]).tolist():
            rows = np.flatnonzero(since == start)
            self._fill(start, frame, self._history[start][place[rows]], people[rows])

    def _fill(self, start: int, frame: int, first: Rows, last: Rows) -> None:
        """Add boxes between frame ``start`` and ``frame`` for people seen in both."""
        for index, boxes in enumerate(self._between(start, frame, first, last)):
            self._waiting[start + 1 + index - self._oldest].append(boxes)

    def _between(self, start: int, frame: int, first: Rows, last: Rows) -> list[Rows]:
        """Boxes in each frame between two detections of the same objects."""
        boxes = between(first.xyxy, last.xyxy, self._window.path(start, frame))
        ends = first.confidence, last.confidence
        fade = discounted(*ends, frame - start, half_life=self._half_life)
        return [interpolated(*each, last) for each in zip(boxes, fade, strict=True)]

    def _remember(self, frame: int, people: Rows) -> None:
        """Note where each person was last seen; forget who cannot be filled any more."""
        for row, track in enumerate(people.tracker_id.tolist()):
            self._seen[track] = (frame, row)
        self._seen = {t: seen for t, seen in self._seen.items() if seen[0] >= self._oldest - 1}
        while next(iter(self._history)) < self._oldest - self._reach:
            del self._history[next(iter(self._history))]

    def _pop(self) -> sv.Detections:
        """Take the oldest frame out of the line."""
        people = self._smoothed(concatenated([empty(), *self._waiting[0]]))
        answer = concatenated([people, *self._ball_at(self._oldest)])
        self._settle_roles(answer)
        self._waiting.popleft()
        self._oldest += 1
        return answer.detections()

    def _settle_roles(self, answer: Rows) -> None:
        """Use the votes up to now, also those cast after this frame."""
        roles = self._players.roles()
        for row, track in enumerate(answer.tracker_id.tolist()):
            answer.class_id[row] = roles.get(track, answer.class_id[row])

    def _smoothed(self, answer: Rows) -> Rows:
        """Fit the boxes of the oldest frame to the detections around it."""
        frames = [at for at in self._history if abs(at - self._oldest) <= self._reach]
        if not frames or len(answer) == 0:
            return answer
        warps = self._window.warps(frames, self._oldest)
        seconds = (np.array(frames) - self._oldest) / self._fps
        return smooth(answer, [self._history[at] for at in frames], warps, seconds)

    def _ball_at(self, frame: int) -> list[Rows]:
        """The ball of a frame, seen or between two sightings: no or one piece."""
        path = {place.frame: place for place in self._ball.sightings()}
        if frame in path:
            return [_ball(path[frame], self._ball_id)]
        later = next((place for place in path.values() if place.frame > frame), None)
        if later is None or later.follows is None or later.follows > frame:
            return []
        ends = _ball(path[later.follows], self._ball_id), _ball(later, self._ball_id)
        return [self._between(later.follows, later.frame, *ends)[frame - later.follows - 1]]


def _balls(detections: sv.Detections) -> Float64:
    """Corners and confidence (m, 5) of the ball candidates."""
    rows = classes(detections, ClassId.PLAYER) == ClassId.BALL
    return np.concatenate([detections.xyxy[rows], confidences(detections)[rows, None]], axis=1)


def _ball(place: Sighting, tracker_id: int) -> Rows:
    ball: Int64 = np.array([int(ClassId.BALL)])
    return Rows(
        place.xyxy[None],
        np.array([place.confidence]),
        ball,
        np.array([tracker_id]),
        sources(1, Source.DETECTED),
        ball,
    )
