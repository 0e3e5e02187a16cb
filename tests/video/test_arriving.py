"""Videos that are read while they arrive."""

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import MakeVideo
from touchline.errors import InputError
from touchline.video import ArrivingFile, VideoReader

BOUND = 20.0
"""Seconds after which a test that waits has failed."""


def index_at_the_end(path: Path, source: Path) -> Path:
    """The same pictures, with the index of the container behind them."""
    with av.open(str(source)) as given, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    return path


@pytest.mark.parametrize("name", ["match.mp4", "match.mkv", "match.ts"])
def test_a_video_in_pieces_gives_the_same_frames(
    make_video: MakeVideo, tmp_path: Path, name: str
) -> None:
    whole = make_video(name, frames=60)
    content = whole.read_bytes()
    with VideoReader(whole) as reader:
        wanted = [frame.image for frame in reader]
    part = tmp_path / "part"
    part.write_bytes(b"")
    file = ArrivingFile(part)
    feeder = threading.Thread(target=feed, args=(file, part, content))
    feeder.start()
    with file, VideoReader(file) as reader:
        found = [frame.image for frame in reader]
        assert reader.truncated is None
    feeder.join(BOUND)
    assert len(found) == len(wanted) == 60
    assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


def feed(file: ArrivingFile, path: Path, content: bytes, block: int = 700) -> None:
    with path.open("ab") as sink:
        for start in range(0, len(content), block):
            sink.write(content[start : start + block])
            sink.flush()
            file.arrived(sink.tell(), len(content))
    file.complete(len(content))


def test_the_first_frame_comes_before_the_last_byte(make_video: MakeVideo, tmp_path: Path) -> None:
    whole = make_video(frames=200, size=(320, 192), codec="mpeg4")
    content = whole.read_bytes()
    half = len(content) * 2 // 3
    part = tmp_path / "part"
    part.write_bytes(content[:half])
    with ArrivingFile(part, total=len(content)) as file:
        file.arrived(half)
        with VideoReader(file) as reader:
            assert next(reader).index == 0
            part.write_bytes(content)
            file.complete(len(content))
            assert len(list(reader)) == 199


def test_an_index_at_the_end_is_waited_for(make_video: MakeVideo, tmp_path: Path) -> None:
    content = index_at_the_end(tmp_path / "late.mp4", make_video(frames=30)).read_bytes()
    assert content.index(b"moov") > content.index(b"mdat")
    part = tmp_path / "part"
    part.write_bytes(b"")
    file = ArrivingFile(part)
    feeder = threading.Thread(target=feed, args=(file, part, content))
    feeder.start()
    with file, VideoReader(file) as reader:
        assert len(list(reader)) == 30
    feeder.join(BOUND)


def test_what_never_comes_is_an_error_of_whoever_reads(
    make_video: MakeVideo, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = make_video(frames=60, codec="mpeg4").read_bytes()
    part = tmp_path / "part"
    part.write_bytes(content[: len(content) * 3 // 4])
    with ArrivingFile(part, total=len(content)) as file:
        file.arrived(len(content) * 3 // 4)
        with VideoReader(file) as reader:
            next(reader)
            file.fail("the host hung up")
            with pytest.raises(InputError, match="the host hung up"):
                list(reader)
    assert "Traceback" not in capfd.readouterr().err


def test_a_failure_wakes_who_waits_and_ends_the_file(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"")
    with ArrivingFile(part) as file:
        found: list[object] = []
        waits = [lambda: file.seek(0, 2), lambda: file.read(4), lambda: file.seek(0, 0x10000)]
        waiting = [threading.Thread(target=lambda w=w: found.append(w())) for w in waits]
        for each in waiting:
            each.start()
        file.fail("gone")
        for each in waiting:
            each.join(BOUND)
        assert sorted(map(str, found)) == ["-1", "-1", "b''"]
        assert file.failure == "gone"


def test_a_failure_before_the_first_frame_is_the_reason_that_is_told(
    make_video: MakeVideo, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = make_video(frames=60).read_bytes()
    part = tmp_path / "part"
    part.write_bytes(content[:200])
    with ArrivingFile(part, total=len(content)) as file:
        file.arrived(200)
        file.fail("the host hung up")
        with pytest.raises(InputError, match="the host hung up"):
            VideoReader(file)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        b"<!doctype html><html><body>not found</body></html>" * 40,
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"",
    ],
)
def test_what_may_name_another_file_is_never_opened(tmp_path: Path, content: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(content)
    with ArrivingFile(part) as file:
        file.complete(len(content))
        with pytest.raises(InputError):
            VideoReader(file)


@given(content=st.binary(max_size=300), steps=st.lists(st.integers(-1, 90), max_size=8))
def test_it_reads_as_the_file_itself(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, steps: list[int]
) -> None:
    path = tmp_path_factory.mktemp("file") / "part"
    path.write_bytes(content)
    with ArrivingFile(path) as file, path.open("rb") as plain:
        file.complete(len(content))
        for step in steps:
            assert file.read(step) == plain.read(step)
            assert file.tell() == plain.tell()
            place = max(0, len(content) - abs(step))
            assert file.seek(-min(abs(step), len(content)), 2) == plain.seek(place)
