"""The table from errors to statuses, and what a client is told of each."""

from collections.abc import Mapping

from touchline.errors import (
    BusyError,
    DeadlineError,
    ForbiddenError,
    InputError,
    MalformedError,
    MissingHeaderError,
    OutputError,
    OversizeError,
    RequestError,
    TouchlineError,
    UnauthenticatedError,
    VideoRefusedError,
    VideoUnreachableError,
    WorkerError,
)

STATUSES: Mapping[type[TouchlineError], int] = {
    MalformedError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    OversizeError: 413,
    MissingHeaderError: 422,
    VideoRefusedError: 422,
    InputError: 422,
    WorkerError: 500,
    VideoUnreachableError: 502,
    BusyError: 503,
    DeadlineError: 504,
    OutputError: 507,
}
"""A video that cannot be decoded is an ``InputError``; a full disk is an ``OutputError``."""


def status_of(error: TouchlineError) -> int:
    """The status of the nearest class in the table; 500 for all others."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def detail_of(error: TouchlineError) -> str:
    """What is told of it: what is wrong with the request, but nothing of this machine."""
    if isinstance(error, RequestError | InputError):
        return str(error)
    if isinstance(error, OutputError):
        return "the miner cannot store what it needs to now; its operator finds out why in the log"
    return "the miner failed; its operator finds out why in the log"


def headers_of(error: TouchlineError) -> dict[str, str]:
    """``Retry-After`` where the error knows it."""
    return {"Retry-After": str(error.retry_after)} if isinstance(error, BusyError) else {}
