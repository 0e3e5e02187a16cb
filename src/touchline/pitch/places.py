"""From pixels to true metres and back, through the lens of the camera behind a frame.

A homography comes as near as straight lines can to a picture that a lens has bent, and puts lines
where the dimensions have them; a camera knows both the lens and the ground.
"""

import numpy as np
import numpy.typing as npt

from touchline.arrays import Float64
from touchline.frame import CameraState
from touchline.pitch.dimensions import PitchDimensions

_ROUNDS = 8
"""Of a lens's distortion being undone: each is a hundred times nearer for lenses of broadcasts."""


def to_ground(camera: CameraState, points: npt.ArrayLike) -> Float64:
    """Send image points (n, 2) pixels to the ground: (n, 2) true metres; NaN above the horizon."""
    bent = (np.asarray(points, np.float64) - camera.middle) / camera.focal
    ray = bent
    for _ in range(_ROUNDS):
        ray = bent / (1 + camera.distortion * (ray**2).sum(axis=1, keepdims=True))
    away = np.column_stack([ray, np.ones(len(ray))]) @ camera.rotation
    down = np.where(away[:, 2] < -1e-9, away[:, 2], np.nan)
    return np.asarray(camera.position[:2] - away[:, :2] * (camera.position[2] / down)[:, None])


def from_ground(camera: CameraState, places: npt.ArrayLike) -> Float64:
    """Send places on the ground (n, 2), true metres, into the image: (n, 2) pixels.

    NaN behind the camera, and so far aside that the lens would fold the picture.
    """
    places = np.asarray(places, np.float64)
    away = np.column_stack([places, np.zeros(len(places))]) - camera.position
    seen = away @ camera.rotation.T
    ray = seen[:, :2] / np.where(seen[:, 2] > 1e-6, seen[:, 2], np.nan)[:, None]
    bend = camera.distortion * (ray**2).sum(axis=1, keepdims=True)
    ray = np.where(1 + 3 * bend > 0, ray * (1 + bend), np.nan)
    return np.asarray(camera.middle + camera.focal * ray)


def as_painted(
    places: Float64, pitch: PitchDimensions, ground: tuple[float, float] | None
) -> Float64:
    """Where places (n, 2) in true metres would be on a pitch of the dimensions.

    Boxes, circle and arcs have their size on every ground, so what lies between them gives way.

    Args:
        places: Metres from the centre spot.
        pitch: The dimensions.
        ground: True length and width of the ground; None where nothing else is known.
    """
    if ground is None:
        return places
    box = pitch.length / 2 - pitch.penalty_box_length
    said = np.array(
        [[0.0, pitch.circle_radius, box], [0.0, pitch.penalty_box_width / 2, pitch.width / 2]]
    )
    true = said.copy()
    true[:, 2] += (np.array(ground) - [pitch.length, pitch.width]) / 2
    columns = []
    for column, here, there in zip(places.T, true, said, strict=True):
        reach = np.abs(column)
        inner = np.interp(reach, here, there) + np.maximum(reach - here[2], 0)
        columns.append(np.copysign(inner, column))
    return np.stack(columns, axis=1)
