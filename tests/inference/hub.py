"""A real server on the loopback, as good or as bad as a test wants it."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub:
    """What the server does, and what it was asked.

    ``content`` is one file at every path, or files by their path.
    """

    def __init__(self, content, *, ranges=True, cut_after=None, failing=(), shifted=0):
        self.content, self.ranges, self.cut_after = content, ranges, cut_after
        self.failing, self.shifted = list(failing), shifted
        self.asked = []

    def answer(self, handler):
        span = handler.headers.get("Range")
        self.asked.append(span)
        if self.failing:
            return handler.send_error(self.failing.pop(0))
        if handler.path == "/moved":
            handler.send_response(302)
            handler.send_header("Location", "/file")
            return handler.end_headers()
        content = self._found(handler.path)
        if content is None:
            return handler.send_error(404)
        start = int(re.fullmatch(r"bytes=(\d+)-", span)[1]) if span and self.ranges else 0
        if start >= len(content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            return handler.end_headers()
        return self._send(handler, content, start, partial=bool(span) and self.ranges)

    def _found(self, path):
        return self.content.get(path) if isinstance(self.content, dict) else self.content

    def _send(self, handler, content, start, *, partial):
        body = content[start:]
        handler.send_response(206 if partial else 200)
        handler.send_header("Content-Length", str(len(body)))
        if partial:
            last = len(content)
            handler.send_header("Content-Range", f"bytes {start + self.shifted}-{last - 1}/{last}")
        handler.end_headers()
        handler.wfile.write(body[: self.cut_after])
        return handler.close_connection


@contextmanager
def serving(hub):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hub.answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
