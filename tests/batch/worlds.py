"""Small batches: dark clips with a bright square, and networks that find it."""

from pathlib import Path

import pyarrow.parquet as pq

from touchline.batch import BatchReport, Order, Worker, run_batch
from touchline.batch.tasks import Done, Task
from touchline.settings import Settings

LEAN = {
    "detector": "tests.pipeline.worlds:BrightSpot",
    "pitch_model": "tests.pipeline.worlds:NoPitch",
    "verify": "off",  # a student would deny that squares are people
    "teams": "off",
}


class Inline:
    """Workers in this very process: a process of its own takes seconds to start."""

    def __init__(self, order: Order, size: int) -> None:
        self.size, self.deaths = size, 0
        self._workers = [Worker(order) for _ in range(size)]
        self._tasks: list[tuple[int, Task]] = []

    def give(self, place: int, task: Task) -> None:
        self._tasks.append((place, task))

    def next(self) -> tuple[int, Task, Done]:
        place, task = self._tasks.pop(0)
        return place, task, self._workers[place].do(task)

    def close(self) -> None:
        self._tasks.clear()


def order(out: object, **changes: object) -> Order:
    """What a batch of such clips is to do."""
    given = {"out": str(out), "formats": ("parquet",), "dataset": False, **changes}
    return Order(settings=Settings.read(**LEAN).to_json(), **given)


def run(inputs: list[object], out: object, *, workers: int = 1, **options: object) -> BatchReport:
    """A batch in this process."""
    changes = {name: options.pop(name) for name in ("minutes", "dataset") if name in options}
    given = [str(each) for each in inputs]
    return run_batch(given, order(out, **changes), lambda o: Inline(o, workers), **options)


def ledger(out: Path) -> dict[str, dict[str, object]]:
    """The rows of its ledger by name, each there once."""
    rows = pq.read_table(out / "ledger.parquet").to_pylist()
    named = {row["name"]: row for row in rows}
    assert len(named) == len(rows)
    return named
