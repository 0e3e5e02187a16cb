"""What a worker makes of commands for a video that is removed, or whose time is over."""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from tests.pipeline.worlds import make_clip
from touchline.errors import InputError
from touchline.frame import FrameState
from touchline.pipeline import Models
from touchline.service.messages import Analyse, Analysed, Arrived, Cancel, Complete
from touchline.service.worker import EventWriter, Job, analyse
from touchline.settings import Settings


def command(path: Path) -> Analyse:
    return Analyse(path=str(path), within=(14.0,), max_seconds=60.0, max_pixels=10**6)


def test_a_video_that_is_gone_before_it_is_opened_is_a_job_that_fails(tmp_path: Path) -> None:
    job = Job.of(command(tmp_path / "video"))
    with job.file:
        assert job.file.read(1) == b""
        assert "No such file" in str(job.file.failure)


def test_that_a_video_is_whole_may_be_read_after_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "video"
    path.touch()
    job = Job.of(command(path))
    path.unlink()
    with job.file:
        job.apply(Complete(size=0))
        job.cancel()
        assert job.file.read(1) == b""
        assert "cancelled" in str(job.file.failure)


def test_that_a_video_is_whole_may_be_read_after_it_is_analysed(tmp_path: Path) -> None:
    path = tmp_path / "video"
    path.write_bytes(b"1")
    job = Job.of(command(path))
    with job.file:
        job.apply(Arrived(there=1, total=1))
        assert job.file.read() == b"1"
    job.apply(Complete(size=1))
    job.apply(Cancel())


class Spot:
    """A writer that only counts frames."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.faults: Counter[str] = Counter()
        self.count = self.revised = 0

    def __len__(self) -> int:
        return self.count

    def add(self, state: FrameState) -> None:
        self.count += 1

    def revise(self, again: Callable[[FrameState], FrameState]) -> None:
        self.revised += 1

    def frames(self) -> bytes:
        return f"{self.count} {self.revised}".encode()


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load(
        Settings.read(
            detector="tests.pipeline.worlds:BrightSpot",
            pitch_model="tests.pipeline.worlds:NoPitch",
            verify="off",
        )
    )


def analysed(path: Path, models: Models, arrived: int, **given: float) -> tuple[Analysed, bytes]:
    """What becomes of a video of which so many bytes ever arrive."""
    job = Job.of(command(path).model_copy(update=given))
    with job.file:
        job.apply(Arrived(there=arrived, total=path.stat().st_size))
        return analyse(job, models, EventWriter(BytesIO()), Spot)


def test_when_its_time_is_over_an_answer_is_made_of_what_was_seen(
    tmp_path: Path, models: Models
) -> None:
    path = tmp_path / "match.mp4"
    make_clip(path, [50])
    whole = path.stat().st_size
    all_of_it, frames = analysed(path, models, whole, stop_after=60.0)
    assert (all_of_it.frames, frames) == (50, b"50 1")
    assert all_of_it.skipped["truncated"] is None
    cut, _ = analysed(path, models, whole, stop_after=0.0)
    assert cut.frames < 50
    assert cut.skipped["truncated"] == "its time was over"


def test_a_video_that_breaks_off_before_its_time_is_over_is_still_an_error(
    tmp_path: Path, models: Models
) -> None:
    path = tmp_path / "match.mp4"
    path.write_bytes(b"no video at all")
    with pytest.raises(InputError):
        analysed(path, models, path.stat().st_size, stop_after=60.0)
