"""What Prometheus is told of a batch, as a file for the node exporter's textfile collector."""

import time
from contextlib import suppress
from pathlib import Path

from touchline.batch.ledger import Entry
from touchline.batch.tasks import Done, Task
from touchline.errors import OutputError
from touchline.files import PathLike, as_path
from touchline.outputs import write_whole

EVERY = 1.0
"""Seconds between two writings at least."""


class BatchMetrics:
    """Counts of one batch, in the text format of Prometheus.

    Args:
        path: A file that ends in ``.prom``; None writes none.
        total: Inputs.
    """

    def __init__(self, path: PathLike | None, total: int) -> None:
        self._path: Path | None = None if path is None else as_path(path)
        self._due = 0.0
        self._total = total
        self._entries = dict.fromkeys(("done", "failed", "skipped"), 0)
        self._stages = dict.fromkeys(("match", "piece", "join"), 0.0)
        self._frames = self._deaths = 0
        self.loads: dict[str, int] = {}
        """How often each worker has loaded the networks."""

    def see(self, task: Task, done: Done, entry: Entry | None, deaths: int) -> None:
        """Take in a task that is over."""
        self._stages[task.stage] += done.seconds
        self._deaths = deaths
        if done.worker:
            self.loads[done.worker] = done.loads
        if entry is not None:
            self._entries[entry.status] += 1
            self._frames += entry.frames or 0
        if time.monotonic() >= self._due:
            with suppress(OutputError):
                self.save()
            self._due = time.monotonic() + EVERY

    def save(self) -> None:
        """Write the file: whole, or as it was.

        Raises:
            OutputError: It cannot be written.
        """
        if self._path is not None:
            write_whole(self._path, self.text().encode())

    def text(self) -> str:
        """The metrics as Prometheus reads them."""
        lines = [
            *_gauge("inputs", "Inputs of the batch.", self._total),
            *_counter("inputs_ended", "Inputs by outcome.", self._entries, "status"),
            *_counter("frames", "Frames of results.", self._frames),
            *_counter("stage_seconds", "Seconds of workers by stage.", self._stages, "stage"),
            *_counter("model_loads", "Loads of the networks.", sum(self.loads.values())),
            *_counter("worker_deaths", "Workers that died and were replaced.", self._deaths),
            *_gauge("workers", "Workers that have answered.", len(self.loads)),
        ]
        return "\n".join(lines) + "\n"


def _gauge(name: str, told: str, value: float) -> list[str]:
    full = f"touchline_batch_{name}"
    return [f"# HELP {full} {told}", f"# TYPE {full} gauge", f"{full} {value:g}"]


def _counter(
    name: str, told: str, values: float | dict[str, int] | dict[str, float], label: str = ""
) -> list[str]:
    full = f"touchline_batch_{name}_total"
    head = [f"# HELP {full} {told}", f"# TYPE {full} counter"]
    if not isinstance(values, dict):
        return [*head, f"{full} {values!r}"]
    return [*head, *(f'{full}{{{label}="{key}"}} {value!r}' for key, value in values.items())]
