"""A whole batch: from what was named to results, ledger and dataset."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from rich.console import Console

from touchline.batch.board import Board
from touchline.batch.crew import Crew
from touchline.batch.inputs import BatchInput, find_inputs, unlike
from touchline.batch.ledger import Ledger
from touchline.batch.metrics import BatchMetrics
from touchline.batch.progress import progress
from touchline.batch.stores import SCRATCH, store_of
from touchline.batch.tasks import Order
from touchline.errors import require_number
from touchline.files import PathLike
from touchline.outputs import check_formats

ENDED = "the batch was ended before it"
TWICE = "the same place is named before"


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A batch in figures.

    Attributes:
        counts: Inputs by status, those of an earlier batch that was gone on with included.
        ledger: Where the ledger is.
        workers: Processes that took part.
        loads: How often they have loaded the networks, all together.
        deaths: Workers that died and were replaced.
    """

    counts: dict[str, int]
    ledger: str
    workers: int
    loads: int
    deaths: int


def run_batch(
    given: Sequence[str | os.PathLike[str]],
    order: Order,
    new_crew: Callable[[Order], Crew],
    *,
    resume: bool = False,
    console: Console | None = None,
    metrics: PathLike | None = None,
) -> BatchReport:
    """Analyse many videos; each ends in the ledger, done, failed or skipped, once.

    Args:
        given: As for ``find_inputs``.
        order: What all of them have in common; its key is made here.
        new_crew: Makes those who do the work.
        resume: Whether to go on with a batch that was cut off: what is done stays, what failed is
            tried again.
        console: Told of failures; a progress bar goes there, if it is a terminal.
        metrics: A file for Prometheus.

    Raises:
        InputError: No video is meant, or a store cannot be used.
        OutputError: The ledger cannot be written.
        UsageError: There is no such format, a length is no length, or what was left is of other
            settings.
    """
    check_formats(order.formats)
    if order.minutes is not None:
        require_number("minutes", order.minutes, above=0)
    inputs = find_inputs(given)
    store = store_of(order.out)
    order = order.keyed()
    ledger = Ledger.resumed(store, order.key) if resume else Ledger(store, order.key)
    inputs = _named_as_before(inputs, ledger)
    left = _once([each for each in inputs if each.name not in ledger.entries], ledger)
    ledger.save()  # before any work: a place that cannot be written shows now
    numbers = BatchMetrics(metrics, len(inputs))
    numbers.save()
    try:
        with closing(new_crew(order)) as crew:
            _work(crew, Board(left), ledger, numbers, console=console)
            deaths = crew.deaths
        store.remove(SCRATCH)
    finally:
        ledger.skip(left, ENDED)
        ledger.save()
        numbers.save()
    return BatchReport(
        counts=dict(ledger.counts()),
        ledger=f"{store.name}/ledger.parquet",
        workers=len(numbers.loads),
        loads=sum(numbers.loads.values()),
        deaths=deaths,
    )


def _work(
    crew: Crew, board: Board, ledger: Ledger, numbers: BatchMetrics, *, console: Console | None
) -> None:
    """Give tasks to those who have none, until none is left and nobody is at one."""
    idle, busy = [*range(crew.size)], 0
    with progress(console, board.total) as tell:
        while True:
            while idle and (task := board.next()) is not None:
                crew.give(idle.pop(0), task)
                busy += 1
            if not busy:
                return
            for place in idle:  # they hold memory and cores that the others may need
                crew.release(place)
            place, task, done = crew.next()
            idle.append(place)
            busy -= 1
            entry = board.take(task, done)
            if entry is not None:
                ledger.add(entry)
            numbers.see(task, done, entry, crew.deaths)
            tell(board.over, entry)


def _named_as_before(inputs: list[BatchInput], ledger: Ledger) -> list[BatchInput]:
    """The inputs, those of an earlier batch under the names that they have there."""
    before = ledger.names()
    taken = {name.lower() for name in before.values()}
    named = []
    for each in inputs:
        name = before.pop(each.place, None) or unlike(each.name, taken)
        named.append(BatchInput(name, each.place))
    return named


def _once(inputs: list[BatchInput], ledger: Ledger) -> list[BatchInput]:
    """Those whose place is named for the first time; the others are entered as skipped."""
    seen = {*ledger.names()}
    first: list[BatchInput] = []
    again: list[BatchInput] = []
    for each in inputs:
        (again if each.place in seen else first).append(each)
        seen.add(each.place)
    ledger.skip(again, TWICE)
    return first
