import csv

import numpy as np
import pyarrow.parquet as pq
import pytest
import supervision as sv

from tests.outputs.factory import match, objects
from touchline.errors import UsageError
from touchline.frame import ClassId, FrameState, Source, no_pitch
from touchline.outputs.tracks import SCHEMA, TracksCsv, TracksParquet


def write(path, states):
    with TracksParquet(path) as out:
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


def added(index, **columns):
    """A frame state with further columns, each of four entries."""
    state = match(index)
    state.objects.data.update(columns)
    return state


def test_an_added_column_stands_beside_ours_under_its_name(tmp_path):
    team, vector = np.array([0, 1, -1, 0]), np.arange(8, dtype=np.float32).reshape(4, 2)
    state = added(0, team=team, vector=vector, sure=np.array([0.5, np.nan, 1, 0]))
    table = write(tmp_path / "tracks.parquet", [state])
    assert table.schema.names == [*SCHEMA.names, "team", "vector", "sure"]
    assert table["team"].to_pylist() == [0, 1, -1, 0]
    assert table["vector"].to_pylist() == vector.tolist()
    assert table["sure"].to_pylist() == [0.5, None, 1, 0]
    assert b"centre spot" in table.schema.metadata[b"pitch"]


@pytest.mark.parametrize("rows_a_group", [1, 6, 8192])
def test_a_column_that_comes_late_is_null_before(tmp_path, monkeypatch, rows_a_group):
    monkeypatch.setattr("touchline.outputs.tracks.ROWS_PER_GROUP", rows_a_group)
    states = [match(0), match(1), added(2, team=["a", "b", "a", "b"]), match(3)]
    table = write(tmp_path / "tracks.parquet", states)
    assert table["team"].to_pylist() == [None] * 8 + ["a", "b", "a", "b"] + [None] * 4
    assert table["frame"].to_pylist() == [index for index in range(4) for _ in range(4)]
    assert [path.name for path in tmp_path.iterdir()] == ["tracks.parquet"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"frame": [1, 2, 3, 4]}, "called frame"), ({"odd": [object()] * 4}, "odd cannot be written")],
)
def test_a_column_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path, columns, said):
    with pytest.raises(UsageError, match=said):
        write(tmp_path / "tracks.parquet", [added(0, **columns)])
    assert list(tmp_path.iterdir()) == []


def test_csv_has_the_rows_and_columns_of_parquet(tmp_path):
    states = [match(0), added(1, team=["a", "b,c", "", "d"], vector=np.eye(4)), match(2, shot=1)]
    table = write(tmp_path / "tracks.parquet", states)
    with TracksCsv(tmp_path / "tracks.csv") as out:
        for state in states:
            out.write(state)
    with (tmp_path / "tracks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == table["class"].to_pylist()
    assert [float(row["x1"]) for row in rows] == table["x1"].to_pylist()
    assert [row["verified"] for row in rows] == [""] * 12
    assert [row["team"] for row in rows[4:8]] == ["a", "b,c", "", "d"]
    assert [float(rows[5][f"vector_{k}"]) for k in range(4)] == [0, 1, 0, 0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tracks.csv", "tracks.parquet"]
