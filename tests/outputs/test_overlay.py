import os

import pytest

from tests.outputs.clips import write_clip
from tests.outputs.factory import match
from tests.outputs.test_writer import disk_of
from touchline.errors import InputError, OutputError
from touchline.outputs.overlay import Overlay
from touchline.video import VideoReader

STEADY = range(0, 400, 40)
UNEVEN = (0, 33, 66, 166, 200, 210, 500)


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", STEADY)


def overlay(path, clip, states):
    with Overlay(path, clip) as out:
        for state in states:
            out.write(state)
    with VideoReader(path) as reader:
        return reader.info, list(reader)


def broken_off():
    yield match(0)
    raise ZeroDivisionError


@pytest.mark.parametrize("times", [STEADY, UNEVEN])
def test_the_overlay_has_as_many_frames_at_the_same_times(tmp_path, times):
    clip = write_clip(tmp_path / "clip.mp4", times)
    _, frames = overlay(tmp_path / "overlay.mp4", clip, map(match, range(len(times))))
    assert [round(1000 * frame.time) for frame in frames] == list(times)


def test_the_overlay_keeps_the_size_and_is_playable_everywhere(tmp_path, clip):
    info, _ = overlay(tmp_path / "overlay.mp4", clip, [match()])
    assert (info.width, info.height, info.codec) == (320, 180, "h264")


def test_an_odd_size_grows_by_one_pixel(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", STEADY, size=(161, 91))
    info, frames = overlay(tmp_path / "overlay.mp4", clip, map(match, range(10)))
    assert (info.width, info.height) == (162, 92)
    assert len(frames) == 10


def test_what_is_not_drawn_on_keeps_its_colour(tmp_path, clip):
    with VideoReader(clip) as reader:
        before = next(reader).image[5, 300].astype(int)
    _, frames = overlay(tmp_path / "overlay.mp4", clip, [match()])
    assert abs(frames[0].image[5, 300].astype(int) - before).max() <= 6


def test_something_is_drawn(tmp_path, clip):
    _, frames = overlay(tmp_path / "overlay.mp4", clip, [match()])
    assert frames[0].image.std() > 10


def test_frames_without_a_state_are_left_out_and_the_others_keep_their_time(tmp_path, clip):
    _, frames = overlay(tmp_path / "overlay.mp4", clip, [match(0), match(3), match(4)])
    assert [round(1000 * frame.time) for frame in frames] == [0, 120, 160]


def test_more_states_than_frames_is_an_error_and_leaves_nothing_behind(tmp_path, clip):
    with pytest.raises(InputError, match="frame 10 could not be read a second time"):
        overlay(tmp_path / "overlay.mp4", clip, map(match, range(11)))
    assert os.listdir(tmp_path) == ["clip.mp4"]


def test_a_video_that_is_gone_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"gone\.mp4"):
        overlay(tmp_path / "overlay.mp4", tmp_path / "gone.mp4", [])


@pytest.mark.parametrize("size", [0, 500, 6000])
def test_a_full_disk_is_an_output_error_and_leaves_nothing_behind(tmp_path, clip, size):
    with disk_of(size), pytest.raises(OutputError, match=r"cannot write .*overlay\.mp4"):
        overlay(tmp_path / "overlay.mp4", clip, map(match, range(10)))
    assert os.listdir(tmp_path) == ["clip.mp4"]


def test_a_missing_folder_is_an_output_error(tmp_path, clip):
    with pytest.raises(OutputError, match="not a folder"):
        overlay(tmp_path / "nowhere" / "overlay.mp4", clip, [])


def test_a_broken_off_overlay_leaves_nothing_behind(tmp_path, clip):
    with pytest.raises(ZeroDivisionError):
        overlay(tmp_path / "overlay.mp4", clip, broken_off())
    assert os.listdir(tmp_path) == ["clip.mp4"]
