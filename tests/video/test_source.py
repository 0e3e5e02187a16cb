import os

import cv2
import numpy as np
import pytest

from touchline.errors import InputError, UsageError
from touchline.video import open_source


def refusal(path):
    with pytest.raises(InputError) as caught:
        open_source(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_missing_file_is_named(tmp_path):
    assert "no such file or folder" in refusal(tmp_path / "absent.mp4")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "empty" in refusal(path)


def test_text_named_mp4_is_refused(tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("goal in minute 12\n" * 100)
    assert "not a readable video" in refusal(path)


def test_a_text_file_is_not_drawn_as_a_video(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("goal in minute 12\n" * 100)
    refusal(path)


def test_a_playlist_that_names_another_file_is_refused(make_video, tmp_path):
    make_video("part.ts")
    path = tmp_path / "match.mp4"
    path.write_text("ffconcat version 1.0\nfile part.ts\n")
    assert "playlist" in refusal(path)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    assert "neither a file nor a folder" in refusal(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(make_video):
    path = make_video()
    path.chmod(0)
    assert "cannot be read" in refusal(path)


def test_sound_alone_is_refused(make_sound):
    assert "no video" in refusal(make_sound("commentary.mp4"))


def test_a_video_of_zero_frames_is_refused(make_video):
    path = make_video(frames=1)
    data = path.read_bytes()
    # What is left is the header, whole, and not one byte of the pictures it promises.
    path.write_bytes(data[: data.index(b"mdat") + 4])
    assert "not one frame" in refusal(path)


@pytest.mark.parametrize("size", [(1, 1), (16, 128)])
def test_pictures_too_small_to_work_on_are_refused(make_video, size):
    message = refusal(make_video("tiny.mkv", size=size, codec="ffv1", pix_fmt="bgr0"))
    assert f"{size[0]}x{size[1]} px" in message
    assert "32 px" in message


def test_a_path_may_be_a_string_or_begin_at_home(make_video, monkeypatch):
    path = make_video()
    monkeypatch.setenv("HOME", str(path.parent))
    assert open_source(str(path)).info == open_source("~/match.mp4").info


def test_the_info_says_what_the_video_is(make_video):
    info = open_source(make_video(size=(128, 96))).info
    assert (info.width, info.height, info.fps, info.frames) == (128, 96, 25, 40)
    assert info.duration == pytest.approx(1.6)
    assert (info.codec, info.rotation) == ("h264", 0)


def test_a_container_that_counts_no_frames_says_none(make_video):
    info = open_source(make_video("match.mkv")).info
    assert info.frames is None
    assert info.duration == pytest.approx(1.6, abs=0.05)


def test_a_folder_is_opened_as_images(tmp_path):
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((48, 64, 3), np.uint8))
    info = open_source(tmp_path, image_fps=10).info
    assert (info.width, info.height, info.fps, info.frames, info.duration) == (64, 48, 10, 1, 0.1)


@pytest.mark.parametrize("arguments", [{"image_fps": 0}, {"image_fps": -1}, {"threads": -1}])
def test_arguments_out_of_range_are_misuse(tmp_path, arguments):
    with pytest.raises(UsageError, match=next(iter(arguments))):
        open_source(tmp_path, **arguments)
