"""Where a shot begins: cuts, dissolves and wipes, found frame by frame, without looking ahead."""

from collections import deque
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from touchline.arrays import Image
from touchline.video.thumbnails import Change, Thumbnail
from touchline.video.transitions import LATE, Transitions

FLOOR = 0.18
"""The least score of a cut. Measured: successive frames of a main camera stay below 0.09, those of
a close-up below 0.22; 99 % of pairs of frames of different matches pass 0.40."""

AGITATION = 1.5
"""How many times the mean score of the last frames is added to the floor."""

MEMORY = 8
"""Frames over which that mean is taken."""

SHORTEST = 5
"""Frames of the shortest shot: a flash that is taken for a cut must not cut again at its end."""

STRUCTURE = 0.3
"""The least change of structure of a cut. Measured: a flash that makes every pixel 2.5 times as
bright changes it by less in 9 frames of 10; 99 % of pairs of frames of different matches differ by
more."""

STILL = 0.08
"""Median score of pairs of pictures that are no film. Measured: films of a main camera at 25 frames
a second stay below 0.075, frames of one match some seconds apart are above."""

USUAL_RATE = 25.0
"""Frames a second where no times are told."""


class ShotDetector:
    """Says of each frame whether it starts a new shot.

    A cut changes both the colours and the structure of the picture. A flash changes the colours
    alone; a fast pan moves the structure, which is undone before comparing, and keeps the colours.
    So a cut is a frame in which both changed, and by more than in the last ones. What changes the
    picture in 0.2 to 1 s is looked for by ``Transitions``: dissolves, and wipes of any form. Not
    found: a picture pushed out by the next one (it looks like a fast pan), and a change to much the
    same picture.

    Attributes:
        late: How many frames before the last one given the shot began that it started: 0 for a cut,
            ``LATE`` where a transition has ended, which shows only when the new picture stands.
    """

    def __init__(self) -> None:
        self.late = 0
        self._last: Thumbnail | None = None
        self._scores: deque[float] = deque(maxlen=MEMORY)
        self._age = 0
        self._time = 0.0
        self._transitions = Transitions()

    def update(self, image: Image, time: float | None = None) -> bool:
        """Take the next frame; True if a shot starts with it or ``late`` frames before it.

        Args:
            image: uint8 (H, W, 3) BGR.
            time: Seconds since any moment; None is 1/25 s after the last frame.

        Returns:
            Whether a shot starts, as with the first frame.
        """
        is_first = self._age == 0
        self._age += 1
        self._time = self._time + 1 / USUAL_RATE if time is None else time
        self.late = 0
        look = Thumbnail.of(image)
        if look.blank:
            return is_first
        last, self._last = self._last, look
        return is_first or (last is not None and self._starts(last, look))

    def _starts(self, last: Thumbnail, look: Thumbnail) -> bool:
        usual = sum(self._scores) / len(self._scores) if self._scores else 0.0
        change = Change.between(last, look)
        self._scores.append(change.score)
        stands_out = change.score > FLOOR + AGITATION * usual and change.structure > STRUCTURE
        is_cut = stands_out and self._age > SHORTEST
        is_end = not is_cut and self._transitions.end_with(look, self._time, usual)
        if is_cut or is_end:
            self.late = LATE if is_end else 0
            self._scores.clear()
            self._age = 1
            self._transitions = Transitions(self._time if is_end else None)
        return is_cut or is_end


def are_stills(images: Iterable[Image]) -> bool:
    """Whether consecutive pictures are no film: most differ more than frames of a film do.

    Args:
        images: At least two for an answer, uint8 (H, W, 3) BGR; one alone is a still.
    """
    looks = [Thumbnail.of(image) for image in images]
    changes = [Change.between(*pair).score for pair in pairwise(looks)]
    return not changes or float(np.median(changes)) > STILL
