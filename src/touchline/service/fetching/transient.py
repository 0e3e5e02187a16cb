"""Trouble with a host that may pass."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from touchline.errors import VideoUnreachableError
from touchline.service.fetching.limits import Limits


class TransientError(VideoUnreachableError):
    """A try failed in a way that the next may not."""


@contextmanager
def passing(name: str, limits: Limits) -> Iterator[None]:
    """Turn what a connection may suffer into a ``TransientError`` that says which time was up."""
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
