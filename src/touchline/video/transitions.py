"""Soft transitions: dissolves and wipes, by which broadcasts go into a replay and out of it."""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from touchline.arrays import Float32
from touchline.video.shifts import carried, shift_between
from touchline.video.thumbnails import HEIGHT, WIDTH, Change, Thumbnail, recoloured

SPANS = (0.3, 0.46, 0.7, 1.0, 1.3)
"""Seconds over which two pictures are compared; the next longer one sees a transition whole."""

SPACING = 0.03
"""Least seconds between the frames that are looked at: 25 or 30 a second at any rate."""

PARTS = 4
"""Equal parts of a span, at whose ends the picture is looked at too."""

SOFT = 0.85
"""The least score of a transition, to which is added how agitated the shot was before it. Chosen on
half of the clips so that none of their shots is cut, at twice their speed neither."""

STRAIGHT = 0.6
"""How much straightness counts against difference in that score."""

MOST_STRUCTURE = 1.5
"""Change of structure that is hardly ever passed: bounds the score before it is known."""

RENEWED = 0.4
"""The least change of structure of a transition."""

FADED = 10.0
"""Grey levels (standard deviation) below which a picture is fading or comes out of the dark: no end
of a transition. Measured: views of a match stay above 13."""

LEAP = 0.6
"""Share of the whole change that no single frame of a transition brings: more is a flash."""

UNEXPLAINED = 0.72
"""Share of the change that the camera's motion leaves. Measured: 99 % of dissolves and wipes leave
more than 0.75, pans less than 0.25, tilts 0.55; a zoom to three times the size within a second
leaves up to 0.8."""

LEAST_VIEW = 0.2
"""Share of the picture that has to stay in view to say what the camera's motion leaves."""

STANDS = 0.5
"""The new picture stands when a frame brings less than this share of the transition's largest."""

SETTLED = 3
"""Frames of a shot that have to have passed before a transition may begin."""

REST = 0.5
"""Seconds after a transition in which no other begins."""

LATE = 2
"""Frames by which the start of the new shot lies before the frame that tells of it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A frame of the shot.

    Attributes:
        look: What is kept of its picture.
        time: Seconds.
        usual: How much frames differed of late, see ``ShotDetector``.
        step: Grey levels by which it differs from the one kept before it.
    """

    look: Thumbnail
    time: float
    usual: float
    step: float


class Transitions:
    """Says when a soft transition has ended, from the last 1.3 s of a shot.

    Four things tell a dissolve or a wipe from what else changes a picture within a second:

    - Colours and structure are others at its end, as behind a cut.
    - The way is straight: what each pixel changes from step to step adds up to what it changes in
      all, because it goes from the old picture to the new one once, gradually or at a stroke.
      Where things pass through the picture, pixels go to and fro.
    - The camera's motion does not explain the steps; pans, tilts and zooms are undone, and little
      of them is left.
    - No single frame brings most of it, as a flash does.

    The more agitated the shot was before, the more is asked. A transition has ended when the
    picture stands again or its score begins to fall.

    Args:
        ended: Seconds at which the last transition ended; its rest is no other one.
    """

    def __init__(self, ended: float | None = None) -> None:
        self._kept: deque[_Kept] = deque(maxlen=math.ceil(SPANS[-1] / SPACING) + 1)
        self._since = -math.inf if ended is None else ended + REST
        self._count = 0
        self._best = 0.0

    def end_with(self, look: Thumbnail, time: float, usual: float) -> bool:
        """Take the next frame of the shot; True if a transition has come to its end with it."""
        self._count += 1
        if self._count <= SETTLED or time < self._since:
            return False
        if not self._kept:
            self._kept.append(_Kept(look, time, usual, 0.0))
        last = self._kept[-1]
        if time - last.time < SPACING:
            return False
        step = _difference(last.look, look)
        self._kept.append(_Kept(look, time, usual, step))
        return self._has_ended(step)

    def _has_ended(self, step: float) -> bool:
        before, self._best, stands = self._best, 0.0, False
        for way in self._ways():
            score = _score(way)
            if score > 0:
                self._best = max(self._best, score)
                stands |= step < STANDS * max(kept.step for kept in way[1:])
        return stands or 0 < self._best < before

    def _ways(self) -> Iterator[Sequence[_Kept]]:
        """The last frames, over each span for which there are enough."""
        kept = list(self._kept)
        times = [frame.time for frame in kept]
        for span in SPANS:
            start = bisect_right(times, times[-1] - span + 1e-3) - 1
            if start >= 0 and len(kept) - start > PARTS:
                yield kept[start:]


def _score(way: Sequence[_Kept]) -> float:
    """How much frames look like a transition from the first to the last; 0 if they do not.

    What is cheap to know comes first: nearly all frames of nearly all shots are done with there.
    """
    first, last = way[0], way[-1]
    asked = SOFT + first.usual
    at_most = math.sqrt(MOST_STRUCTURE * recoloured(first.look, last.look))
    if at_most + STRAIGHT < asked:
        return 0.0
    whole = _difference(first.look, last.look)
    stops = [round(part * (len(way) - 1) / PARTS) for part in range(PARTS + 1)]
    parts = [_difference(way[start].look, way[end].look) for start, end in pairwise(stops)]
    straight = whole / max(sum(parts), 1e-6)
    if at_most + STRAIGHT * straight < asked or max(k.step for k in way[1:]) > LEAP * whole:
        return 0.0
    change = Change.between(first.look, last.look)
    score = change.score + STRAIGHT * straight
    if change.structure < RENEWED or score < asked:
        return 0.0
    if min(float(first.look.tones.std()), float(last.look.tones.std())) < FADED:
        return 0.0
    return score if _unexplained([kept.look for kept in way], stops) > UNEXPLAINED else 0.0


def _difference(first: Thumbnail, second: Thumbnail) -> float:
    """Mean of the differences of all pixels of the coarse pictures, in levels."""
    return float(np.abs(first.coarse - second.coarse).mean())


def _unexplained(looks: Sequence[Thumbnail], stops: Sequence[int]) -> float:
    """Share, 0 to 1, of the change from stop to stop that is left when the camera has followed."""
    left = moved = 0.0
    for start, end in pairwise(stops):
        shift = np.eye(3)
        for before, after in pairwise(looks[start : end + 1]):
            shift = shift_between(before.tones, after.tones) @ shift
        followed, in_view = carried(looks[start].tones, shift)
        change = float(np.abs(_blurred(looks[start]) - _blurred(looks[end])).mean())
        moved += change
        if in_view.sum() > LEAST_VIEW * WIDTH * HEIGHT:
            residual = np.abs(cv2.blur(followed, (4, 4)) - _blurred(looks[end]))
            left += min(change, float(residual[in_view].mean()))
    return left / max(moved, 1e-6)


def _blurred(look: Thumbnail) -> Float32:
    return cv2.blur(look.tones.astype(np.float32), (4, 4))  # type: ignore[return-value]
