"""Work that nobody waits for any more is left between two images, not after a whole window."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Interrupted(BaseException):
    """The work is no longer wanted; passes what catches ``Exception``."""


_unwanted: ContextVar[Callable[[], bool]] = ContextVar("unwanted", default=lambda: False)


@contextmanager
def interruptible(unwanted: Callable[[], bool]) -> Iterator[None]:
    """Let engines that this thread calls in the block ask whether anybody still waits for them.

    Args:
        unwanted: Whether nobody does; called between two images, also from an engine's threads.
    """
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def checker() -> Callable[[], None]:
    """``require_wanted`` of this thread, for threads that work for it."""
    unwanted = _unwanted.get()

    def check() -> None:
        if unwanted():
            raise Interrupted

    return check


def require_wanted() -> None:
    """What an engine calls before each image or batch.

    Raises:
        Interrupted: Nobody waits for the result any more.
    """
    checker()()
