"""Errors of a host that are worth a retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from touchline.errors import VideoUnreachableError
from touchline.service.fetching.limits import Limits


class TransientError(VideoUnreachableError):
    """A download failed in a way that a retry may mend."""


@contextmanager
def transient_errors(name: str, limits: Limits) -> Iterator[None]:
    """Raise the errors of a connection as a ``TransientError`` that names the timeout.

    Args:
        name: The link in messages.
        limits: Of the download.

    Raises:
        TransientError: The block raised an ``httpx.TransportError``.
    """
    try:
        yield
    except httpx.ConnectTimeout as error:
        reason = f"cannot be reached: no connection within {limits.connect:g} s"
        raise TransientError(f"{name} {reason}.") from error
    except httpx.ConnectError as error:
        raise TransientError(f"{name} cannot be reached: {error}.") from error
    except httpx.TimeoutException as error:
        raise TransientError(f"{name} was silent for {limits.read:g} s.") from error
    except httpx.TransportError as error:
        raise TransientError(f"{name} broke off: {str(error) or type(error).__name__}.") from error
