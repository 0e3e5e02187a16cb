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


def test_an_unreadable_image_costs_one_frame_and_is_named(tmp_path):
    write(tmp_path / "1.jpg", 1)
    (tmp_path / "2.jpg").write_text("not an image")
    write(tmp_path / "3.jpg", 3)
    with VideoReader(tmp_path) as reader:
        assert [frame.time for frame in reader] == [0, 2 / 25]
    assert reader.truncated == "2 of about 3 frames could be read: 2.jpg is not a readable image"


def test_an_image_of_another_size_costs_one_frame_and_is_told_with_both_sizes(tmp_path):
    write(tmp_path / "1.png", 1)
    write(tmp_path / "2.png", 2, size=(96, 48))
    write(tmp_path / "3.png", 3)
    with VideoReader(tmp_path) as reader:
        assert [int(frame.image[0, 0, 0]) for frame in reader] == [1, 3]
    assert "2.png has 96x48 px, not 64x48" in reader.truncated


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp"])
def test_half_an_image_is_told(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    for number in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f"{number}.{suffix}"), noise)
    half = tmp_path / f"2.{suffix}"
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    with VideoReader(tmp_path) as reader:
        assert len(list(reader)) >= 2
    assert f"2.{suffix}" in reader.truncated


def test_many_images_at_fault_are_counted_but_not_all_named(tmp_path):
    write(tmp_path / "0.png", 0)
    for number in range(1, 9):
        (tmp_path / f"{number}.png").write_text("x")
    with VideoReader(tmp_path) as reader:
        assert len(list(reader)) == 1
    assert reader.truncated.endswith("3.png is not a readable image; and 5 more")


def test_a_folder_with_the_name_of_an_image_is_none(tmp_path):
    write(tmp_path / "1.jpg", 1)
    (tmp_path / "0.jpg").mkdir()
    with VideoReader(tmp_path) as reader:
        assert len(list(reader)) == reader.info.frames == 1
    assert reader.truncated is None


@given(st.lists(st.integers(0, 10**9), unique=True), st.text(max_size=3))
def test_numbers_are_ordered_by_their_value(numbers, prefix):
    stem = prefix.rstrip("0123456789")
    names = sorted((f"{stem}{number}.jpg" for number in numbers), key=natural_key)
    assert names == [f"{stem}{number}.jpg" for number in sorted(numbers)]


@given(st.lists(st.text(max_size=6)))
def test_any_names_can_be_ordered(names):
    assert len(sorted(names, key=natural_key)) == len(names)
