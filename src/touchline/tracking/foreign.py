"""What a detector that is not ours says: understood, or refused in one sentence."""

from collections.abc import Mapping

import numpy as np
import supervision as sv

from touchline.errors import UsageError
from touchline.frame import ClassId

UPRIGHT = 1.5
"""Height of a standing person's box by its width; no ball is that tall, and two at once never."""
_NUMBERS = ", ".join(f"{int(each)} {each.name.lower()}" for each in ClassId)
_HINT = (
    "another numbering is told by PlayerTracker(classes={0: ClassId.PLAYER}), or mapped to "
    "class_id in your detector; class_id=None makes all of them players"
)


def require_detections(
    found: object, where: str = "the detections", *, is_mapped: bool = False
) -> None:
    """Refuse detections that would be misread: other classes, boxes without a place.

    Args:
        found: Should be ``sv.Detections`` with ``class_id`` as in ``ClassId``.
        where: What a message begins with.
        is_mapped: Whether the caller has said what the classes mean.

    Raises:
        UsageError: It is something else, a box or a confidence is not finite or turned round, or
            the classes are numbered in another way (COCO's person is 0, here the ball).
    """
    if not isinstance(found, sv.Detections):
        raise UsageError(f"{where}: supervision.Detections are needed; got {type(found).__name__}")
    boxes = np.asarray(found.xyxy)
    if not np.isfinite(boxes).all():
        raise UsageError(f"{where}: every corner of a box is a finite number of pixels")
    if (boxes[:, 2:] < boxes[:, :2]).any():
        raise UsageError(f"{where}: a box is x1, y1, x2, y2 with x1 <= x2 and y1 <= y2")
    if found.confidence is not None and not np.isfinite(found.confidence).all():
        raise UsageError(f"{where}: every confidence is a finite number")
    if found.class_id is not None and len(boxes) and not is_mapped:
        _require_classes(found, where)


def renumbered(found: sv.Detections, classes: Mapping[int, int]) -> sv.Detections:
    """The detections whose class is a key of ``classes``, with the class it stands for."""
    if found.class_id is None:
        return found
    given = found.class_id
    kept = found[np.isin(given, list(classes))]
    assert isinstance(kept, sv.Detections)
    assert kept.class_id is not None
    kept.class_id = np.array([int(classes[each]) for each in kept.class_id.tolist()], np.int64)
    return kept


def _require_classes(found: sv.Detections, where: str) -> None:
    class_id = np.asarray(found.class_id)
    strange = ~np.isin(class_id, list(ClassId))
    if strange.any():
        raise UsageError(f"{where}: class {class_id[strange][0]} is none of {_NUMBERS}; {_HINT}")
    if (class_id == ClassId.BALL).all() and _are_people(found):
        raise UsageError(
            f"{where}: all boxes are of class 0, which is the ball here, and look like people; "
            f"the classes are {_NUMBERS}; {_HINT}"
        )


def _are_people(found: sv.Detections) -> bool:
    """Whether what is called a ball is named, or at least shaped, as several people are."""
    if "person" in np.asarray(found.data.get("class_name", ())).astype(str):
        return True
    width, height = (found.xyxy[:, 2:] - found.xyxy[:, :2]).T
    return len(found) > 1 and bool((height >= UPRIGHT * width).all() and (height > 0).all())
