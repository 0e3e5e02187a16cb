"""Frame states made by hand."""

from collections.abc import Sequence

import numpy as np
import supervision as sv

from touchline.frame import N_KEYPOINTS, ClassId, FrameState, PitchState, Source, no_pitch


def objects(
    *rows: tuple[Sequence[float], ClassId, float],
    ids: bool = True,
    source: Source = Source.DETECTED,
) -> sv.Detections:
    """Rows of (xyxy, class, confidence), with ids from 1."""
    n = len(rows)
    return sv.Detections(
        xyxy=np.array([row[0] for row in rows], np.float32).reshape(n, 4),
        class_id=np.array([row[1] for row in rows], int),
        confidence=np.array([row[2] for row in rows], np.float32),
        tracker_id=np.arange(1, n + 1) if ids else None,
        data={
            "source": np.array([source.value] * n),
            "position": np.array([[i, -i] for i in range(n)], np.float32).reshape(n, 2),
        },
    )


def match(index: int = 0, *, time: float | None = None, shot: int = 0) -> FrameState:
    """Two players, a referee and the ball, moving with the frame number; no pitch."""
    x = 40.0 + index
    return FrameState(
        index=index,
        time=index / 25 if time is None else time,
        shot=shot,
        objects=objects(
            ([x, 40, x + 20, 90], ClassId.PLAYER, 0.9),
            ([x + 40, 50, x + 60, 100], ClassId.REFEREE, 0.8),
            ([x + 25, 92, x + 30, 97], ClassId.BALL, 0.95),
            ([x + 70, 30, x + 90, 80], ClassId.PLAYER, 0.5),
        ),
        pitch=no_pitch(),
    )


def pitch(homography: np.ndarray | None, *points: tuple[int, float, float]) -> PitchState:
    """A pitch with the given (number from 0, x, y) points detected."""
    xy = np.zeros((1, N_KEYPOINTS, 2), np.float32)
    confidence = np.zeros((1, N_KEYPOINTS), np.float32)
    sources: list[Source | None] = [None] * N_KEYPOINTS
    for number, x, y in points:
        xy[0, number], confidence[0, number], sources[number] = (x, y), 0.9, Source.DETECTED
    return PitchState(
        sv.KeyPoints(xy=xy, keypoint_confidence=confidence),
        tuple(sources),
        homography,
        None if homography is None else 0.2,
    )


def camera(size: tuple[int, int]) -> np.ndarray:
    """Pixels to metres for a camera that sees the right half of the pitch from the main stand."""
    width, height = size
    image = np.array([[0.1, 0.2], [0.9, 0.2], [1.6, 0.95], [-0.6, 0.95]]) * [width, height]
    metres = np.array([[0.0, 34.0], [52.5, 34.0], [52.5, -34.0], [0.0, -34.0]])
    rows = []
    for (u, v), (x, y) in zip(image, metres, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v, -x], [0, 0, 0, u, v, 1, -y * u, -y * v, -y]]
    return np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
