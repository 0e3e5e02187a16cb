"""All objects of a window of frames as plain columns: what travels inside the room."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import supervision as sv

from touchline.arrays import AnyArray, Bools, Float64, Image, Int64, Strings
from touchline.frame import NO_CLASS, NO_ID, ClassId, FrameState, Source


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFrame:
    """A frame state and the picture it speaks of.

    Attributes:
        state: What tracking and the pitch say.
        image: uint8 (H, W, 3) BGR, perhaps smaller than the frame; None where the networks did
            not look.
        scale: Pixels of ``image`` for one pixel of the frame.
    """

    state: FrameState
    image: Image | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The objects of a window, in frame order, as columns of equal length n.

    Attributes:
        place: int (n,) number of the frame in the window.
        xyxy: float64 (n, 4) pixels of the frame.
        confidence: float64 (n,).
        class_id: int (n,).
        tracker_id: int (n,).
        source: str (n,), values of ``Source``.
        detected_class_id: int (n,) the detector's word in this very frame, ``NO_CLASS`` where
            it had none.
        probability: float64 (n,) that the object is one of its class, as the verifier says; NaN
            where it did not look.
    """

    place: Int64
    xyxy: Float64
    confidence: Float64
    class_id: Int64
    tracker_id: Int64
    source: Strings
    detected_class_id: Int64
    probability: Float64

    @classmethod
    def of(cls, window: Sequence[TrackedFrame]) -> "Rows":
        """Gather the objects of all frames."""
        return concatenated([_rows(place, each.state.objects) for place, each in enumerate(window)])

    def __len__(self) -> int:
        return len(self.place)

    def __getitem__(self, rows: Any) -> "Rows":
        return Rows(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def is_ball(self) -> Bools:
        """Which are claimed to be the ball (n,)."""
        return np.asarray(self.class_id == ClassId.BALL)

    @property
    def filled(self) -> Bools:
        """Which the detector did not see in their frame (n,)."""
        return np.isin(self.source, (Source.INTERPOLATED.value, Source.PROPOSED.value))

    def sorted(self) -> "Rows":
        """The same in frame order; stable."""
        return self[np.argsort(self.place, kind="stable")]

    def detections(self, place: int) -> sv.Detections:
        """Hand the objects of one frame over to supervision."""
        rows = self[self.place == place]
        return sv.Detections(
            xyxy=rows.xyxy.astype(np.float32),
            confidence=rows.confidence.astype(np.float32),
            class_id=rows.class_id,
            tracker_id=rows.tracker_id,
            data={
                "source": rows.source,
                "detected_class_id": rows.detected_class_id,
                "verified": rows.probability.astype(np.float32),
            },
        )


def concatenated(parts: Sequence[Rows]) -> Rows:
    """Put pieces together, in the order given."""
    return Rows(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Rows))
    )


def answered(window: Sequence[TrackedFrame], rows: Rows) -> list[FrameState]:
    """The frame states of a window with these objects instead of their own."""
    return [
        replace(each.state, objects=rows.detections(place)) for place, each in enumerate(window)
    ]


def _rows(place: int, objects: sv.Detections) -> Rows:
    count = len(objects)
    return Rows(
        place=np.full(count, place),
        xyxy=np.asarray(objects.xyxy, np.float64).reshape(count, 4),
        confidence=np.asarray(_or(objects.confidence, np.ones(count)), np.float64),
        class_id=np.asarray(_or(objects.class_id, np.full(count, ClassId.PLAYER)), np.int64),
        tracker_id=np.asarray(_or(objects.tracker_id, np.full(count, NO_ID)), np.int64),
        source=_sources(objects, count),
        detected_class_id=np.asarray(
            objects.data.get("detected_class_id", np.full(count, NO_CLASS)), np.int64
        ),
        probability=np.full(count, np.nan),
    )


def _or(column: AnyArray | None, default: AnyArray) -> AnyArray:
    return default if column is None else column


def _sources(objects: sv.Detections, count: int) -> Strings:
    given: Any = objects.data.get("source", [Source.DETECTED.value] * count)
    return np.array([str(source) for source in given], "U12")
