"""A short match, and where it may be had."""

from collections.abc import Iterator

import cv2
import pytest

from tests.scorevision.miner.subnet import SIZE, Clip, hosting
from tests.service.fetching import hosts
from touchline.synthetic import write_match


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("match")
    write_match(folder, seconds=0.48, size=SIZE, close_up=None)
    video = cv2.VideoCapture(str(folder / "match.mp4"))
    frames = 0
    while video.read()[0]:
        frames += 1
    video.release()
    return Clip((folder / "match.mp4").read_bytes(), frames)


@pytest.fixture
def video(clip: Clip) -> Iterator[str]:
    """Where the clip may be had."""
    with hosting(hosts.with_ranges(clip.content)) as host:
        yield host.url()
