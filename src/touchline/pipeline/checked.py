"""Models that are not ours, held to what ``Detector`` and ``PitchModel`` promise.

What breaks that promise would come out far from here, as a traceback or as a wrong answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import supervision as sv

from touchline.arrays import Image
from touchline.detection import Detector
from touchline.errors import UsageError
from touchline.frame import N_KEYPOINTS, Source, no_pitch
from touchline.pitch import PitchModel
from touchline.tracking import FURTHEST, require_detections


@dataclass(frozen=True, slots=True)
class CheckedDetector:
    """A detector that is not ours."""

    detector: Detector

    @property
    def adds(self) -> Collection[str]:
        """Columns that it adds."""
        return getattr(self.detector, "adds", ())

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        """What it finds.

        Raises:
            UsageError: That is no answer to these images, its classes are numbered otherwise, or a
                column that it says it adds is missing.
        """
        name = f"{type(self.detector).__name__}.detect"
        found = self.detector.detect(images)
        if not isinstance(found, Sequence) or len(found) != len(images):
            raise UsageError(f"{name} gives one sv.Detections for each of its images")
        for each in found:
            require_detections(each, name)
            if len(each) and (lost := sorted({*self.adds} - {*each.data})):
                raise UsageError(f"{name} says that it adds {', '.join(lost)}, but does not")
        return list(found)


@dataclass(frozen=True, slots=True)
class CheckedPitchModel:
    """A pitch model that is not ours."""

    model: PitchModel

    def locate(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        """What it finds; ``sv.KeyPoints.empty()`` is no pitch.

        Raises:
            UsageError: That is no answer to these images.
        """
        name = f"{type(self.model).__name__}.locate"
        found = self.model.locate(images)
        if not isinstance(found, Sequence) or len(found) != len(images):
            raise UsageError(f"{name} gives one sv.KeyPoints for each of its images")
        return [_checked_pitch(each, name) for each in found]


def _checked_pitch(found: object, name: str) -> sv.KeyPoints:
    if not isinstance(found, sv.KeyPoints):
        raise UsageError(f"{name}: supervision.KeyPoints are needed; got {type(found).__name__}")
    if len(found) == 0:
        return no_pitch().keypoints
    xy, given = np.asarray(found.xy), found.keypoint_confidence
    sure = np.ones((1, N_KEYPOINTS)) if given is None else np.asarray(given)
    if xy.shape != (1, N_KEYPOINTS, 2) or xy.dtype.kind not in "fiu":
        raise UsageError(
            f"{name}: xy is numbers (1, {N_KEYPOINTS}, 2), one pitch; got {xy.dtype} {xy.shape}"
        )
    if sure.shape != (1, N_KEYPOINTS) or sure.dtype.kind not in "fiu":
        raise UsageError(
            f"{name}: keypoint_confidence is numbers (1, {N_KEYPOINTS}), 0 for an absent point; "
            f"got {sure.dtype} {sure.shape}"
        )
    if not (np.abs(xy) < FURTHEST).all() or not ((sure >= 0) & (sure <= 1)).all():
        raise UsageError(
            f"{name}: xy is finite, (0, 0) where a point is absent, and its confidence 0 to 1"
        )
    _require_sources(found, name)
    return found


def _require_sources(found: sv.KeyPoints, name: str) -> None:
    if "source" not in found.data:
        return
    sources = np.asarray(found.data["source"])
    if sources.shape != (1, N_KEYPOINTS) or not {*map(str, sources[0])} <= {"", *_SOURCES}:
        raise UsageError(
            f"{name}: data['source'] is (1, {N_KEYPOINTS}) of {', '.join(_SOURCES)}, or empty"
        )


_SOURCES = (Source.DETECTED.value, Source.PROJECTED.value)
