"""How large a picture the detector sees: every second one of a shot reduced where people are large.

What is a ball at both sizes stays on the path that ``tracking.ball`` looks for, what is one at a
single size, such as a boot, falls off; and a reduced look costs about half.
"""

from collections.abc import Sequence

import supervision as sv

from touchline.arrays import Image
from touchline.detection import Detector, YoloxDetector, shows_large_people


class Widths:
    """The detector in one clip; remembers what the last full look of the shot has shown.

    The looks of a shot are counted from its beginning: the even ones are full, and an odd one is
    reduced where the one before it showed large people. So what it gives does not depend on how
    many frames come at once.

    Args:
        detector: Finds people and the ball; one that is not ours takes every look alike.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._odd = False
        self._large = False

    def detect(self, images: list[Image], begins: Sequence[bool]) -> list[sv.Detections]:
        """Look at the next n frames of the clip.

        Args:
            images: uint8 (H, W, 3), BGR.
            begins: n, whether a frame is the first of its shot that is looked at.

        Returns:
            What was found in each, see ``Detector.detect``.
        """
        if not isinstance(self._detector, YoloxDetector):
            return self._detector.detect(images)
        odd = [self._is_odd(first) for first in begins]
        found = self._each([place for place, is_odd in enumerate(odd) if not is_odd], images)
        reduced: list[int] = []
        for place, is_odd in enumerate(odd):
            if not is_odd:
                self._large = shows_large_people(found[place], images[place])
            elif self._large:
                reduced.append(place)
        full = [place for place in range(len(images)) if place not in {*found, *reduced}]
        found |= self._each(full, images)
        found |= self._each(reduced, images, reduced=True)
        return [found[place] for place in range(len(images))]

    def _is_odd(self, first: bool) -> bool:
        """Count on by one look."""
        self._odd = not (first or self._odd)
        return self._odd

    def _each(
        self, places: list[int], images: list[Image], *, reduced: bool = False
    ) -> dict[int, sv.Detections]:
        assert isinstance(self._detector, YoloxDetector)
        look = self._detector.detect_reduced if reduced else self._detector.detect
        return dict(zip(places, look([images[place] for place in places]), strict=True))
