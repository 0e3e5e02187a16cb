"""A batch on Ray: a worker that is killed, a machine that is lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.batch.worlds import ledger, make_clips, order, run
from touchline.batch import RayCrew, run_batch
from touchline.batch.tasks import Done, Task
from touchline.errors import UsageError

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'touchline[ray]'")
from ray.cluster_utils import Cluster  # noqa: E402 - only where there is Ray

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("clips"), 4)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Two machines, as far as Ray can tell; a worker has room on each."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    made.add_node(num_cpus=1)
    ray.init(address=made.address, logging_level="error", log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


class Disturbed(RayCrew):
    """A worker is killed when the first input is done, and a machine lost with the second."""

    answered = 0
    lost: list[Any]
    cluster: Cluster

    def next(self) -> tuple[int, Task, Done]:
        place, task, done = super().next()
        self.answered += 1
        if self.answered == 1:
            os.kill(int(done.worker.rpartition(":")[2]), signal.SIGKILL)
        if self.answered == 2:
            self.cluster.remove_node(self.lost.pop(), allow_graceful=False)
        return place, task, done


def tracks(out: Path) -> dict[str, Any]:
    return {path.parent.name: pq.read_table(path) for path in out.glob("*/tracks.parquet")}


def test_all_inputs_are_done_though_a_worker_is_killed_and_a_machine_lost(
    clips: Path, tmp_path: Path, cluster: Cluster
) -> None:
    run([clips], tmp_path / "undisturbed")
    Disturbed.cluster = cluster
    Disturbed.lost = [node for node in cluster.list_all_nodes() if node is not cluster.head_node]
    given = [str(clips)]
    report = run_batch(given, order(tmp_path / "disturbed"), lambda o: Disturbed(o, 2))
    assert report.counts == {"done": 4}
    assert not Disturbed.lost
    assert tracks(tmp_path / "disturbed") == tracks(tmp_path / "undisturbed")
    assert {row["status"] for row in ledger(tmp_path / "disturbed").values()} == {"done"}


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match="'nowhere' is no address of a cluster"):
        RayCrew(order("out"), 1, address="nowhere")
