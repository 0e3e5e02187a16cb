import itertools

import av
import cv2
import numpy as np
import pytest

from tests.shared import beside
from touchline.errors import InputError, UsageError
from touchline.video import VideoReader, read_frames


def read_with_opencv(path, limit=None):
    capture = cv2.VideoCapture(str(path))
    reads = (capture.read() for _ in itertools.count())
    images = (image for _, image in itertools.takewhile(lambda read: read[0], reads))
    return list(itertools.islice(images, limit))


def assert_as_opencv(path, limit=None):
    ours = list(itertools.islice(read_frames(path), limit))
    theirs = read_with_opencv(path, limit)
    assert [frame.index for frame in ours] == list(range(len(theirs)))
    for frame, image in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(frame.image, image)


def cut_short(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])


def test_frames_are_counted_and_coloured_as_by_opencv(make_video):
    assert_as_opencv(make_video())


@pytest.mark.parametrize(
    "name", ["made", *beside("broadcast_720p", "shot_cut_360p", "dfl_848x478")]
)
def test_footage_is_counted_and_coloured_as_by_opencv(footage, name):
    assert_as_opencv(footage(name), limit=60)


def hide_ten(path, copy):
    """Copy a clip with an edit list that begins with its eleventh frame."""
    options = {"avoid_negative_ts": "disabled"}
    with av.open(str(path)) as clip, av.open(str(copy), "w", options=options) as hidden:
        stream = clip.streams.video[0]
        out = hidden.add_stream_from_template(stream)
        hide = 10 * round(1 / (stream.average_rate * stream.time_base))
        for packet in clip.demux(stream):
            if packet.dts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts - hide, packet.dts - hide, out
                hidden.mux(packet)
    return copy


@pytest.mark.parametrize(("name", "shown"), [("made", 20), *beside(("shot_cut_360p", 661))])
def test_frames_that_an_edit_list_hides_are_not_missed(footage, tmp_path, name, shown):
    clip = footage(name)
    with VideoReader(hide_ten(clip, tmp_path / "hidden.mp4") if name == "made" else clip) as reader:
        count = sum(1 for _ in reader)
    assert count == reader.info.frames == shown
    assert reader.truncated is None


def test_a_whole_video_is_not_called_truncated(make_video):
    for name in ("match.mp4", "match.mkv", "match.avi", "match.ts"):
        with VideoReader(make_video(name)) as reader:
            assert len(list(reader)) == 40, name
        assert reader.truncated is None, name


def test_images_are_bgr_bytes_in_rows(make_video):
    frame = next(read_frames(make_video()))
    assert frame.image.dtype == np.uint8
    assert frame.image.shape == (96, 128, 3)
    assert frame.image.flags.c_contiguous
    blue, green, red = frame.image[:20, :28].mean((0, 1))
    assert red > 200
    assert max(blue, green) < 60


def test_frames_stay_as_they_were_while_reading_goes_on(make_video):
    path = make_video()
    frames = list(read_frames(path))
    again = [frame.image.copy() for frame in read_frames(path)]
    for frame, image in zip(frames, again, strict=True):
        np.testing.assert_array_equal(frame.image, image)


@pytest.mark.parametrize("name", ["match.mp4", "match.mkv", "match.flv", "match.ts"])
def test_a_truncated_video_gives_what_could_be_read(make_video, name):
    path = make_video(name, frames=80)
    cut_short(path)
    with VideoReader(path) as reader:
        frames = list(reader)
    assert 0 < len(frames) < 80
    # A transport stream has no header that could promise more than there is.
    assert (reader.truncated is None) == name.endswith(".ts")


def test_the_reader_says_how_far_it_came(make_video):
    path = make_video()
    cut_short(path)
    with VideoReader(path) as reader:
        count = len(list(reader))
    assert reader.truncated is not None
    assert reader.truncated.startswith(f"{count} of about 40 frames could be read: the file ends")


