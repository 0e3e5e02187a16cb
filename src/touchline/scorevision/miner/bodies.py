"""Bodies as they are sent: signed and compressed."""

import gzip

import zstandard
from starlette.datastructures import Headers

from touchline.scorevision.signing import answer_headers
from touchline.service.chain import Hotkey

WORTH_COMPRESSING = 1024
"""Bytes from which a body is compressed."""


def compressed(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """The body as the client accepts it, and the headers that say so.

    Args:
        body: What is sent.
        accepted: The request's ``Accept-Encoding``; zstd goes before gzip, as it is faster.
    """
    names = acceptable(accepted)
    headers = {"vary": "accept-encoding"}
    if len(body) < WORTH_COMPRESSING:
        return body, headers
    if "zstd" in names:
        return zstandard.compress(body, 3), headers | {"content-encoding": "zstd"}
    if "gzip" in names:
        return gzip.compress(body, 4, mtime=0), headers | {"content-encoding": "gzip"}
    return body, headers


def acceptable(header: str) -> set[str]:
    """The encodings of an ``Accept-Encoding`` that are not refused by a weight of 0."""
    names = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            names.add(name.strip())
    return names


def finish(body: bytes, hotkey: Hotkey, asked: Headers) -> tuple[bytes, dict[str, str]]:
    """A body compressed as the client accepts it, and its headers: it is signed uncompressed."""
    sent, headers = compressed(body, asked.get("accept-encoding", ""))
    return sent, headers | answer_headers(hotkey, body)
