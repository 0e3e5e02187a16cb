from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.outputs.factory import match
from touchline.analytics import Sightings
from touchline.analytics.sightings import pieces
from touchline.errors import InputError, UsageError
from touchline.outputs import TracksCsv, TracksParquet

TABLE = {"frame": [0, 1], "time": [0.0, 0.04], "tracker_id": [7, 7], "x": [1.0, None], "y": [2, 3]}


def test_a_table_from_elsewhere_needs_five_columns():
    found = Sightings.of_table(TABLE, error=0.2)
    assert found.place.tolist()[0] == [1.0, 2.0]
    assert np.isnan(found.place[1, 0])
    assert (found.shot == 0).all()
    assert (found.team == -1).all()
    assert (found.class_id == 2).all()
    assert (found.error == 0.2).all()
    assert found.is_placed.tolist() == [True, False]


def test_further_columns_are_read():
    more = {"shot": [0, 1], "team": [1, 5], "class_id": [0, 3], "error_x": [0.1, None]}
    found = Sightings.of_table(pa.table({**TABLE, **more}))
    assert found.shot.tolist() == [0, 1]
    assert found.team.tolist() == [1, -1]
    assert found.is_person.tolist() == [False, True]
    assert found.error.tolist() == [[0.1, 0.1], [0.1, 0.1]]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"frame": [0], "time": [0.0]}, "tracker_id, x, y is missing"),
        ({**TABLE, "x": ["here", "there"]}, "the column x"),
        (7, "a table of sightings"),
    ],
)
def test_what_is_no_such_table_is_refused_in_a_sentence(table, told):
    with pytest.raises(UsageError, match=told):
        Sightings.of_table(table)


@pytest.mark.parametrize(("name", "writer"), [("t.parquet", TracksParquet), ("t.csv", TracksCsv)])
def test_the_tracks_of_a_run_are_read_as_its_states_are(tmp_path: Path, name, writer):
    states = [match(index) for index in range(3)]
    with writer(tmp_path / name) as out:
        for state in states:
            out.write(state)
    read, direct = Sightings.read(tmp_path / name), Sightings.of_states(states)
    for column in ("frame", "time", "shot", "tracker_id", "class_id", "team", "place", "error"):
        assert getattr(read, column) == pytest.approx(getattr(direct, column))


def test_a_file_that_is_no_table_is_an_input_error(tmp_path: Path):
    (tmp_path / "t.parquet").write_bytes(b"no")
    for name in ("t.parquet", "none.csv"):
        with pytest.raises(InputError, match="cannot read the table"):
            Sightings.read(tmp_path / name)


def test_who_is_off_the_pitch_is_left_out():
    state = match()
    state.objects.data["off_pitch"] = np.array([True, False, False, False])
    assert len(Sightings.of_state(state)) == 3
    assert len(Sightings.of_table({**TABLE, "off_pitch": [True, False]})) == 1


def test_errors_follow_from_the_view_of_the_pitch():
    state = match()
    homography = np.diag([0.04, 0.12, 1.0])  # metres for each pixel: across, and in depth
    seen = Sightings.of_state(replace(state, pitch=replace(state.pitch, homography=homography)))
    across, depth = 0.03 * 50 * 0.04, 0.013 * 50 * 0.12
    assert seen.error[0] == pytest.approx([np.hypot(across, 0.03), np.hypot(depth, 0.03)])


def test_no_states_are_no_sightings():
    assert len(Sightings.of_states([])) == 0


def test_pieces_keep_each_row_once():
    time, shot = np.r_[np.arange(0, 200, 0.5), np.arange(200, 210, 0.5), np.nan], np.zeros(421, int)
    shot[400:420] = 1
    kept = np.concatenate([rows[own] for rows, own in pieces(time, shot)])
    assert sorted(kept.tolist()) == list(range(420))
