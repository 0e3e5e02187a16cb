"""How many images go through a network at once: one rule for every network."""

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import TypeVar

from touchline.errors import ModelError, UsageError
from touchline.inference.engine import is_out_of_memory
from touchline.inference.interruption import require_wanted

Item = TypeVar("Item")
Result = TypeVar("Result")

MEMORY_CAP = 4 * 1024**3
"""Bytes that a batch may take when no batch size is asked for. More images at once than fit
into this are no faster on any device we know."""


def run_batched(
    run: Callable[[Sequence[Item]], Sequence[Result]],
    items: Sequence[Item],
    *,
    batch_size: int | None,
    item_bytes: int,
    memory_cap: int = MEMORY_CAP,
) -> list[Result]:
    """Give ``items`` to ``run`` in batches and return its results in order.

    A batch that does not fit into memory is halved, and the smaller size stays for the rest.

    Args:
        run: Takes a batch, returns one result for each item of it.
        items: What to run on; may be empty.
        batch_size: Items at once; None is all that ``memory_cap`` allows.
        item_bytes: Estimate of what one item takes while it is computed.
        memory_cap: Bytes that a batch may take where ``batch_size`` is None.

    Raises:
        UsageError: ``batch_size`` is 0 or less.
        ModelError: not even one item fits into memory.
        Interrupted: nobody waits for the results any more.
    """
    size = first_size(len(items), batch_size, item_bytes=item_bytes, memory_cap=memory_cap)
    results: list[Result] = []
    while len(results) < len(items):
        require_wanted()
        try:
            results += run(items[len(results) : len(results) + size])
        except Exception as error:  # each runtime has its own; only the text tells
            if not is_out_of_memory(error):
                raise
            if size == 1:
                raise ModelError(f"Not even one image fits into memory: {error}") from error
            size //= 2
    return results


def first_size(
    count: int, batch_size: int | None, *, item_bytes: int, memory_cap: int = MEMORY_CAP
) -> int:
    """The size of the first batch: at least 1, at most ``count``.

    Raises:
        UsageError: ``batch_size`` is 0 or less.
    """
    require_batch_size(batch_size)
    wanted = memory_cap // max(item_bytes, 1) if batch_size is None else batch_size
    return max(1, min(wanted, count))


def require_batch_size(batch_size: int | None) -> None:
    """Refuse a batch size of 0 or less with a ``UsageError``."""
    is_whole = isinstance(batch_size, Integral) and not isinstance(batch_size, bool)
    if batch_size is not None and not (is_whole and batch_size >= 1):
        raise UsageError(
            f"batch_size is 1 or more, or None for as many as memory allows; "
            f"got {batch_size!r:.60}."
        )
