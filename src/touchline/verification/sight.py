"""What verification has in front of it: a window of frames, laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.verification.choosing import covered
from touchline.verification.gaps import pitch_in_view
from touchline.verification.rows import Bools, Floats, Rows, Shown
from touchline.verification.verifier import View


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A window, laid out.

    Attributes:
        window: The frames.
        rows: Their objects, n in all.
        seen: bool (f,) which frames have a picture.
        looked: bool (n,) which objects are in one of those.
        in_view: bool (n,) which objects are in a frame that shows the pitch.
        weight: float64 (n,) what a look at each is worth: little where others stand before it.
    """

    window: Sequence[Shown]
    rows: Rows
    seen: Bools
    looked: Bools
    in_view: Bools
    weight: Floats

    @classmethod
    def of(cls, window: Sequence[Shown]) -> "Sight":
        """Lay out a window."""
        rows = Rows.of(window)
        seen = np.array([shown.image is not None for shown in window])
        in_view = np.array(
            [pitch_in_view(shown, rows[rows.place == i]) for i, shown in enumerate(window)]
        )
        weight = np.maximum(1 - covered(rows), 0.1) ** 2
        return cls(window, rows, seen, seen[rows.place], in_view[rows.place], weight)


def views(rows: Rows, window: Sequence[Shown]) -> list[View]:
    """What a verifier is shown: objects of frames that have a picture."""
    seen = []
    for place, xyxy, ball in zip(rows.place, rows.xyxy, rows.is_ball, strict=True):
        shown = window[place]
        assert shown.image is not None, "only frames with a picture are looked at"
        seen.append(View(shown.image, xyxy * shown.scale, bool(ball)))
    return seen
