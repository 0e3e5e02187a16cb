"""What a detector that is not ours says: understood, or refused in one sentence."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import supervision as sv

from touchline.errors import UsageError
from touchline.frame import MASK, NO_ID, ClassId, Objects, Source

UPRIGHT = 1.5
"""Height of a standing person's box by its width; no ball is that tall, and two at once never."""
FURTHEST = 1e9
"""Pixels from the origin beyond which there is no box: far less than float32 holds."""
_LARGEST_ID = 2**53
_ROUNDING = 1e-3
"""By which a confidence in half precision may pass 1."""
_NUMERIC = "fiu"
_TAKEN = {each.name for each in fields(Objects)} - {"source", "detected_class_id"}
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
        UsageError: It is something else, a box or a confidence is not finite, turned round or out
            of its range, a column is no number for each box, or the classes are numbered in another
            way (COCO's person is 0, here the ball).
    """
    if not isinstance(found, sv.Detections):
        raise UsageError(f"{where}: supervision.Detections are needed; got {type(found).__name__}")
    boxes = np.asarray(found.xyxy)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or boxes.dtype.kind not in _NUMERIC:
        raise UsageError(
            f"{where}: xyxy is an array of numbers (n, 4); got {boxes.dtype} {boxes.shape}"
        )
    if not (np.abs(boxes) < FURTHEST).all():  # neither NaN nor infinite
        raise UsageError(f"{where}: every corner of a box is a finite number of pixels")
    if (boxes[:, 2:] < boxes[:, :2]).any():
        raise UsageError(f"{where}: a box is x1, y1, x2, y2 with x1 <= x2 and y1 <= y2")
    _require_columns(found, where)
    if found.confidence is not None:
        sure = np.asarray(found.confidence, np.float64)
        if not ((sure >= 0) & (sure < 1 + _ROUNDING)).all():
            raise UsageError(f"{where}: every confidence is a finite number, 0 to 1")
    if found.class_id is not None and len(boxes) and not is_mapped:
        _require_classes(found, where)


def require_tracked(answer: object, where: str) -> None:
    """Refuse what a tracker answers, as ``require_detections`` does, and ids that are none.

    Args:
        answer: Should be ``sv.Detections`` with ``tracker_id``.
        where: What a message begins with.

    Raises:
        UsageError: It is something else, an id is no whole number, or two boxes have the same.
    """
    require_detections(answer, where)
    assert isinstance(answer, sv.Detections)
    if answer.tracker_id is None:
        return
    ids = np.asarray(answer.tracker_id, np.float64)
    if not (np.abs(ids) < _LARGEST_ID).all() or (ids % 1 != 0).any():
        raise UsageError(f"{where}: every tracker_id is a whole number; -1 is no track (yet)")
    given, counts = np.unique(ids[ids != NO_ID], return_counts=True)
    if (counts > 1).any():
        raise UsageError(
            f"{where}: {counts.max()} boxes of one frame have tracker_id {given[counts.argmax()]:g}"
        )


def _require_columns(found: sv.Detections, where: str) -> None:
    """Refuse a column that has not one entry for each box, or is not of its kind."""
    n = len(found.xyxy)
    for name in ("confidence", "class_id", "tracker_id"):
        column = np.asarray(getattr(found, name, None))
        if column.dtype == object and column.ndim == 0:  # None
            continue
        if column.shape != (n,) or column.dtype.kind not in _NUMERIC:
            raise UsageError(
                f"{where}: {name} is a number for each of {n} boxes; "
                f"got {column.dtype} {column.shape}"
            )
    further = {**found.data, **({} if found.mask is None else {MASK: found.mask})}
    for name, values in further.items():
        if name in _TAKEN:
            raise UsageError(f"{where}: data may not have a column {name}, which every box has")
        count = len(values) if hasattr(values, "__len__") else 0
        if count != n:
            raise UsageError(f"{where}: {name} has {count} entries for {n} boxes")
    strange = {*map(str, found.data.get("source", ()))} - {*map(str, Source)}
    if strange:
        raise UsageError(
            f"{where}: data['source'] is one of {', '.join(Source)}; got {min(strange)!r:.60}"
        )


def renumbered(found: sv.Detections, classes: Mapping[int, int]) -> sv.Detections:
    """The detections whose class is a key of ``classes``, with the class it stands for."""
    if found.class_id is None:
        return found
    kept = found[np.isin(found.class_id, list(classes))]
    assert isinstance(kept, sv.Detections)
    given = np.asarray(kept.class_id).tolist()
    kept.class_id = np.array([int(classes[each]) for each in given], np.int64)
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
