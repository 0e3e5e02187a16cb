"""What a person sees of a batch under way: a bar over all inputs, with the time left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from touchline.batch.ledger import Entry
from touchline.files import as_text


class Told(Protocol):
    """Is told how far a batch is."""

    def __call__(self, over: float, entry: Entry | None) -> None:
        """So many inputs are over, with parts of those under way; one of them just now."""


@contextmanager
def progress(console: Console | None, total: int) -> Iterator[Told]:
    """Show how far a batch of so many inputs is; failures are named, whoever looks."""
    if console is None:
        yield lambda over, entry: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.fields[counts]}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %, {task.fields[rate]:.1f} frames/s"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    started, counts, frames = time.perf_counter(), {"done": 0, "failed": 0}, 0
    # Where nobody sees a bar move, nothing is drawn.
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("inputs", total=total, counts=f"0 of {total}", rate=0.0)

        def tell(over: float, entry: Entry | None) -> None:
            nonlocal frames
            if entry is not None:
                counts[entry.status] = counts.get(entry.status, 0) + 1
                frames += entry.frames or 0
            if entry is not None and entry.status == "failed":
                told = f"touchline: {entry.name} failed: {entry.reason}"
                bar.console.print(Text(as_text(told)), soft_wrap=True)
            failed = f", {counts['failed']} failed" if counts["failed"] else ""
            bar.update(
                task,
                completed=over,
                counts=f"{counts['done']} of {total} matches{failed}",
                rate=frames / (time.perf_counter() - started),
            )

        yield tell
