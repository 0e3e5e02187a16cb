"""One small question to a web server."""

import json
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from touchline.errors import InputError

WITHIN = 5.0
"""Seconds that a server may be silent."""
BODY_BYTES = 4096
"""As much as is read of an answer."""


@dataclass(frozen=True, slots=True)
class WebReply:
    """What a server answers, whatever its status.

    Attributes:
        body: The beginning of it.
        date: Unix time in seconds that the server believes it is, cut off to whole seconds; None
            where it does not say.
    """

    body: bytes
    date: float | None


def ask(url: str, *, method: Literal["GET", "HEAD"] = "GET") -> WebReply:
    """Ask a server, past any proxy: videos are fetched past them too.

    Raises:
        InputError: It does not answer.
    """
    headers = {"User-Agent": "touchline", "Cache-Control": "no-cache"}
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(url, headers=headers, method=method), timeout=WITHIN) as reply:
            return WebReply(reply.read(BODY_BYTES), _date(reply.headers))
    except HTTPError as refusal:
        with refusal:
            return WebReply(b"", _date(refusal.headers))
    except (OSError, HTTPException, ValueError) as error:
        inner = error.reason if isinstance(error, URLError) else error
        reason = (inner.strerror if isinstance(inner, OSError) else None) or str(inner)
        raise InputError(f"{urlsplit(url).hostname} does not answer: {reason}") from error


def is_live(base: str) -> bool:
    """Whether a miner of ours answers at ``http://HOST:PORT``."""
    try:
        said = json.loads(ask(f"{base}/health/live").body)
    except (InputError, ValueError):
        return False
    return bool(said == {"live": True})


def at(host: str, port: int) -> str:
    """``http://HOST:PORT``, for IPv6 addresses too."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _date(headers: Message) -> float | None:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (ValueError, TypeError, KeyError):
        return None
