"""What flows between the rooms: frames in, frame states out.

Boxes are ``supervision.Detections`` and points are ``supervision.KeyPoints``; this module adds only
what those two do not know: time, shots, the pitch, and where each fact comes from.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
import supervision as sv

from touchline.arrays import Float64, Image

N_KEYPOINTS = 32
NO_ID = -1
"""The id of an object that no track has taken up."""
NO_CLASS = -1
"""The detector's class of an object that it did not see in this very frame."""


class ClassId(IntEnum):
    """Classes of an object, as the subnet numbers them."""

    BALL = 0
    GOALKEEPER = 1
    PLAYER = 2
    REFEREE = 3


class Source(StrEnum):
    """Where a box or a keypoint comes from."""

    DETECTED = "detected"
    """Seen by the network in this very frame."""
    TRACKED = "tracked"
    """A detection of this frame, smoothed or re-identified by its track."""
    INTERPOLATED = "interpolated"
    """Between two detections of one track; nothing was looked at in this frame."""
    PROPOSED = "proposed"
    """A likely place that a verifier confirmed though the detector was silent."""
    PROJECTED = "projected"
    """A keypoint computed from a homography that enough other points support."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture.

    Attributes:
        index: Position in decode order, from 0.
        time: Presentation time in seconds from the first frame.
        image: uint8 (H, W, 3), BGR.
    """

    index: int
    time: float
    image: Image


@dataclass(frozen=True, slots=True, eq=False)
class PitchState:
    """The pitch as one frame shows it.

    Attributes:
        keypoints: One pitch: ``xy`` (1, 32, 2) float32 in pixels, ``keypoint_confidence`` (1, 32);
            an absent point is (0, 0) with confidence 0.
        sources: 32 entries: ``DETECTED``, ``PROJECTED`` or None for an absent point.
        homography: (3, 3) float64 from image pixels to pitch metres, or None where too few points
            support one.
        uncertainty: Standard error in metres of a position in the visible part of the pitch, or
            None without a homography.
    """

    keypoints: sv.KeyPoints
    sources: tuple[Source | None, ...]
    homography: Float64 | None = None
    uncertainty: float | None = None

    def __post_init__(self) -> None:
        if self.keypoints.xy.shape != (1, N_KEYPOINTS, 2) or len(self.sources) != N_KEYPOINTS:
            raise ValueError(
                f"a pitch has {N_KEYPOINTS} keypoints and as many sources; "
                f"got xy {self.keypoints.xy.shape} and {len(self.sources)} sources"
            )


@dataclass(frozen=True, slots=True, eq=False)
class FrameState:
    """What Touchline says about one frame.

    Attributes:
        index: Frame number in decode order, from 0.
        time: Seconds from the first frame.
        shot: Number of the shot, from 0; ids are never shared between shots.
        objects: ``xyxy`` (n, 4) float32 pixels of the original frame, ``confidence``, ``class_id``
            (see ``ClassId``), ``tracker_id``, ``data["source"]`` (n,) of ``Source`` values and
            ``data["position"]`` (n, 2) float32 metres on the pitch, NaN where unknown.
        pitch: The pitch in this frame.
    """

    index: int
    time: float
    shot: int
    objects: sv.Detections
    pitch: PitchState


def no_pitch() -> PitchState:
    """A frame in which no pitch was found: 32 absent points."""
    points = sv.KeyPoints(
        xy=np.zeros((1, N_KEYPOINTS, 2), np.float32),
        keypoint_confidence=np.zeros((1, N_KEYPOINTS), np.float32),
    )
    return PitchState(keypoints=points, sources=(None,) * N_KEYPOINTS)
