"""A command that is told to end, by whatever, ends as by Ctrl-C: what is not whole is removed."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP")
"""``docker stop``, ``timeout`` and batch systems send the first, a closed terminal the second."""
AGAIN = 10.0
"""Seconds in which a further signal means the same: ``timeout`` sends it twice."""


class _Ending:
    """Raises ``SystemExit`` where the main thread is when the first signal comes."""

    def __init__(self) -> None:
        self.code: int | None = None
        self._told = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.code is not None and now - self._told < AGAIN:
            return  # it would break off the removing
        self.code, self._told = 128 + number, now
        sys.exit(self.code)


@contextmanager
def ending_by_signals() -> Iterator[None]:
    """Let signals that would end the program leave the block by ``SystemExit``, code 128 + number.

    A signal that is ignored, as by ``nohup``, stays ignored. Whatever is raised while the block is
    left, as by a terminal that is gone, the code stays.
    """
    ending = _Ending()
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, ending)
    try:
        yield
    except BaseException:
        if ending.code is not None:
            sys.exit(ending.code)
        raise
    finally:
        # A second one must not kill what has only to leave.
        then = signal.SIG_DFL if ending.code is None else signal.SIG_IGN
        for number in taken:
            signal.signal(number, then)
