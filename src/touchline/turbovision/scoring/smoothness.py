"""The pillar ``smoothness``: how little an answer moves. It knows no truth.

Source: the description, "smoothness".
"""

from itertools import pairwise
from statistics import fmean

import numpy as np

from touchline.arrays import Mask
from touchline.turbovision.scoring.reading import Answered, in_order
from touchline.turbovision.scoring.shapes import CANVAS, Instance, mask_overlap


def smoothness_pillar(answer: Answered) -> float:
    """Mean over groups of ``mean(IoU) / (1 + mean |difference of neighbouring IoUs|)``.

    A group is all boxes of one label and team; its frames are those in which it occurs, by id, as
    if there were none between. The IoU is that of the masks of two such frames, 1 where both are
    empty. A group of fewer than two transitions is 0, an answer without groups too. Masks are
    540 x 960 whatever the frame, and filled as arrays are sliced: what lies outside leaves no
    pixel, and so is perfectly smooth; a negative corner counts from the other side. Polygons are
    left out.

    Raises:
        UsageError: The ids of the frames have no order.
    """
    groups: dict[tuple[str, str | None], list[Mask]] = {}
    for shapes in in_order(answer).values():
        boxes = [shape for shape in shapes if shape.polygon is None]
        for key in dict.fromkeys((box.label, box.team) for box in boxes):
            mask = _painted([box for box in boxes if (box.label, box.team) == key])
            groups.setdefault(key, []).append(mask)
    return fmean(map(_steadiness, groups.values())) if groups else 0.0


def _steadiness(masks: list[Mask]) -> float:
    shared = [mask_overlap(one, other) for one, other in pairwise(masks)]
    if len(shared) < 2:
        return 0.0
    return fmean(shared) / (1 + fmean(abs(b - a) for a, b in pairwise(shared)))


def _painted(boxes: list[Instance]) -> Mask:
    mask = np.zeros(CANVAS, np.uint8)
    for box in boxes:
        x1, y1, x2, y2 = box.bbox
        mask[y1:y2, x1:x2] = 1
    return mask
