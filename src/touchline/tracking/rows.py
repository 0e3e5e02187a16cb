"""Tracked boxes as plain columns: what travels inside the room, before supervision takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import supervision as sv

from touchline.arrays import AnyArray, Float64, Int64, Strings
from touchline.frame import NO_CLASS, Source


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Boxes of one frame, as columns of equal length n.

    Attributes:
        xyxy: float64 (n, 4) pixels.
        confidence: float64 (n,).
        class_id: int (n,).
        tracker_id: int (n,).
        source: str (n,), values of ``Source``.
        detected_class_id: int (n,), ``NO_CLASS`` where no detector looked.
    """

    xyxy: Float64
    confidence: Float64
    class_id: Int64
    tracker_id: Int64
    source: Strings
    detected_class_id: Int64

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: Any) -> "Rows":
        return Rows(*(column[rows] for column in self._columns()))

    def detections(self) -> sv.Detections:
        """Hand over to supervision."""
        return sv.Detections(
            xyxy=self.xyxy.astype(np.float32),
            confidence=self.confidence.astype(np.float32),
            class_id=self.class_id,
            tracker_id=self.tracker_id,
            data={"source": self.source, "detected_class_id": self.detected_class_id},
        )

    def _columns(self) -> tuple[AnyArray, ...]:
        return (
            self.xyxy,
            self.confidence,
            self.class_id,
            self.tracker_id,
            self.source,
            self.detected_class_id,
        )


def interpolated(xyxy: Float64, confidence: Float64, like: Rows) -> Rows:
    """Boxes (n, 4) that nobody saw, of the same objects as ``like``."""
    return Rows(
        xyxy,
        confidence,
        like.class_id,
        like.tracker_id,
        sources(len(xyxy), Source.INTERPOLATED),
        np.full(len(xyxy), NO_CLASS),
    )


def sources(count: int, source: Source) -> Strings:
    """Give the same source n times."""
    return np.full(count, source.value, dtype="U12")


def concatenated(parts: Sequence[Rows]) -> Rows:
    """Put pieces of one frame together."""
    return Rows(
        *(np.concatenate(columns) for columns in zip(*map(Rows._columns, parts), strict=True))
    )


def empty() -> Rows:
    """No boxes."""
    none = np.empty(0, dtype=np.int64)
    return Rows(np.empty((0, 4)), np.empty(0), none, none, sources(0, Source.DETECTED), none)


def confidences(detections: sv.Detections) -> Float64:
    """Give the confidences (n,), 1 where there are none."""
    if detections.confidence is None:
        return np.ones(len(detections))
    return detections.confidence.astype(np.float64)


def classes(detections: sv.Detections, default: int) -> Int64:
    """Give the class ids (n,), ``default`` where there are none."""
    if detections.class_id is None:
        return np.full(len(detections), default, dtype=np.int64)
    return detections.class_id.astype(np.int64)
