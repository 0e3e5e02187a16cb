"""One small question to a web server."""

import json
from collections.abc import Mapping
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
"""As much as is read of an answer where nobody says more."""


@dataclass(frozen=True, slots=True)
class WebReply:
    """What a server answers, whatever its status.

    Attributes:
        status: Of the answer, such as 200.
        body: The beginning of it; nothing of a refusal.
        date: Unix time in seconds that the server believes it is, cut off to whole seconds; None
            where it does not say.
        headers: All of them.
    """

    status: int
    body: bytes
    date: float | None
    headers: Message


def ask(
    url: str,
    *,
    method: Literal["GET", "HEAD"] = "GET",
    headers: Mapping[str, str] | None = None,
    most: int = BODY_BYTES,
) -> WebReply:
    """Ask a server, past any proxy: videos are fetched past them too.

    Args:
        url: ``http`` or ``https``.
        method: HEAD asks for the headers alone.
        headers: Sent besides.
        most: Bytes of the answer that are read.

    Raises:
        InputError: It does not answer.
    """
    told = {"User-Agent": "touchline", "Cache-Control": "no-cache", **(headers or {})}
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(url, headers=told, method=method), timeout=WITHIN) as reply:
            return WebReply(reply.status, reply.read(most), _date(reply.headers), reply.headers)
    except HTTPError as refusal:
        with refusal:
            return WebReply(refusal.code, b"", _date(refusal.headers), refusal.headers)
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
