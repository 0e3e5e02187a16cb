"""The service; start here.

::

    request ──► admission ──► queue ──► download ──► worker ──► check ──► signed answer
                (from memory)  (or 503)  └── side by side ──┘   (a process)

Life and errors of the application are those of any service, ``touchline.service.web``.
``touchline serve`` runs it, or ``uvicorn touchline.scorevision.miner.app:create_app --factory``.
"""

from fastapi import FastAPI

from touchline.scorevision.miner import key_routes, routes
from touchline.scorevision.miner.service import Ask, Service
from touchline.scorevision.settings import MinerSettings
from touchline.service.web import new_app


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

    app = new_app(
        service,
        title="Touchline miner",
        description="Answers the challenges of Score Vision, Bittensor subnet 44.",
    )
    app.include_router(routes.router)
    if service.exchange is not None:
        app.include_router(key_routes.router)
    return app
