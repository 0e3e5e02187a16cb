import numpy as np
import pyarrow.parquet as pq
import supervision as sv

from tests.outputs.factory import match, objects
from touchline.frame import ClassId, FrameState, Source, no_pitch
from touchline.outputs.tracks import SCHEMA, Tracks


def write(path, states):
    with Tracks(path) as out:
        for state in states:
            out.write(state)
    return pq.read_table(path)


def test_rows_come_back_as_they_were_said(tmp_path):
    table = write(tmp_path / "tracks.parquet", [match(0), match(7, shot=1)])
    assert table.schema.names == SCHEMA.names
    row = table.slice(6, 1).to_pylist()[0]
    assert row == {
        "frame": 7,
        "time": 7 / 25,
        "shot": 1,
        "id": 3,
        "class": "ball",
        "class_id": 0,
        "x1": 72.0,
        "y1": 92.0,
        "x2": 77.0,
        "y2": 97.0,
        "confidence": np.float32(0.95),
        "source": "detected",
        "detected_class": None,
        "verified": None,
        "x": 2.0,
        "y": -2.0,
    }


def test_what_detector_and_verifier_said_is_kept(tmp_path):
    state = match()
    state.objects.data["detected_class_id"] = np.array([2, 1, 0, -1])
    state.objects.data["verified"] = np.array([0.5, np.nan, 0.25, 1.0], np.float32)
    table = write(tmp_path / "tracks.parquet", [state])
    assert table["detected_class"].to_pylist() == ["player", "goalkeeper", "ball", None]
    assert table["verified"].to_pylist() == [0.5, None, 0.25, 1.0]


def test_an_unknown_position_is_null(tmp_path):
    state = match()
    state.objects.data["position"][1] = np.nan
    table = write(tmp_path / "tracks.parquet", [state])
    assert table["x"].to_pylist() == [0.0, None, 2.0, 3.0]
    assert table["y"].null_count == 1


def test_an_object_without_a_track_has_a_null_id(tmp_path):
    untracked = objects(([1, 2, 3, 4], ClassId.PLAYER, 0.5), ids=False, source=Source.PROPOSED)
    table = write(tmp_path / "t.parquet", [FrameState(0, 0.0, 0, untracked, no_pitch())])
    assert table["id"].to_pylist() == [None]
    assert table["source"].to_pylist() == ["proposed"]


def test_a_clip_without_objects_is_a_table_without_rows(tmp_path):
    state = FrameState(0, 0.0, 0, sv.Detections.empty(), no_pitch())
    table = write(tmp_path / "tracks.parquet", [state])
    assert table.num_rows == 0
    assert table.schema.names == SCHEMA.names


def test_names_are_dictionaries_and_units_are_in_the_file(tmp_path):
    schema = write(tmp_path / "tracks.parquet", [match()]).schema
    assert str(schema.field("class").type).startswith("dictionary")
    assert str(schema.field("source").type).startswith("dictionary")
    assert schema.field("x").metadata[b"unit"] == b"m"
    assert b"centre spot" in schema.metadata[b"pitch"]


def test_rows_are_written_in_groups_so_that_memory_stays_bounded(tmp_path):
    path = tmp_path / "tracks.parquet"
    table = write(path, (match(i) for i in range(5000)))
    assert table.num_rows == 20000
    assert pq.ParquetFile(path).metadata.num_row_groups == 3
    assert table["frame"].to_numpy()[-1] == 4999
