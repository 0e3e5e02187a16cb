"""From ``cameras.parquet`` to what the page projects with: metres to pixels, and the lens."""

import numpy as np
import pyarrow as pa

from touchline.arrays import Float32, Float64
from touchline.outputs.report.reading import column

NUMBERS = 15
"""Of a view: nine of the matrix, distortion, focal length, the middle, length and width."""


def views(cameras: pa.Table, size: tuple[int, int], ground: tuple[float, float]) -> Float32:
    """Say how each frame is seen.

    Args:
        cameras: Rows of ``cameras.parquet``.
        size: (width, height) of the frame in pixels.
        ground: Length and width of the pitch where a frame's camera does not say.

    Returns:
        (n, 15) float32: metres to pixels without the lens, row by row and positive in front of the
        camera; distortion, focal length and principal point of the lens; length and width of the
        ground. Zeros where no homography is known.
    """
    seen = np.zeros((len(cameras), NUMBERS), np.float32)
    for row, homography in enumerate(cameras.column("homography").to_pylist()):
        if homography is not None:
            seen[row, :9] = _inverse(np.reshape(homography, (3, 3)), size).ravel()
            seen[row, 10], seen[row, 13:] = 1.0, ground
    focal = column(cameras, "focal")
    known = np.flatnonzero(np.isfinite(focal))
    numbers = {name: column(cameras, name) for name in ("x", "y", "z", "pan", "tilt", "roll")}
    middle = np.stack([column(cameras, "middle_x"), column(cameras, "middle_y")], axis=1)
    for row in known.tolist():
        place = np.array([numbers[name][row] for name in "xyz"])
        turn = _rotation(*(np.deg2rad(numbers[name][row]) for name in ("pan", "tilt", "roll")))
        seen[row, :9] = _pinhole(focal[row], middle[row], turn, place).ravel()
    names = ("distortion", "focal", "middle_x", "middle_y", "ground_length", "ground_width")
    seen[known, 9:] = np.stack([column(cameras, name)[known] for name in names], axis=1)
    return seen


def _inverse(homography: Float64, size: tuple[int, int]) -> Float64:
    foot = homography @ np.array([size[0] / 2, size[1], 1.0])
    inverse: Float64 = np.linalg.inv(homography) * foot[2]
    return inverse


def _pinhole(focal: float, middle: Float64, turn: Float64, place: Float64) -> Float64:
    """(3, 3) from the ground's (x, y, 1) to homogeneous pixels."""
    inner = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1.0]])
    return inner @ np.column_stack([turn[:, 0], turn[:, 1], -turn @ place])


def _rotation(pan: float, tilt: float, roll: float) -> Float64:
    """Undo how ``cameras.parquet`` says a rotation: rows are right, down and forward, (3, 3)."""
    forward = np.array([np.sin(pan) * np.cos(tilt), np.cos(pan) * np.cos(tilt), -np.sin(tilt)])
    level = np.array([np.cos(pan), -np.sin(pan), 0.0])
    lean = np.arcsin(np.clip(np.sin(roll) / max(np.cos(tilt), 1e-6), -1, 1))
    right = np.cos(lean) * level + np.sin(lean) * np.cross(forward, level)
    return np.stack([right, np.cross(forward, right), forward])
