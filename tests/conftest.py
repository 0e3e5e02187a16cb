"""The order of the tests, a match for all, and makers of videos, good and bad, with PyAV."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.container import OutputContainer

from tests.shared import SHARED
from touchline.synthetic import write_match

MakeVideo = Callable[..., Path]

MILLISECOND = Fraction(1, 1000)


def pytest_configure(config: pytest.Config) -> None:
    """What is measured of networks is remembered for all tests and runs, and not at home."""
    folder = Path(config.cache.mkdir("home")) / ".cache"
    (folder / "touchline").mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(folder)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests run side by side, begin with the slow files: none is left to one at the end."""
    if hasattr(config, "workerinput"):
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: -slow[item.path])


def picture(index: int, width: int, height: int) -> np.ndarray:
    """A red corner at the top left, a bar that moves, and a little noise."""
    image = np.full((height, width, 3), 60, np.uint8)
    start = index * 4 % width
    image[:, start : start + width // 6] = 200
    image[: height // 4, : width // 4] = (0, 0, 255)
    noise = np.random.default_rng(index).integers(0, 12, image.shape, dtype=np.uint8)
    return image + np.minimum(noise, 255 - image)


def add_silence(container: OutputContainer, stream: AudioStream) -> None:
    """Write three seconds of silence: longer than the pictures beside it."""
    samples = np.zeros((1, 3 * 44100), np.float32)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate = 44100
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def encode(
    path: Path,
    *,
    frames: int = 40,
    size: tuple[int, int] = (128, 96),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    stamps: Sequence[int] | None = None,
    turn: float | None = None,
    sound: bool = False,
    title: str = "match",
    step: int = 1,
) -> Path:
    """Write `frames` pictures of `size`, 25 a second, or one at each of `stamps` (milliseconds).

    Each of the frames takes the time of `step`.
    """
    time_base = MILLISECOND if stamps else Fraction(1, 25)
    # The index at the front, as for streaming: a truncated file can then still be opened.
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata["title"] = title
        stream = container.add_stream(codec, rate=25)
        (stream.width, stream.height), stream.pix_fmt = size, pix_fmt
        stream.codec_context.time_base = time_base
        stream.options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        if turn is not None:
            stream.set_display_rotation(turn)
        if sound:
            add_silence(container, container.add_stream("aac", rate=44100, layout="mono"))
        for index, stamp in enumerate(stamps or range(0, frames * step, step)):
            frame = av.VideoFrame.from_ndarray(picture(index, *size), format="bgr24")
            frame.pts, frame.time_base = stamp, time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Make a video called `name` in the test's folder; other arguments as in `encode`."""

    def make(name: str = "match.mp4", **arguments: Any) -> Path:
        return encode(tmp_path / name, **arguments)

    return make


@pytest.fixture(scope="session")
def match(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a made match, ``match.mp4`` and ``truth.json``, rendered once for all.

    30 frames of 640x360: a pan, a close-up from frame 12 on, and the main camera from frame 21 on.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "match"
    if not folder.exists():
        made = tmp_path_factory.mktemp("made")
        write_match(made, seed=8, seconds=1.2, size=(640, 360), close_up=(0.4, 0.7))
        with suppress(OSError):  # another process was here first
            made.rename(folder)
    return folder


@pytest.fixture
def footage(match: Path) -> Callable[[str], Path]:
    """Where a clip lies, by its name: the made match, or one beside the project."""

    def find(name: str) -> Path:
        made = match / "match.mp4"
        return made if name == "made" else SHARED / "data" / "clips" / f"{name}.mp4"

    return find


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[[str], Path]:
    """Make three seconds of silence called `name` in the test's folder."""

    def make(name: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            add_silence(container, container.add_stream("aac", rate=44100, layout="mono"))
        return path

    return make
