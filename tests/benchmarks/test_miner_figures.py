"""The miner's measurements on a clip that is over in a moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.miner_figures import availability, early, overhead, remux, soak
from benchmarks.miner_load import Service, serving
from tests.conftest import MakeVideo
from touchline.video import VideoReader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("bench") / "miner") as service:
        yield service


def test_a_soak_tells_memory_before_and_after_and_what_is_left(
    service: Service, make_video: MakeVideo
) -> None:
    found = soak(service, make_video(frames=12), count=4, early=2)
    assert isinstance(found["rss_mib"], dict)
    assert list(found["rss_mib"]) == [2, 4]
    assert found["growth"] == pytest.approx(0, abs=0.2)
    assert (found["files_left"], found["sockets_left"]) == (0, 0)


def test_what_is_left_is_seen(service: Service) -> None:
    left = service.scratch / "touchline-video-1-x"
    left.mkdir()
    assert service.files() == 1
    left.rmdir()


def test_availability_is_asked_while_the_miner_is_busy(
    service: Service, make_video: MakeVideo
) -> None:
    found = availability(service, make_video(frames=100))
    asked, p50, p99, most = (found[name] for name in ("asked", "p50_ms", "p99_ms", "max_ms"))
    assert isinstance(asked, int)
    assert asked > 2
    assert isinstance(p50, float)
    assert isinstance(p99, float)
    assert isinstance(most, float)
    assert 0 < p50 <= p99 <= most


def test_the_overhead_is_told_in_its_parts(service: Service, make_video: MakeVideo) -> None:
    found = overhead(service, make_video(frames=25), repeats=2)
    assert found["frames"] == 25
    for name in ("beyond_median_s", "sending_median_s", "building_s"):
        seconds = found[name]
        assert isinstance(seconds, float)
        assert 0 <= seconds < 2


def test_what_is_gained_by_an_early_start_is_the_difference(
    service: Service, make_video: MakeVideo
) -> None:
    found = early(service, make_video(frames=50), over=1.0)
    after = found["after_last_byte_s"]
    assert isinstance(after, dict)
    assert after["front"] > 0
    assert found["earlier_s"] == pytest.approx(after["end"] - after["front"], abs=0.02)


def test_a_remuxed_clip_has_the_same_frames_and_its_index_where_it_was_asked_for(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    clip = make_video(frames=9)
    for front in (True, False):
        copy = remux(clip, tmp_path / f"{front}.mp4", front=front)
        content = copy.read_bytes()
        assert (content.index(b"moov") < content.index(b"mdat")) is front
        with VideoReader(copy) as reader:
            assert sum(1 for _ in reader) == 9
