from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.detector.frames import HEIGHT, WIDTH, drawn_image, label_text, write_dataset
from training.detector.data import (
    GOALKEEPER,
    KIT_BALL,
    KIT_KEEPER,
    KIT_REFEREE,
    PLAYER,
    frame_paths,
    load_frames,
    match_of,
    parse_labels,
    read_frame,
    shirt_colour,
)


def test_a_name_tells_its_match():
    assert match_of("08fd33_2_10.jpg") == "08fd33"


def test_boxes_survive_writing_and_reading():
    _, boxes, class_id = drawn_image()
    parsed_class, parsed = parse_labels(label_text(boxes, class_id), width=WIDTH, height=HEIGHT)
    np.testing.assert_array_equal(parsed_class, class_id)
    np.testing.assert_allclose(parsed, boxes, atol=1e-2)


@given(st.text(alphabet=" \n", max_size=5))
def test_a_frame_may_have_no_labels(blank: str):
    class_id, xyxy = parse_labels(blank, width=WIDTH, height=HEIGHT)
    assert class_id.shape == (0,)
    assert xyxy.shape == (0, 4)


def test_matches_are_chosen_and_left_out_by_name(tmp_path: Path):
    write_dataset(tmp_path, "a_1", "a_2", "b_1", "c_1")
    names = [path.stem for path in frame_paths(tmp_path, exclude=["a"])]
    assert names == ["b_1", "c_1"]
    assert [path.stem for path in frame_paths(tmp_path, only=["a"])] == ["a_1", "a_2"]


def test_no_match_left_is_an_error(tmp_path: Path):
    write_dataset(tmp_path, "a_1")
    with pytest.raises(FileNotFoundError, match="No images"):
        frame_paths(tmp_path, exclude=["a"])


def test_a_file_that_is_no_image_is_an_error(tmp_path: Path):
    write_dataset(tmp_path, "a_1")
    path = tmp_path / "images" / "a_1.png"
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"a_1\.png is not an image"):
        read_frame(path)


def test_shirts_tell_the_teams_of_a_match_apart(tmp_path: Path):
    write_dataset(tmp_path, "a_1", "a_2")
    frames = load_frames(frame_paths(tmp_path))
    for frame in frames:
        first, second, third, fourth = frame.kit[frame.class_id == PLAYER]
        assert first == second != third == fourth
    assert frames[0].kit[0] == frames[1].kit[0]


def test_the_others_wear_kits_of_their_own(tmp_path: Path):
    write_dataset(tmp_path, "a_1")
    frame = load_frames(frame_paths(tmp_path))[0]
    assert frame.kit[frame.class_id == GOALKEEPER].tolist() == [KIT_KEEPER]
    assert frame.kit[-2:].tolist() == [KIT_REFEREE, KIT_BALL]


def test_a_shirt_that_leaves_the_frame_still_has_a_colour():
    image, *_ = drawn_image()
    box = np.array([-30, -40, 3, 5], np.float32)
    assert np.isfinite(shirt_colour(image, box)).all()
