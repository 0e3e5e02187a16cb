"""The camera's motion over the last seconds: carries boxes from any recent frame to any other."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from touchline.arrays import Float64


class Window:
    """Remembers the motion into each of the last frames.

    Args:
        length: How many motions are remembered.
    """

    def __init__(self, length: int) -> None:
        self._motions: deque[Float64] = deque(maxlen=length)
        self._pushed = 0

    @property
    def newest(self) -> int:
        """Index of the last frame pushed, from 0; -1 before the first."""
        return self._pushed - 1

    def push(self, camera_motion: Float64) -> None:
        """Add a frame by its (3, 3) homography from the frame before."""
        self._motions.append(np.array(camera_motion, dtype=np.float64))
        self._pushed += 1

    def path(self, first: int, last: int) -> Float64:
        """Give the motions (last - first, 3, 3) that lead from frame ``first`` to ``last``."""
        known_from = self._pushed - len(self._motions)
        steps = [self._motions[frame - known_from] for frame in range(first + 1, last + 1)]
        return np.array(steps).reshape(-1, 3, 3)

    def warps(self, frames: Sequence[int], target: int) -> Float64:
        """Give homographies (n, 3, 3) from each of ``frames`` (rising) to frame ``target``."""
        first, last = min(frames[0], target), max(frames[-1], target)
        since_first: list[Float64] = [np.eye(3)]
        for motion in self.path(first, last):
            since_first.append(motion @ since_first[-1])
        to_first = np.linalg.inv([since_first[frame - first] for frame in frames])
        return np.asarray(since_first[target - first] @ to_first)
