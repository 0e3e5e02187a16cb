import itertools

import av
import pytest

from tests.conftest import MILLISECOND, MakeVideo, picture
from touchline.video import Beats, VideoReader, rate_note
from touchline.video.rate import measured_rate


def times(*steps):
    return [0.0, *itertools.accumulate(steps)]


@pytest.mark.parametrize("rate", [24.0, 25.0, 30000 / 1001, 30.0, 50.0, 60.0, 120.0, 240.0])
def test_a_claim_that_fits_is_kept_to_the_bit_though_the_container_counts_milliseconds(rate):
    rounded = [round(1000 * k / rate) / 1000 for k in range(300)]
    assert measured_rate(rounded[:48], rate) == rate
    beats = Beats(rate)
    assert [beats.of(time) for time in rounded] == list(range(300))
    assert rate_note(rate, None, beats, 300) is None


@pytest.mark.parametrize("claimed", [1000.0, 60000.0, 50.0, 0.6, 12.5, None])
def test_the_times_are_believed_where_the_claim_does_not_fit(claimed):
    stamps = [k / 25 for k in range(48)]
    assert measured_rate(stamps, claimed) == pytest.approx(25)
    held = times(60.0, *[1 / 25] * 46)
    assert measured_rate(held, claimed) == pytest.approx(25)


def test_a_stream_that_stores_fields_is_measured_by_the_times_it_has():
    stamps = [time for k in range(24) for time in (k / 25, None)]
    assert measured_rate(stamps, 50.0) == pytest.approx(25)


def test_without_times_the_claim_is_all_there_is():
    assert measured_rate([None] * 48, 25.0) == measured_rate([0.0], 25.0) == 25.0
    assert measured_rate([None, None], None) is None
    assert measured_rate([], 1e6) == 1000.0


def test_frames_left_out_do_not_slow_the_rate():
    stamps = [k / 25 for k in range(60) if k % 6]
    assert measured_rate(stamps, 20.8) == pytest.approx(25)


def test_a_pause_takes_as_many_beats_as_it_lasts():
    beats = Beats(25.0)
    got = [beats.of(time) for time in times(0.04, 0.04, 10.0, 0.04)]
    assert got == [0, 1, 2, 252, 253]
    assert "one frame stands for 10.0 s" in rate_note(25.0, None, beats, 5)


def test_denser_frames_are_parts_of_a_beat_and_find_back_to_whole_ones():
    beats = Beats(25.0)
    assert [beats.of(time) for time in times(0.04, 0.02, 0.02, 0.04)] == [0, 1, 1.5, 2, 3]


def test_what_stands_still_takes_a_millisecond_at_least():
    beats = Beats(1000.0)
    assert [beats.of(1e-7 * k) for k in range(50)] == list(range(50))


def write(path, stamps, rate, **options):
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.codec_context.time_base = MILLISECOND
        for index, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(picture(index, 128, 96), format="bgr24")
            frame.pts, frame.time_base = stamp, MILLISECOND
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_first_frame_that_is_held_does_not_slow_a_file(tmp_path, name):
    path = write(tmp_path / name, [0, *range(60_000, 61_600, 40)], 25)
    with VideoReader(path) as reader:
        frames = list(reader)
    assert reader.info.fps == pytest.approx(25, abs=0.1)
    assert len(frames) == 41
    assert frames[1].time == pytest.approx(60.0, abs=0.01)


def test_what_the_container_claims_is_kept_beside_the_rate(tmp_path):
    path = write(tmp_path / "a.mkv", range(0, 1600, 40), 1000)
    with VideoReader(path) as reader:
        assert len(list(reader)) == 40
    assert reader.info.fps == pytest.approx(25)
    assert reader.info.claimed_fps not in (None, reader.info.fps)


def test_an_avi_that_was_filled_up_with_empty_chunks_has_the_rate_of_its_pictures(
    make_video: MakeVideo,
) -> None:
    path = make_video("match.avi", codec="mpeg4", frames=20, step=2)
    with VideoReader(path) as video:
        times = [frame.time for frame in video]
        assert (video.info.fps, video.info.claimed_fps) == pytest.approx((12.5, 25))
        assert video.truncated is None
    assert times == pytest.approx([place / 12.5 for place in range(20)])
