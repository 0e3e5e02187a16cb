"""Workers as processes: which cores each keeps to."""

import os
from pathlib import Path

import pytest

from tests.batch.worlds import order
from tests.pipeline.worlds import make_clip
from touchline.batch import LocalCrew, run_batch
from touchline.batch.processes import cores_of
from touchline.batch.tasks import Done, Task

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not tell of cores"
)


def test_workers_share_the_cores_that_this_process_may_use() -> None:
    cores = os.sched_getaffinity(0)
    for size in range(1, len(cores) + 1):
        shares = [cores_of(place, size) for place in range(size)]
        assert set().union(*shares) == cores
        assert sum(map(len, shares)) == len(cores)
    assert cores_of(0, len(cores) + 1) == set()


class Noting(LocalCrew):
    """Notes which cores its worker keeps to."""

    cores: set[int]

    def next(self) -> tuple[int, Task, Done]:
        found = super().next()
        self.cores = os.sched_getaffinity(self.pids[0])
        return found


def test_a_worker_keeps_to_cores_of_its_own(tmp_path: Path) -> None:
    make_clip(tmp_path / "match.mp4", [5])
    size = len(os.sched_getaffinity(0))
    crews: list[Noting] = []

    def new_crew(order: object) -> Noting:
        crews.append(Noting(order, size))  # type: ignore[arg-type]
        return crews[0]

    run_batch([str(tmp_path / "match.mp4")], order(tmp_path / "out"), new_crew)
    assert crews[0].cores == cores_of(0, size)
