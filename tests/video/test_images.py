import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import InputError
from touchline.video import VideoReader, read_frames
from touchline.video.images import natural_key


def write(path, value, size=(64, 48)):
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), value, np.uint8))


def test_images_come_in_natural_order_with_times(tmp_path):
    for number in (10, 2, 1):
        write(tmp_path / f"frame{number}.png", number)
    frames = list(read_frames(tmp_path, image_fps=50))
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 10]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.02, 0.04])


def test_every_kind_of_image_is_read_and_other_files_are_passed_over(tmp_path):
    for value, name in enumerate(["a.BMP", "b.jpeg", "c.JPG", "d.png"]):
        write(tmp_path / name, value)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "._a.jpg").write_text("x")
    assert [int(frame.image[0, 0, 0]) for frame in read_frames(tmp_path)] == [0, 1, 2, 3]


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "match.txt").write_text("x")
    with pytest.raises(InputError, match=r"without images.*\.png"):
        VideoReader(tmp_path)


def test_a_folder_whose_first_image_is_unreadable_is_refused(tmp_path):
    (tmp_path / "1.jpg").write_text("not an image")
    with pytest.raises(InputError, match=r"1\.jpg: not a readable image"):
        VideoReader(tmp_path)


def test_an_unreadable_image_ends_the_reading_and_is_named(tmp_path):
    write(tmp_path / "1.jpg", 1)
    (tmp_path / "2.jpg").write_text("not an image")
    write(tmp_path / "3.jpg", 3)
    with VideoReader(tmp_path) as reader:
        assert len(list(reader)) == 1
    assert reader.truncated == "1 of about 3 frames could be read: 2.jpg is not a readable image"


def test_images_of_mixed_sizes_are_refused_with_both_sizes(tmp_path):
    write(tmp_path / "1.png", 1)
    write(tmp_path / "2.png", 2, size=(96, 48))
    with pytest.raises(InputError, match=r"2\.png: 96x48 px, but 1\.png has 64x48"):
        list(read_frames(tmp_path))


@given(st.lists(st.integers(0, 10**9), unique=True), st.text(max_size=3))
def test_numbers_are_ordered_by_their_value(numbers, prefix):
    stem = prefix.rstrip("0123456789")
    names = sorted((f"{stem}{number}.jpg" for number in numbers), key=natural_key)
    assert names == [f"{stem}{number}.jpg" for number in sorted(numbers)]


@given(st.lists(st.text(max_size=6)))
def test_any_names_can_be_ordered(names):
    assert len(sorted(names, key=natural_key)) == len(names)
