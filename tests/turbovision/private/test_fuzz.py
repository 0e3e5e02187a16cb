"""The private track's server against whatever a stranger may send, drawn from fixed seeds."""

import json
from collections.abc import Callable

import pytest

from tests.scorevision.miner.serving import Running
from tests.scorevision.miner.subnet import require_no_mistake
from tests.scorevision.miner.test_fuzz import (
    METHODS,
    Draw,
    noise,
    odd_bytes,
    request,
    statuses,
    text,
    thing,
    visible,
)
from tests.turbovision.private.asking import ENDPOINT, ask, body_of, headers_of
from touchline.service.web import MAX_BODY

pytestmark = pytest.mark.slow

UNSERVED = "file:///video.mp4"
EACH = 250
"""Requests of each of four kinds."""


def signed(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers_of(body).items()]


def odd_headers(draw: Draw) -> bytes:
    """A good challenge but for its headers."""
    body = body_of(UNSERVED)
    headers = signed(body)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(headers))
        name, value = headers[place]
        cut = draw.randrange(len(value) + 1)
        headers[place : place + 1] = draw.choice(
            [[], [(name, value)] * 2, [(name, value[:cut])], [(name, visible(draw, 300))]]
        ) or [(b"x-none", b"1")]
    return request(body, path=ENDPOINT, headers=headers)


def odd_body(draw: Draw) -> bytes:
    """Whatever it is, it is signed."""
    good = body_of(UNSERVED)
    cut = draw.randrange(len(good))
    bodies: list[Callable[[], bytes]] = [
        lambda: noise(draw, 2000),
        lambda: good[:cut],
        lambda: good[:cut] + noise(draw, 3) + good[cut + 1 :],
        lambda: json.dumps(thing(draw, 4)).encode(draw.choice(["utf-8", "utf-16", "utf-32"])),
        lambda: body_of(UNSERVED, **{draw.choice(FIELDS): thing(draw, 2), text(draw): 1}),
        lambda: b"[" * draw.randrange(MAX_BODY // 2),
        lambda: good + b" " * (MAX_BODY - len(good) + draw.randint(-1, 1)),
    ]
    body = draw.choice(bodies)()
    return request(body, path=ENDPOINT, headers=signed(body))


FIELDS = ["challenge_id", "video_url", "image_url", "frames"]


def odd_path(draw: Draw) -> bytes:
    """Any method on any path."""
    known = draw.choice([ENDPOINT, "/docs", "/health", "/metrics", "/openapi.json"])
    path = draw.choice([known, known + draw.choice("/?#;%"), known.upper(), "/..", "*"])
    body = draw.choice([b"", b"{}", body_of(UNSERVED)])
    return request(body, method=draw.choice(METHODS), path=path, headers=[])


@pytest.mark.parametrize("kind", [odd_headers, odd_body, odd_path, odd_bytes])
def test_hundreds_of_odd_requests_do_no_harm(
    server: Running, video: str, kind: Callable[[Draw], bytes]
) -> None:
    draw = Draw(kind.__name__)
    for _ in range(EACH):
        sent = kind(draw)
        found = statuses(server, sent)
        assert all(status < 500 or status == 503 for status in found), sent[:2000]
    assert ask(server, body_of(video)).status_code == 200
    require_no_mistake(server)
