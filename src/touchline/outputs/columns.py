"""The objects of one frame as plain columns: what every output starts from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import supervision as sv

from touchline.arrays import Bools, Float32, Int64, Strings
from touchline.frame import NO_CLASS, NO_ID


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One entry for each of n objects.

    Attributes:
        xyxy: (n, 4) float32, pixels of the original frame.
        class_id: (n,) int64, see ``ClassId``.
        tracker_id: (n,) int64, ``NO_ID`` where there is no track.
        confidence: (n,) float32, 0..1.
        source: (n,) str, see ``Source``.
        position: (n, 2) float32 metres on the pitch, NaN where unknown.
        detected_class_id: (n,) int64, what the detector called it in this very frame,
            ``NO_CLASS`` where it saw nothing.
        verified: (n,) float32, the verifier's probability that it is what is claimed, NaN where it
            did not look at this very box.
        agreed: (n,) bool, whether it was verified and both call it the same.
    """

    xyxy: Float32
    class_id: Int64
    tracker_id: Int64
    confidence: Float32
    source: Strings
    position: Float32
    detected_class_id: Int64
    verified: Float32
    agreed: Bools


def columns(objects: sv.Detections) -> Columns:
    """Read the objects of a ``FrameState``; an empty one needs no data."""
    n = len(objects)
    ids = np.full(n, NO_ID) if objects.tracker_id is None else objects.tracker_id
    class_id = np.asarray(objects.class_id, np.int64)
    detected = np.asarray(objects.data.get("detected_class_id", np.full(n, NO_CLASS)), np.int64)
    return Columns(
        xyxy=np.asarray(objects.xyxy, np.float32),
        class_id=class_id,
        tracker_id=np.asarray(ids, np.int64),
        confidence=np.asarray(objects.confidence, np.float32),
        source=_names(objects, n),
        position=_positions(objects, n),
        detected_class_id=detected,
        verified=np.asarray(objects.data.get("verified", np.full(n, np.nan)), np.float32),
        agreed=(class_id == detected) & ("verified" in objects.data),
    )


def _names(objects: sv.Detections, n: int) -> Strings:
    sources: Any = objects.data["source"] if n else []
    return np.array([str(source) for source in sources], np.str_)


def _positions(objects: sv.Detections, n: int) -> Float32:
    unknown = np.full((n, 2), np.nan, np.float32)
    return np.asarray(objects.data.get("position", unknown), np.float32).reshape(n, 2)
