import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import SHARED, beside
from touchline.errors import InputError
from touchline.evaluation.formats import read_mot


def test_a_line_becomes_a_box_by_its_corners(tmp_path):
    path = tmp_path / "tracks.txt"
    path.write_text("3,7,10.5,20,30,40,0.9,2,-1,-1\n")
    table = read_mot(path)
    assert (table.frame, table.tracker_id, table.class_id) == (3, 7, 2)
    np.testing.assert_allclose(table.xyxy, [[10.5, 20, 40.5, 60]])
    np.testing.assert_allclose(table.confidence, [0.9])


def test_six_numbers_are_enough(tmp_path):
    path = tmp_path / "tracks.txt"
    path.write_text("1,1,0,0,5,5\n2,1,0,0,5,5\n")
    assert read_mot(path).confidence.tolist() == [1, 1]


@pytest.mark.filterwarnings("ignore:loadtxt")
def test_an_empty_file_has_no_tracks(tmp_path):
    path = tmp_path / "tracks.txt"
    path.write_text("")
    assert len(read_mot(path).frame) == 0


@pytest.mark.parametrize(
    "text", ["1,2,3\n", "a,b,c,d,e,f\n", "1,1,0,0,5,5\n1,1,0,0,5,5\n", "1,1,0,0,5,5\n2,1,0\n"]
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path, text):
    path = tmp_path / "tracks.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=r"tracks\.txt is not a MOT track file"):
        read_mot(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError):
        read_mot(tmp_path / "none.txt")


@given(text=st.text(alphabet="0123456789.,-\n e", max_size=60))
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("mot") / "tracks.txt"
    path.write_text(text)
    try:
        table = read_mot(path)
    except InputError:
        return
    assert table.xyxy.shape == (len(table.frame), 4)


def write_sample(path):
    """23 people who walk for a second, in the lines of SoccerTrack."""
    lines = [
        f"{frame},{person},{150.5 * person + 2 * frame},{700 - 3 * person},41.89,100.55,1,-1,-1,-1"
        for frame in range(1, 26)
        for person in range(1, 24)
    ]
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("name", ["made", *beside("soccertrack_sample_mot")])
def test_the_sample_has_23_tracks(tmp_path, name):
    real = SHARED / "data" / "tracks" / f"{name}.txt"
    table = read_mot(write_sample(tmp_path / "made.txt") if name == "made" else real)
    assert len(np.unique(table.tracker_id)) == 23
