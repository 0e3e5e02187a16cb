"""What a worker makes of commands for a video that is removed before it reads them."""

from pathlib import Path

from touchline.service.messages import Analyse, Arrived, Cancel, Complete
from touchline.service.worker import Job


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
