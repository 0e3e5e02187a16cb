"""The application around a service: its life, its errors, and the routes that all have.

::

    request ──► admission ──► queue ──► download ──► worker ──► answer
                (from memory)  (or 503)  └── side by side ──┘   (a process)

Nothing here blocks the event loop: the chain is read and videos are analysed in other processes.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from types import FrameType

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from touchline.errors import TouchlineError
from touchline.service.listening import log_exhaustion_rarely
from touchline.service.web import ui
from touchline.service.web.heads import HeadAsGet
from touchline.service.web.routes import router
from touchline.service.web.service import WebService
from touchline.service.web.statuses import detail_of, headers_of, status_of

OURS = (500, 507)
"""Statuses that are the operator's business."""

_log = logging.getLogger("touchline.miner")


def new_app(
    service: WebService,
    *,
    title: str,
    description: str,
    docs: str | None = None,
    when_ready: bool = False,
) -> FastAPI:
    """An application with the routes for operators, to which a protocol adds its own.

    Args:
        service: Runs as long as the application does; routes find it as ``app.state.service``.
        title: Of the description of the routes.
        description: What it answers.
        docs: Path of a page that shows them; None is none.
        when_ready: Whether nothing is answered before the networks are loaded.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log_exhaustion_rarely(asyncio.get_running_loop())
        async with service.running():
            while when_ready and not service.pool.is_ready:
                await asyncio.sleep(0.1)
            with _closing_on_signals(service):
                yield

    app = FastAPI(
        title=title,
        description=description,
        version=version("touchline"),
        lifespan=lifespan,
        docs_url=docs,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead where the Host header says
    )
    app.state.service = service
    app.include_router(router)
    if service.handler.kept is not None:
        app.include_router(ui.router)
    app.add_middleware(HeadAsGet)
    app.add_exception_handler(TouchlineError, _refuse)
    app.add_exception_handler(ClientDisconnect, _client_gone)
    app.add_exception_handler(Exception, _broken)
    return app


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """The response to an error; the table is in ``statuses``."""
    assert isinstance(error, TouchlineError)
    service: WebService = request.app.state.service
    status = status_of(error)
    service.metrics.refused.labels(str(status)).inc()
    if status in OURS:
        _log.error("%s", error)
    return JSONResponse({"detail": detail_of(error)}, status, headers_of(error))


async def _client_gone(request: Request, error: Exception) -> JSONResponse:
    """For the log alone: 499 is what other servers write there."""
    return JSONResponse({"detail": "the client hung up"}, 499)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours: its trace is in the log, and nothing of it goes to the client."""
    return JSONResponse({"detail": "the miner failed; its operator finds out why in the log"}, 500)


@contextmanager
def _closing_on_signals(service: WebService) -> Iterator[None]:
    """Close the queue as soon as the process is told to end; the server does the rest.

    The server has its own handlers by now: they are called after ours, and put back at the end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    theirs = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def close(number: int, frame: FrameType | None) -> None:
        service.queue.close()
        handler = theirs[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in theirs:
        signal.signal(number, close)
    try:
        yield
    finally:
        for number, handler in theirs.items():
            signal.signal(number, handler)
