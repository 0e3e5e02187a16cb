"""The camera's motion over the last seconds: carries boxes from any recent frame to any other."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from touchline.arrays import Float64


class Window:
    """Remembers the motion into each of the last frames, and when they came.

    Args:
        length: Beats for which motions are remembered; a frame comes each beat, unless told.
    """

    def __init__(self, length: float) -> None:
        self._length = length
        self._motions: deque[Float64] = deque()
        self._beats: deque[float] = deque()
        self._pushed = 0

    @property
    def newest(self) -> int:
        """Index of the last frame pushed, from 0; -1 before the first."""
        return self._pushed - 1

    def push(self, camera_motion: Float64, *, beat: float | None = None) -> None:
        """Add a frame by its (3, 3) homography from the frame before, and its place in time."""
        if beat is None:
            beat = self._beats[-1] + 1 if self._beats else 0.0
        self._motions.append(np.array(camera_motion, dtype=np.float64))
        self._beats.append(beat)
        self._pushed += 1

    def forget(self, oldest: int) -> None:
        """Drop the frames that lie longer than the length before frame ``oldest``."""
        first = self.beat(oldest) - self._length
        while self._beats[0] < first:
            self._beats.popleft()
            self._motions.popleft()

    def beat(self, frame: int) -> float:
        """The place of a frame in time; long ago where it is not remembered any more."""
        place = frame - self._known_from
        return self._beats[place] if place >= 0 else -np.inf

    def beats(self, frames: Sequence[int]) -> Float64:
        """The places (n,) of remembered frames in time."""
        return np.array([self.beat(frame) for frame in frames])

    @property
    def _known_from(self) -> int:
        return self._pushed - len(self._motions)

    def path(self, first: int, last: int) -> Float64:
        """Give the motions (last - first, 3, 3) that lead from frame ``first`` to ``last``."""
        steps = [self._motions[frame - self._known_from] for frame in range(first + 1, last + 1)]
        return np.array(steps).reshape(-1, 3, 3)

    def warps(self, frames: Sequence[int], target: int) -> Float64:
        """Give homographies (n, 3, 3) from each of ``frames`` (rising) to frame ``target``."""
        first, last = min(frames[0], target), max(frames[-1], target)
        since_first: list[Float64] = [np.eye(3)]
        for motion in self.path(first, last):
            since_first.append(motion @ since_first[-1])
        to_first = np.linalg.inv([since_first[frame - first] for frame in frames])
        return np.asarray(since_first[target - first] @ to_first)
