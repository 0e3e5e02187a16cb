"""``touchline serve``: the miner as a service."""

import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.options import ByProtocol, Protocol
from touchline.errors import OutputError, needing

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from touchline.service import Listener, ServiceSettings

GRACE = 5
"""Seconds after the last deadline in which a stopping service ends what still runs."""
FACTORIES = {
    Protocol.SCOREVISION: "touchline.scorevision.miner.app:create_app",
    Protocol.TURBOVISION: "touchline.turbovision.private.app:create_private_app",
}
"""What a service that starts anew is made by."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else 0.0.0.0.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; else 7999, or 8000.")] = None,
    protocol: ByProtocol = Protocol.SCOREVISION,
    reload: Annotated[
        bool, typer.Option(help="Start anew when the code changes; for development.")
    ] = False,
) -> None:
    """Answer signed challenges as a miner of either protocol, until told to end."""
    import logging

    with needing("miner", to="touchline serve"):
        import uvicorn  # noqa: F401  the first of what a server is made of
    settings = _kind(protocol).read(host=host, port=port)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log where videos lie
    if reload:
        _reload(settings, FACTORIES[protocol])
    else:
        _serve(settings, _app(settings))


def _kind(protocol: Protocol) -> "type[ServiceSettings]":
    if protocol is Protocol.TURBOVISION:
        from touchline.turbovision.private import PrivateSettings

        return PrivateSettings
    from touchline.scorevision import MinerSettings

    return MinerSettings


def _app(settings: "ServiceSettings") -> "ASGIApp":
    from touchline.scorevision import MinerSettings

    if isinstance(settings, MinerSettings):
        from touchline.cli.password import asking
        from touchline.scorevision.miner import create_app

        return create_app(settings, ask=asking())
    from touchline.turbovision.private import PrivateSettings, create_private_app

    assert isinstance(settings, PrivateSettings)
    return create_private_app(settings)


def _serve(settings: "ServiceSettings", app: "ASGIApp") -> None:
    import uvicorn

    from touchline.service import HeadTimeoutProtocol

    config = uvicorn.Config(
        app,
        http=HeadTimeoutProtocol,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=round(settings.give_up_after) + GRACE,
    )
    with _listening(settings.host, settings.port) as listener:
        for number in (signal.SIGINT, signal.SIGTERM):
            # The server raises what ended it again, once all is done.
            signal.signal(number, lambda *_: sys.exit(0))
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            # A closed terminal is no reason to break off what is being answered.
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        uvicorn.Server(config).run(sockets=[listener])


def _reload(settings: "ServiceSettings", factory: str) -> None:
    import uvicorn

    uvicorn.run(
        factory,
        factory=True,
        reload=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
    )


def _listening(host: str, port: int) -> "Listener":
    """A socket that listens; a port that is taken is told before anything runs."""
    from touchline.service import listen

    try:
        return listen(host, port)
    except OSError as error:
        raise OutputError(
            f"cannot listen on {host} port {port}: {error.strerror}; name another --host or --port."
        ) from error
