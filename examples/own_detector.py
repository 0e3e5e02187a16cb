"""A detector of one's own in the pipeline: ``python examples/own_detector.py match.mp4``.

This one takes ours and forgets everybody lower than thirty pixels; in its place stands whatever
finds boxes in pictures. By name it is ``touchline run --detector own_detector:Tall``.
"""

import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
import supervision as sv

import touchline as tl

LOWEST = 30
"""Pixels of a person's height."""


class Tall:
    """Gives (n, 4) ``xyxy`` in pixels, ``confidence`` and ``class_id`` for each picture."""

    def __init__(self) -> None:
        self.ours = tl.load_detector()

    def detect(self, images: Sequence[np.ndarray]) -> list[sv.Detections]:
        """What is in each of the uint8 (H, W, 3) BGR ``images``."""
        return [self._tall(found) for found in self.ours.detect(images)]

    def _tall(self, found: sv.Detections) -> sv.Detections:
        height = found.xyxy[:, 3] - found.xyxy[:, 1]
        return found[(height >= LOWEST) | (found.class_id == tl.ClassId.BALL)]


if __name__ == "__main__":
    models = tl.Models.load(detector=Tall())
    counts = Counter(
        tl.ClassId(kind).name.lower()
        for state in models.analyze(sys.argv[1])
        for kind in state.objects.class_id.tolist()
    )
    print(dict(counts))
