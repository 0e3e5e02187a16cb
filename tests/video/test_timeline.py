"""The times of all frames without decoding them, and decoding that begins in the middle."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import MakeVideo
from tests.shared import beside
from touchline.errors import InputError
from touchline.video import KeyFrame, VideoReader, read_timeline


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_times_are_those_of_the_reader(make_video: MakeVideo, suffix: str) -> None:
    path = make_video(f"match{suffix}", frames=60)
    timeline = read_timeline(path)
    assert timeline is not None
    with VideoReader(path) as reader:
        assert [frame.time for frame in reader] == timeline.times.tolist()


@pytest.mark.parametrize("name", ["made", *beside("dfl_848x478", "shot_cut_360p")])
def test_frames_from_a_key_frame_on_are_those_of_the_whole_video(
    footage: Callable[[str], Path], name: str
) -> None:
    path = footage(name)
    timeline = read_timeline(path)
    assert timeline is not None
    entry = timeline.keys[-1]
    with VideoReader(path, start=entry.time) as whole, VideoReader(path, entry=entry) as sought:
        for one, other in zip(whole, sought, strict=True):
            assert (one.index, one.time) == (other.index, other.time)
            assert np.array_equal(one.image, other.image)


def test_the_entry_of_a_frame_is_the_last_key_frame_before_it(make_video: MakeVideo) -> None:
    timeline = read_timeline(make_video(codec="mpeg4", frames=40))  # a key frame in twelve
    assert timeline is not None
    assert [timeline.entry(index).index for index in (0, 11, 12, 23, 39)] == [0, 0, 12, 12, 36]


@pytest.mark.parametrize("name", ["match.avi", "match"])
def test_what_cannot_be_counted_has_no_timeline(
    make_video: MakeVideo, tmp_path: Path, name: str
) -> None:
    path = make_video(name, codec="mpeg4") if "." in name else tmp_path / name
    path.mkdir(exist_ok=True) if "." not in name else None
    assert read_timeline(path) is None


def test_an_entry_that_the_video_does_not_have_is_refused(make_video: MakeVideo) -> None:
    path = make_video(frames=20)
    with (
        VideoReader(path, entry=KeyFrame(90, 10**9, 3.6)) as reader,
        pytest.raises(InputError, match=r"no frame can be decoded at 3\.6 s"),
    ):
        next(reader)
