"""What comes in: bodies within their bounds and in time, and clients that hang up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from touchline.errors import DeadlineError, OversizeError

MAX_BODY = 64 * 1024
"""Bytes of the largest request; a challenge has about 200."""
BODY_WITHIN = 30.0
"""Seconds that the body of a request may take to arrive."""

T = TypeVar("T")


async def body_in_time(request: Request) -> bytes:
    """The raw body, as it was signed.

    Raises:
        DeadlineError: It trickles.
        OversizeError: It is larger than ``MAX_BODY``; no more than that is read.
    """
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _read(request)
    except TimeoutError:
        raise DeadlineError(f"the body did not arrive within {BODY_WITHIN:.0f} s.") from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_BODY:
            raise OversizeError(f"a request has at most {MAX_BODY} bytes.")
    return bytes(body)


async def unless_disconnected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work, which is cancelled when the client disconnects.

    Raises:
        ClientDisconnect: It did.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.wait({task})


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