def test_a_corrupt_video_is_read_past_its_faults(make_video):
    path = make_video(frames=60)
    data = bytearray(path.read_bytes())
    for position in np.random.default_rng(0).integers(len(data) // 3, len(data), 60):
        data[position] ^= 0xFF
    path.write_bytes(data)
    with VideoReader(path, threads=1) as reader:
        frames = list(reader)
    # OpenCV gives up at the first fault; up to there both count alike.
    assert 60 > len(frames) > len(read_with_opencv(path))
    assert reader.truncated is not None
    assert "packets could not be decoded" in reader.truncated
    assert "pictures are damaged" in reader.truncated


def test_a_video_of_which_nothing_can_be_decoded_is_refused(make_video):
    path = make_video("match.mp4", frames=5)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    path.write_bytes(data)
    with pytest.raises(InputError, match="not one frame"):
        VideoReader(path)


# Phones write how far the picture is to be turned; FFmpeg counts counter-clockwise.
@pytest.mark.parametrize("turn", [90, 180, -90])
def test_a_rotated_phone_video_is_upright(make_video, turn):
    path = make_video(turn=turn)
    with VideoReader(path) as reader:
        frame = next(reader)
        info = reader.info
    assert info.rotation == -turn % 360
    assert frame.image.shape == (info.height, info.width, 3)
    assert (info.width, info.height) == ((128, 96) if turn == 180 else (96, 128))
    assert_as_opencv(path)


def test_ten_bit_hevc_is_read_as_bytes(make_video):
    path = make_video(codec="libx265", pix_fmt="yuv420p10le")
    with VideoReader(path) as reader:
        frames = list(reader)
    assert reader.info.codec == "hevc"
    assert len(frames) == 40
    assert frames[0].image.dtype == np.uint8


@pytest.mark.parametrize("size", [(129, 97), (854, 481)])
def test_odd_sizes_are_read(make_video, size):
    path = make_video(size=size, frames=4, codec="libx264", pix_fmt="yuv444p")
    images = [frame.image for frame in read_frames(path)]
    assert [image.shape for image in images] == [(size[1], size[0], 3)] * 4


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("match.webm", "libvpx-vp9", "yuv420p"),
        ("match.mov", "mjpeg", "yuvj420p"),
        ("match.avi", "mpeg4", "yuv420p"),
        ("match.mkv", "ffv1", "gray"),
    ],
)
def test_other_codecs_are_read(make_video, name, codec, pix_fmt):
    path = make_video(name, codec=codec, pix_fmt=pix_fmt, frames=8)
    assert len(list(read_frames(path))) == 8


def test_a_variable_frame_rate_keeps_the_true_times(make_video):
    stamps = [0, 40, 80, 200, 240, 500, 533, 566]
    path = make_video(stamps=stamps)
    times = [frame.time for frame in read_frames(path)]
    assert times == pytest.approx([stamp / 1000 for stamp in stamps], abs=0.0015)


def test_times_start_at_the_first_frame(make_video):
    path = make_video(stamps=[4000, 4040, 4080])
    assert [frame.time for frame in read_frames(path)] == pytest.approx([0, 0.04, 0.08], abs=1e-3)


@pytest.mark.parametrize("name", ["match.avi", "match.h264"])
def test_without_time_stamps_the_frame_rate_gives_the_times(make_video, name):
    times = [frame.time for frame in read_frames(make_video(name))]
    assert times == pytest.approx([index / 25 for index in range(40)])


def test_a_change_of_size_ends_the_reading(make_video, tmp_path):
    first, second = make_video("a.ts"), make_video("b.ts", size=(160, 96))
    path = tmp_path / "both.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    with VideoReader(path) as reader:
        assert len(list(reader)) == 40
    assert reader.truncated is not None
    assert "picture size changes from 128x96 to 160x96 px" in reader.truncated


def test_a_title_in_another_encoding_does_not_matter(make_video):
    path = make_video("match.avi", title="Finale")
    path.write_bytes(path.read_bytes().replace(b"Finale", b"Fin\xe9le"))
    assert len(list(read_frames(path))) == 40


def test_threads_do_not_change_the_frames(make_video):
    path = make_video()
    for one, four in zip(read_frames(path, threads=1), read_frames(path, threads=4), strict=True):
        assert one.time == four.time
        np.testing.assert_array_equal(one.image, four.image)


def test_a_reader_is_an_iterator_that_can_be_left_early(make_video):
    with VideoReader(make_video()) as reader:
        assert [next(reader).index for _ in range(3)] == [0, 1, 2]
    assert list(reader) == []
    assert reader.truncated is None


def test_a_file_name_that_looks_like_a_protocol_is_only_a_name(make_video, monkeypatch):
    path = make_video()
    odd = path.rename(path.with_name("concat:match.mp4"))
    monkeypatch.chdir(odd.parent)
    assert len(list(read_frames("concat:match.mp4"))) == 40


@pytest.mark.parametrize("name", ["match.mp4", "match.mkv"])
def test_sound_is_passed_over_even_where_it_lasts_longer(make_video, name):
    with VideoReader(make_video(name, sound=True)) as reader:
        assert len(list(reader)) == 40
    assert reader.truncated is None


def test_a_part_has_the_frames_that_the_whole_has_between_two_times(make_video):
    path = make_video()
    whole = list(read_frames(path))
    start, end = whole[3].time, whole[9].time
    with VideoReader(path, start=start, end=end) as reader:
        assert reader.info.frames == 6
        part = list(reader)
    assert [(frame.index, frame.time) for frame in part] == [
        (frame.index, frame.time) for frame in whole[3:9]
    ]
    for ours, theirs in zip(part, whole[3:9], strict=True):
        np.testing.assert_array_equal(ours.image, theirs.image)


def test_a_part_without_a_frame_is_said(make_video):
    with pytest.raises(InputError, match="no frame lies after 3600 s"):
        next(VideoReader(make_video(), start=3600))
    with pytest.raises(UsageError, match=r"end is a finite number above 5"):
        VideoReader(make_video(), start=5, end=5)
