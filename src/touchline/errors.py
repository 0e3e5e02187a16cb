"""Everything Touchline raises on purpose.

::

    TouchlineError
    ├── InputError      what was given cannot be read: a path, a video, a label file
    ├── ModelError      weights or an inference engine: missing, corrupt, of another shape
    ├── OutputError     a result cannot be written: no folder, no right, no space
    ├── UsageError      an argument out of its range (also a ValueError)
    ├── ExtraError      a package that only some need is not installed (also an ImportError)
    ├── ChainError      a wallet or the chain: no node that answers, a call refused
    │   └── NoHotkeyError         there is no hotkey of that name
    └── RequestError    a request that a miner does not serve
        ├── MalformedError        its body, or a field of it, is not what the protocol says
        ├── MissingHeaderError    it lacks a header that the protocol asks for
        ├── OversizeError         its body is larger than any challenge
        ├── UnauthenticatedError  nonce, signature or addressee do not hold
        ├── ForbiddenError        who signed it may not ask
        ├── BusyError             no room for it now; says when to come back
        ├── VideoRefusedError     its video may not be fetched, or is none, or is too large
        ├── VideoUnreachableError its video cannot be had from the host that it names
        ├── DeadlineError         it cannot be answered in the time there is
        └── WorkerError           the process that analyses videos broke off

Each message is one sentence that says what is wrong, where, and what is allowed. The command line
turns a ``UsageError`` into exit code 2 and every other one into exit code 1; the miner has a table
of statuses.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real


class TouchlineError(Exception):
    """Root of the tree: catch this to catch them all."""


class InputError(TouchlineError):
    """What was given cannot be read."""


class ModelError(TouchlineError):
    """Weights or an inference engine cannot be used."""


class OutputError(TouchlineError):
    """A result cannot be written."""


class UsageError(TouchlineError, ValueError):
    """An argument has a value that is not allowed."""


class ExtraError(TouchlineError, ImportError):
    """A package of an extra of Touchline is not installed."""


class ChainError(TouchlineError):
    """A wallet or the chain cannot be used."""


class NoHotkeyError(ChainError):
    """There is no wallet or no hotkey of that name."""


class RequestError(TouchlineError):
    """A request that a miner does not serve."""


class MalformedError(RequestError):
    """A body, or a field of it, is not what the protocol says."""


class MissingHeaderError(RequestError):
    """A header that the protocol asks for is missing."""


class OversizeError(RequestError):
    """A body is larger than any challenge."""


class UnauthenticatedError(RequestError):
    """Nonce, signature or addressee of a request do not hold."""


class ForbiddenError(RequestError):
    """Who signed a request may not ask."""


class BusyError(RequestError):
    """There is no room for a request now.

    Attributes:
        retry_after: Whole seconds after which to come back.
    """

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class VideoRefusedError(RequestError):
    """A video may not be fetched, is none, or is too large."""


class VideoUnreachableError(RequestError):
    """A video cannot be had from the host that is named."""


class DeadlineError(RequestError):
    """A request cannot be answered in the time there is."""


class WorkerError(RequestError):
    """The process that analyses videos broke off."""


@contextmanager
def needing(extra: str, *, to: str) -> Iterator[None]:
    """Import in here what ``extra`` brings, and what ``to`` is for.

    Raises:
        ExtraError: It is not installed; names the package and the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if f"{error.name}.".startswith("touchline."):
            raise  # a mistake of ours, which no package mends
        raise ExtraError(
            f'{to} needs the package {error.name}: pip install "touchline[{extra}]"',
            name=error.name,
        ) from error


def require_number(
    name: str, value: object, *, above: float = -math.inf, least: float = -math.inf
) -> None:
    """Refuse what is no finite number, or is too small; truth is no number here.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not value > above or not value >= least:  # type: ignore[arg-type, operator]
        allowed = f" above {above:g}" if above > -math.inf else ""
        allowed += f" from {least:g}" if least > -math.inf else ""
        raise UsageError(f"{name} is a finite number{allowed}; got {value!r:.60}")


def require_whole(name: str, value: object, *, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number, or is too small, or too large.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):  # type: ignore[operator]
        allowed = f"from {least}" + ("" if most is None else f" to {most}")
        raise UsageError(f"{name} is a whole number {allowed}; got {value!r:.60}")
