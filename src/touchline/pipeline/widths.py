"""How large a picture the detector sees: all of it, or a copy of 960 pixels.

What is a ball at both sizes stays on the path that ``tracking.ball`` looks for, what is one at a
single size, such as a boot, falls off; and a reduced look costs about half.
"""

from collections.abc import Sequence

import supervision as sv

from touchline.arrays import Image
from touchline.detection import DISTANT, Detector, YoloxDetector, share_of_people
from touchline.pipeline.pace import Pace


class Widths:
    """The detector in one clip; remembers what the last full look of the shot has shown.

    The looks of a shot are counted from its beginning: the first is full, and of those that follow
    one in ``Pace.full_every``. The others are reduced where the last full one showed people who are
    not too ``DISTANT`` for it. So what it gives does not depend on how many frames come at once.

    Args:
        detector: Finds people and the ball; one that is not ours takes every look alike.

    Attributes:
        reduced: Places of the pictures of the last call that it saw reduced.
    """

    def __init__(self, detector: Detector) -> None:
        self.reduced: list[int] = []
        self._detector = detector
        self._since = 0
        self._near = False

    def detect(
        self, images: list[Image], begins: Sequence[bool], pace: Pace
    ) -> list[sv.Detections]:
        """Look at the next n frames of the clip.

        Args:
            images: uint8 (H, W, 3), BGR.
            begins: n, whether a frame is the first of its shot that is looked at.
            pace: How many of the looks are full.

        Returns:
            What was found in each, see ``Detector.detect``.
        """
        self.reduced = []
        if not isinstance(self._detector, YoloxDetector):
            return self._detector.detect(images)
        full = [place for place, first in enumerate(begins) if self._is_full(pace, first=first)]
        found = self._each(full, images)
        rest: dict[bool, list[int]] = {True: [], False: []}
        for place, image in enumerate(images):
            if place in found:
                self._near = share_of_people(found[place], image) > DISTANT
            else:
                rest[self._near].append(place)
        found |= self._each(rest[False], images)
        found |= self._each(rest[True], images, reduced=True)
        self.reduced = rest[True]
        return [found[place] for place in range(len(images))]

    def _is_full(self, pace: Pace, *, first: bool) -> bool:
        """Count on by one look."""
        self._since = 0 if first or self._since + 1 >= pace.full_every else self._since + 1
        return self._since == 0

    def _each(
        self, places: list[int], images: list[Image], *, reduced: bool = False
    ) -> dict[int, sv.Detections]:
        assert isinstance(self._detector, YoloxDetector)
        look = self._detector.detect_reduced if reduced else self._detector.detect
        return dict(zip(places, look([images[place] for place in places]), strict=True))
