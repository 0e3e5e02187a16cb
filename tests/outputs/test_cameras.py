from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.outputs.factory import match
from touchline.frame import CameraState, FrameState, no_pitch
from touchline.outputs.cameras import SCHEMA, CamerasParquet
from touchline.synthetic.camera import look_at


def write(path, states: list[FrameState]) -> list[dict]:
    with CamerasParquet(path) as out:
        for state in states:
            out.write(state)
    assert pq.read_schema(path).equals(SCHEMA)
    return pq.read_table(path).to_pylist()


def seen(target: tuple[float, float, float]) -> FrameState:
    rotation = look_at((0.0, -70.0, 20.0), target, focal=1500.0, size=(1280, 720)).rotation()
    camera = CameraState(
        focal=1500.0,
        rotation=rotation,
        position=np.array([0.0, -70.0, 20.0]),
        distortion=0.1,
        middle=np.array([640.0, 360.0]),
        ground=(101.0, 67.5),
        knows_end=False,
    )
    state = located(4)
    return replace(state, pitch=replace(state.pitch, camera=camera))


def located(index: int) -> FrameState:
    state = match(index)
    return replace(state, pitch=replace(state.pitch, homography=np.eye(3), uncertainty=0.2))


def test_a_camera_comes_back_as_angles_and_metres(tmp_path):
    (row,) = write(tmp_path / "cameras.parquet", [seen((70.0, 0.0, 0.0))])
    assert (row["frame"], row["focal"], row["distortion"]) == (4, 1500.0, 0.1)
    assert (row["x"], row["y"], row["z"]) == (0.0, -70.0, 20.0)
    assert (row["ground_length"], row["ground_width"], row["knows_end"]) == (101.0, 67.5, False)
    assert row["pan"] == pytest.approx(45)
    assert row["tilt"] == pytest.approx(np.rad2deg(np.arctan2(20, np.hypot(70, 70))))
    assert row["roll"] == pytest.approx(0, abs=1e-9)
    assert len(row["homography"]) == 9


def test_there_is_a_row_for_a_frame_that_shows_no_pitch(tmp_path):
    blank = replace(match(1), pitch=no_pitch())
    rows = write(tmp_path / "cameras.parquet", [located(0), blank])
    assert [row["frame"] for row in rows] == [0, 1]
    assert rows[0]["homography"] is not None
    assert rows[0]["focal"] is None  # a homography that no camera was found for
    assert all(rows[1][name] is None for name in SCHEMA.names[3:])


def test_no_frame_at_all_leaves_an_empty_table(tmp_path):
    assert write(tmp_path / "cameras.parquet", []) == []
