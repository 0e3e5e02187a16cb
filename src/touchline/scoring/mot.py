"""Reads tracks in the format of the MOT challenge."""

from pathlib import Path

import numpy as np

from touchline.errors import InputError
from touchline.scoring.hota import TrackedBoxes


def read_mot(path: str | Path) -> TrackedBoxes:
    """Read a text file of ``frame, id, left, top, width, height[, confidence[, class, ...]]``.

    Columns left out count as confidence 1 and class 1; further ones are ignored.

    Raises:
        InputError: The file is missing, or a line is not at least six finite numbers, or an id
            occurs twice in a frame.
    """
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2, dtype=np.float64)
        return _tracked(table.reshape(-1, table.shape[1] if table.size else 6))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a MOT track file: {error}") from error


def _tracked(table: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> TrackedBoxes:
    if table.shape[1] < 6:
        raise ValueError(f"a line needs at least 6 numbers, got {table.shape[1]}")
    if not np.isfinite(table).all():
        raise ValueError("a number is not finite")
    missing = np.ones((len(table), max(0, 8 - table.shape[1])))
    full = np.concatenate([table, missing], axis=1)
    return TrackedBoxes(
        frame=full[:, 0].astype(np.int64),
        tracker_id=full[:, 1].astype(np.int64),
        xyxy=np.concatenate([full[:, 2:4], full[:, 2:4] + full[:, 4:6]], axis=1),
        confidence=full[:, 6],
        class_id=full[:, 7].astype(np.int64),
    )
