"""The service; start here.

::

    request ──► admission ──► queue ──► download ──► worker ──► check ──► signed answer
                (from memory)  (or 503)  └── side by side ──┘   (a process)

Nothing here blocks the event loop: the chain is read and videos are analysed in other processes.
``touchline serve`` runs it, or ``uvicorn touchline.scorevision.miner.app:create_app --factory``.
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
from touchline.scorevision.miner import key_routes, routes
from touchline.scorevision.miner.heads import HeadAsGet
from touchline.scorevision.miner.service import Ask, Service
from touchline.scorevision.miner.statuses import detail_of, headers_of, status_of
from touchline.scorevision.settings import MinerSettings
from touchline.service import log_exhaustion_rarely

OURS = (500, 507)
"""Statuses that are the operator's business."""

_log = logging.getLogger("touchline.miner")


def create_app(settings: MinerSettings | None = None, *, ask: Ask | None = None) -> FastAPI:
    """Put the service together.

    Args:
        settings: None reads the environment.
        ask: Prompts for the password of an encrypted hotkey; None never does.

    Raises:
        ChainError: The hotkey or the allow-list cannot be read.
        OutputError: The folder of what outlives a restart cannot be written.
        UsageError: A setting has a value that is not allowed.
    """
    service = Service.of(settings or MinerSettings.read(), ask=ask)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log_exhaustion_rarely(asyncio.get_running_loop())
        async with service.running():
            with _closing_on_signals(service):
                yield

    app = FastAPI(
        title="Touchline miner",
        description="Answers the challenges of Score Vision, Bittensor subnet 44.",
        version=version("touchline"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead where the Host header says
    )
    app.state.service = service
    app.include_router(routes.router)
    if service.exchange is not None:
        app.include_router(key_routes.router)
    app.add_middleware(HeadAsGet)
    app.add_exception_handler(TouchlineError, _refuse)
    app.add_exception_handler(ClientDisconnect, _client_gone)
    app.add_exception_handler(Exception, _broken)
    return app


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """The response to an error; the table is in ``statuses``."""
    assert isinstance(error, TouchlineError)
    service: Service = request.app.state.service
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
def _closing_on_signals(service: Service) -> Iterator[None]:
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
