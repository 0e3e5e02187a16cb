"""Servers on the loopback that answer as the subnet's places do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

REVISION = "a" * 40


class Place:
    """What lies at each path: a status, JSON, and headers; 404 where nothing does.

    ``asked`` has the path and the query of each request, and its token.
    """

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any, dict[str, str]]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.base = ""

    def has(self, path: str, says: Any = None, *, status: int = 200, **headers: str) -> None:
        """Answer a path with this from now on."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, says, told)


@contextmanager
def place() -> Iterator[Place]:
    """Run one."""
    here = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, self.headers["Authorization"]))
            status, says, headers = here.answers.get(urlsplit(self.path).path, (404, None, {}))
            body = json.dumps(says).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def listing(**sizes: int) -> list[dict[str, Any]]:
    """Files as Hugging Face lists them; ``miner_py=7`` is seven bytes of ``miner.py``."""
    files = [
        {"type": "file", "oid": "0" * 40, "size": size, "path": name.replace("_", ".")}
        for name, size in sizes.items()
    ]
    for each in files:
        if str(each["path"]).endswith(
            ".onnx"
        ):  # large ones lie elsewhere, a pointer in their place
            each["lfs"] = {"oid": "0" * 64, "size": each["size"], "pointerSize": 134}
    return [{"type": "directory", "oid": "1" * 40, "size": 0, "path": "docs"}, *files]
