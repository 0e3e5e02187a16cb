import cv2
import numpy as np
import pytest

from tests.shared import SHARED, beside
from tests.training.pitch.frames import sample, write
from training.pitch.data import (
    load_people,
    load_samples,
    match_of,
    read_label,
    sampling_weights,
)


@pytest.mark.parametrize(
    ("name", "match"), [("08fd33_0_6.jpg", "08fd33"), ("video_3_90.jpg", "video_3")]
)
def test_a_file_name_starts_with_its_match(name, match):
    assert match_of(name) == match


def test_a_name_without_a_match_is_refused():
    with pytest.raises(ValueError, match="no match prefix"):
        match_of("frame.jpg")


def test_a_stored_frame_is_read_back(tmp_path):
    frame = sample()
    write(frame, tmp_path)
    (read,) = load_samples(tmp_path)
    assert read.match == "0a1b2c"
    assert read.image.shape == frame.image.shape
    np.testing.assert_array_equal(read.visibility, frame.visibility)
    np.testing.assert_allclose(read.points, frame.points, atol=1e-6)


def test_matches_are_split_whole(tmp_path):
    for match in ("0a1b2c", "3d4e5f"):
        for index in range(2):
            write(sample(match=match), tmp_path, name=f"{match}_0_{index}")
    assert {s.match for s in load_samples(tmp_path, without=["3d4e5f"])} == {"0a1b2c"}
    assert {s.match for s in load_samples(tmp_path, only=["3d4e5f"])} == {"3d4e5f"}


def test_cleaning_ignores_a_label_that_is_plainly_wrong(tmp_path):
    frame = sample()
    wrong = np.flatnonzero(frame.visibility)[2]
    frame.points[wrong] += 0.1
    write(frame, tmp_path)
    (read,) = load_samples(tmp_path, clean=True)
    assert np.flatnonzero(read.visibility < 0).tolist() == [wrong]


def test_a_visible_point_outside_the_frame_counts_as_absent(tmp_path):
    frame = sample()
    outside = np.flatnonzero(frame.visibility)[0]
    frame.points[outside] = (1.2, 0.5)
    write(frame, tmp_path)
    assert load_samples(tmp_path)[0].visibility[outside] == 0


def test_a_label_with_missing_numbers_is_refused(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("0 0.5 0.5 1 1 0.3")
    with pytest.raises(ValueError, match="6 numbers where 101 belong"):
        read_label(path)


def test_a_frame_of_a_small_match_is_drawn_more_often():
    few, many = [sample(match="0a1b2c")], [sample(match="3d4e5f")] * 4
    weights = sampling_weights(few + many)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(2 * weights[1])


@pytest.mark.parametrize("kind", ["made", *beside("real")])
def test_the_frames_of_one_match_are_read_from_a_set(tmp_path, kind):
    for match, index in (("c01561", 0), ("c01561", 1), ("c01561", 2), ("3d4e5f", 0)):
        write(sample(match=match), tmp_path, name=f"{match}_0_{index}")
    folder = tmp_path if kind == "made" else SHARED / "data" / "pitch"
    frames = load_samples(folder, only=["c01561"], clean=True)
    assert len(frames) == 3
    assert all(8 <= (frame.visibility > 0).sum() <= 24 for frame in frames)


def write_people(folder):
    """Frames of two matches, each with the ball and two people."""
    for part in ("images", "labels"):
        (folder / part).mkdir()
    rows = "0 0.5 0.5 0.005 0.01\n2 0.3 0.4 0.02 0.1\n3 0.7 0.6 0.02 0.09\n"
    for name in ("55c9d1_0_1", "55c9d1_0_2", "08fd33_0_1"):
        image = np.full((1080, 1920, 3), (40, 130, 50), np.uint8)
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), image)
        (folder / "labels" / f"{name}.txt").write_text(rows)
    return folder


@pytest.mark.parametrize("kind", ["made", *beside("real")])
def test_people_are_read_in_pixels(tmp_path, kind):
    folder = write_people(tmp_path) if kind == "made" else SHARED / "data" / "players"
    others = {match_of(path.name) for path in (folder / "images").iterdir()} - {"55c9d1"}
    people = load_people(folder, without=others, limit=2)
    assert len(people) == 2
    for image, boxes in people:
        assert image.shape == (1080, 1920, 3)
        assert (boxes[:, 3] > 20).all()
