"""``cameras.parquet``: one row for each frame, with the camera behind it."""

import os
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from touchline.frame import CameraState, FrameState, PitchState
from touchline.outputs.tracks import AXES, ROWS_PER_GROUP
from touchline.outputs.writer import FileWriter

_NUMBERS = {
    "uncertainty": "m",
    "focal": "px",
    "middle_x": "px",
    "middle_y": "px",
    "distortion": "1",
    "x": "m",
    "y": "m",
    "z": "m",
    "pan": "deg",
    "tilt": "deg",
    "roll": "deg",
    "ground_length": "m",
    "ground_width": "m",
}

SCHEMA = pa.schema(
    [
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("time", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("shot", pa.int32(), nullable=False),
        *(pa.field(name, pa.float64(), metadata={"unit": unit}) for name, unit in _NUMBERS.items()),
        pa.field("knows_end", pa.bool_()),
        pa.field("homography", pa.list_(pa.float64(), 9)),
    ],
    metadata=AXES,
)


class CamerasParquet(FileWriter):
    """Writes ``cameras.parquet``; what is not known of a frame is null.

    =================== ======= ===================================================================
    column              type    meaning
    =================== ======= ===================================================================
    frame, time, shot           as in ``tracks.parquet``
    uncertainty         float64 standard error of a position in metres
    focal               float64 focal length in pixels
    middle_x, middle_y  float64 principal point in pixels
    distortion          float64 radial: a ray at r focal lengths from the middle lands at
                                r (1 + distortion r^2)
    x y z               float64 where the camera stands, metres
    pan tilt roll       float64 degrees: to the right of the pitch's y axis, down, and clockwise
    ground_length,      float64 metres of the pitch, as far as its lines tell
    ground_width
    knows_end           bool    whether it is told which end of the pitch is which
    homography          list    nine numbers, row by row: image pixels to metres on the pitch
    =================== ======= ===================================================================
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self._rows: list[dict[str, object]] = []
        self._files = ExitStack()
        self._writer: pq.ParquetWriter | None = None

    def _open(self, partial: Path) -> None:
        # Opened here: Arrow takes no name that is not UTF-8, and some for addresses.
        file = self._files.enter_context(partial.open("xb"))
        self._writer = self._files.enter_context(pq.ParquetWriter(file, SCHEMA))

    def _append(self, state: FrameState) -> None:
        place = {"frame": state.index, "time": state.time, "shot": state.shot}
        self._rows.append({**place, **_seen(state.pitch)})
        if len(self._rows) >= ROWS_PER_GROUP:
            self._write_group()

    def _close(self) -> None:
        with self._files:
            self._write_group()

    def _write_group(self) -> None:
        rows, self._rows = self._rows, []
        if rows and self._writer is not None:
            self._writer.write_table(pa.Table.from_pylist(rows, SCHEMA))


def _seen(pitch: PitchState) -> dict[str, object]:
    if pitch.homography is None:
        return {}
    view: dict[str, object] = {
        "uncertainty": pitch.uncertainty,
        "homography": pitch.homography.ravel().tolist(),
    }
    return view if pitch.camera is None else {**view, **_camera(pitch.camera)}


def _camera(camera: CameraState) -> dict[str, object]:
    right, _, forward = camera.rotation
    return {
        "focal": camera.focal,
        "middle_x": float(camera.middle[0]),
        "middle_y": float(camera.middle[1]),
        "distortion": camera.distortion,
        **dict(zip("xyz", camera.position.tolist(), strict=True)),
        "pan": float(np.rad2deg(np.arctan2(forward[0], forward[1]))),
        "tilt": float(np.rad2deg(np.arctan2(-forward[2], np.hypot(*forward[:2])))),
        "roll": float(-np.rad2deg(np.arcsin(np.clip(right[2], -1, 1)))),
        "ground_length": camera.ground[0],
        "ground_width": camera.ground[1],
        "knows_end": camera.knows_end,
    }
