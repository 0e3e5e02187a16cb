"""A window of frames laid out as one table: what the steps of verification work on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from touchline.arrays import Bools, Float64, Image, Int64
from touchline.frame import Objects, TrackedFrame, concatenate
from touchline.geometry import covered_shares
from touchline.verification.labels import Label

_GREEN = (np.array((35, 40, 40)), np.array((85, 255, 255)))
"""HSV range of grass, as the validator has it."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowTable:
    """The objects of all frames of a window, in frame order, and what verification knows of each.

    Attributes:
        frames: The f frames of the window.
        objects: Their objects, n in all.
        place: int64 (n,), the number of each one's frame in the window.
        pictured: bool (n,), whether its frame has a picture: the detector looked at it.
        in_view: bool (n,), whether its frame shows the pitch.
        covered: float64 (n,), the largest share of its box that another box of its frame covers.
        probabilities: float64 (n, 6), a verifier's, a column for each ``Label``; NaN where it has
            not looked.
        verified: float64 (n,), the probability of what is claimed, a football or a person; NaN
            where no verifier has looked.
    """

    frames: Sequence[TrackedFrame]
    objects: Objects
    place: Int64
    pictured: Bools
    in_view: Bools
    covered: Float64
    probabilities: Float64
    verified: Float64

    @staticmethod
    def of(frames: Sequence[TrackedFrame]) -> "WindowTable":
        """Lay out a window of at least one frame; no verifier has looked yet."""
        place = np.repeat(np.arange(len(frames)), [len(each.objects) for each in frames])
        pictured = np.array([each.image is not None for each in frames])
        in_view = np.array([_shows_pitch(each) for each in frames])
        return WindowTable(
            frames=frames,
            objects=concatenate([each.objects for each in frames]),
            place=place,
            pictured=pictured[place],
            in_view=in_view[place],
            covered=np.concatenate([covered_shares(each.objects.xyxy) for each in frames]),
            probabilities=np.full((len(place), len(Label)), np.nan),
            verified=np.full(len(place), np.nan),
        )

    def split(self, stays: Bools) -> list[TrackedFrame]:
        """The frames with those of their objects that stay (n,), and the column ``verified``."""
        objects = self.objects.with_columns(verified=self.verified.astype(np.float32))
        return [
            replace(frame, objects=objects[stays & (self.place == place)])
            for place, frame in enumerate(self.frames)
        ]

    def frame(self, row: int) -> TrackedFrame:
        """The frame of an object."""
        return self.frames[int(self.place[row])]

    @property
    def heights(self) -> Float64:
        """Heights (n,) of the boxes in pixels of the frame, at least 1."""
        return np.maximum(self.objects.xyxy[:, 3] - self.objects.xyxy[:, 1], 1.0)

    @property
    def detected_people(self) -> Bools:
        """Which objects (n,) are people whom the detector saw: their looks count for the track."""
        return np.asarray(~self.objects.is_ball & ~self.objects.is_filled)

    @property
    def weight(self) -> Float64:
        """What a look at each object (n,) is worth: little where others stand before it."""
        return np.asarray(np.maximum(1 - self.covered, 0.1) ** 2)

    def patch(self, row: int) -> Image:
        """The part of the picture in a box, clipped to it: uint8 (h, w, 3) BGR, perhaps empty."""
        return _cut(self.frame(row), self.objects.xyxy[row])

    def shirt(self, row: int) -> Float64:
        """Mean BGR (3,) of the middle of the upper body."""
        left, top, right, bottom = self.objects.xyxy[row]
        width, height = right - left, bottom - top
        upper = np.array(
            [left + 0.3 * width, top + 0.2 * height, right - 0.3 * width, top + 0.5 * height]
        )
        patch = _cut(self.frame(row), upper)
        return np.asarray(patch.reshape(-1, 3).mean(axis=0)) if patch.size else np.zeros(3)


def _shows_pitch(frame: TrackedFrame) -> bool:
    """Whether the pitch is in the picture, and not a close-up, the bench or the crowd.

    A homography proves it; where there is none (a camera behind the goal), half the picture must be
    green and everybody smaller than a third of it.
    """
    if frame.pitch.homography is not None:
        return True
    if frame.image is None:
        return False
    xyxy = frame.objects.xyxy
    tallest = (xyxy[:, 3] - xyxy[:, 1]).max(initial=0.0) * frame.scale
    return tallest < frame.image.shape[0] / 3 and _green_share(frame.image) > 0.5


def _green_share(image: Image) -> float:
    small = cv2.resize(image, (64, 36), interpolation=cv2.INTER_AREA)
    return float(cv2.inRange(cv2.cvtColor(small, cv2.COLOR_BGR2HSV), *_GREEN).mean() / 255)


def _cut(frame: TrackedFrame, xyxy: Float64) -> Image:
    assert frame.image is not None, "only frames with a picture are looked at"
    height, width = frame.image.shape[:2]
    left, top, right, bottom = np.clip(
        xyxy * frame.scale, 0, (width, height, width, height)
    ).astype(int)
    return frame.image[top : max(bottom, top), left : max(right, left)]
