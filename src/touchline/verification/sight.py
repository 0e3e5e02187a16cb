"""What verification has in front of it: a window of frames, laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools, Float64
from touchline.frame import TrackedFrame
from touchline.verification.choosing import covered
from touchline.verification.gaps import pitch_in_view
from touchline.verification.rows import Rows
from touchline.verification.verifier import View

CLOSE_UP = 0.45
"""Share of the picture's height from which a person is a close-up. The student has seen few of them
and takes half a person for none; there the detector's word stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A window, laid out.

    Attributes:
        window: The frames.
        rows: Their objects, n in all.
        seen: bool (f,) which frames have a picture.
        looked: bool (n,) which objects are in one of those.
        in_view: bool (n,) which objects are in a frame that shows the pitch.
        close_up: bool (n,) which objects fill so much of the picture that no verifier knows them.
        weight: float64 (n,) what a look at each is worth: little where others stand before it.
    """

    window: Sequence[TrackedFrame]
    rows: Rows
    seen: Bools
    looked: Bools
    in_view: Bools
    close_up: Bools
    weight: Float64

    @classmethod
    def of(cls, window: Sequence[TrackedFrame]) -> "Sight":
        """Lay out a window."""
        rows = Rows.of(window)
        seen = np.array([shown.image is not None for shown in window])
        in_view = np.array(
            [pitch_in_view(shown, rows[rows.place == i]) for i, shown in enumerate(window)]
        )
        weight = np.maximum(1 - covered(rows), 0.1) ** 2
        heights = np.array([_height(shown) for shown in window])
        close_up = rows.xyxy[:, 3] - rows.xyxy[:, 1] > CLOSE_UP * heights[rows.place]
        return cls(window, rows, seen, seen[rows.place], in_view[rows.place], close_up, weight)


def _height(shown: TrackedFrame) -> float:
    """Height of the frame in its own pixels; without end where there is no picture."""
    return np.inf if shown.image is None else shown.image.shape[0] / shown.scale


def views(rows: Rows, window: Sequence[TrackedFrame]) -> list[View]:
    """What a verifier is shown: objects of frames that have a picture."""
    seen = []
    for place, xyxy, ball in zip(rows.place, rows.xyxy, rows.is_ball, strict=True):
        shown = window[place]
        assert shown.image is not None, "only frames with a picture are looked at"
        seen.append(View(shown.image, xyxy * shown.scale, bool(ball)))
    return seen
