"""Real things for the doctor to look at, on this machine alone."""

import json
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.ports import free_port
from touchline.service.doctor import Context, World
from touchline.service.settings import ServiceSettings

SEED = b"doctor" * 5 + b"me"
"""Of the miner's hotkey."""


@contextmanager
def web_server(*, ahead=0.0, says=None, status=200, dated=True):
    """A server whose clock is ``ahead`` by so many seconds; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(says or {"live": True}).encode()
            self.send_response_only(status)
            if dated:
                self.send_header("Date", formatdate(time.time() + ahead, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def nowhere() -> str:
    """A web address at which nothing answers."""
    return f"http://127.0.0.1:{free_port()}/"


def write_wallet(folder: Path, *, mode: int = 0o600, content: str | None = None) -> Path:
    """The wallet ``default`` with the hotkey ``default``, in a folder of wallets."""
    path = folder / "default" / "hotkeys" / "default"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or json.dumps({"secretSeed": f"0x{SEED.hex()}"}))
    path.chmod(mode)
    return path


def settings_in(
    folder: Path, kind: type[ServiceSettings] = ServiceSettings, **settings: object
) -> ServiceSettings:
    """Of a miner that keeps everything in ``folder``, and whose chain is nowhere."""
    given = {
        "host": "127.0.0.1",
        "port": free_port(),
        "state": folder / "state",
        "scratch": folder,
        "wallet_path": folder / "wallets",
        "cache": folder / "cache",
        "subtensor_address": f"ws://127.0.0.1:{free_port()}",
        **settings,
    }
    return kind.read(**given)


def context_of(
    folder: Path,
    world: World | None = None,
    *,
    kind: type[ServiceSettings] = ServiceSettings,
    **settings: object,
) -> Context:
    """The same as the doctor looks at it."""
    elsewhere = World(time_servers=(nowhere(),), video_host=nowhere(), cgroup=folder / "cgroup")
    return Context.of(settings_in(folder, kind, **settings), world or elsewhere)
