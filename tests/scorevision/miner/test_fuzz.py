"""The service against whatever a stranger may send: nothing breaks it, and nothing stays behind.

All of it is drawn from fixed seeds, so what fails fails again.
"""

import json
import random
import re
import socket
import string
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import hypothesis
import psutil
import pytest
import schemathesis
from hypothesis import given
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.scorevision.miner.serving import MINER, Running
from tests.scorevision.miner.subnet import (
    VALIDATOR,
    Clip,
    ask,
    on_chain,
    require_no_mistake,
    wait_until,
)
from tests.scorevision.miner.validators import ENDPOINT, body_of, client_of
from touchline.service.web import MAX_BODY

pytestmark = pytest.mark.slow

UNSERVED = "file:///video.mp4"
"""A video that is refused before anybody is asked for it."""
GROWTH = 20 * 2**20
"""Bytes that the service may grow by, over all of it."""
PATIENCE = 5.0
"""Seconds after which a request that is not answered counts as held."""
EACH = 300
"""Requests of each kind."""
METHODS = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
]
POSTS = [ENDPOINT, "/exchange-symmetric-key"]
GETS = ["/availability", "/health", "/health/live", "/metrics", "/public-encryption-key"]
DESCRIBED = [*POSTS, *GETS]

Draw = random.Random


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    with on_chain(folder, "made", ENCRYPTED_CHALLENGES="1") as running:
        yield running


# What is sent


def request(
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = ENDPOINT,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> bytes:
    """A request whose connection ends with its answer."""
    given = signed(body) if headers is None else headers
    lines = [f"{method} {path} HTTP/1.1".encode("latin-1"), b"host: miner", b"connection: close"]
    lines += [name + b": " + value for name, value in given]
    lines += [b"content-length: %d" % len(body)] if body else []
    return b"\r\n".join([*lines, b"", body])


def signed(body: bytes) -> list[tuple[bytes, bytes]]:
    named = VALIDATOR.headers(MINER, body).items()
    return [(name.encode(), value.encode()) for name, value in named]


def noise(draw: Draw, most: int) -> bytes:
    return draw.randbytes(draw.randrange(most + 1))


def visible(draw: Draw, most: int) -> bytes:
    """What may stand in a header."""
    letters = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
    return bytes(draw.choices(letters, k=draw.randrange(most + 1))).strip()


def odd_headers(draw: Draw) -> bytes:
    """A good request but for its headers."""
    body = body_of(UNSERVED)
    headers = signed(body)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(headers))
        name, value = headers[place]
        cut = draw.randrange(len(value) + 1)
        turned = bytes([draw.randrange(0x21, 0x7F)])
        headers[place : place + 1] = draw.choice(
            [
                [],
                [(name, value)] * 2,
                [(name, value[:cut])],
                [(name, value[:cut] + turned + value[cut + 1 :])],
                [(name, visible(draw, 300))],
                [(name.upper(), value), (name, visible(draw, 20))],
                [(name, value), (b"x-" + name, visible(draw, 4000))],
                [(name, value), (b"accept-encoding", visible(draw, 60))],
                [(name, value), (b"content-type", b"application/octet-stream")],
                [(name, value), (b"symmetric-key-uuid", visible(draw, 200))],
                [(name, value), (b"expect", b"100-continue")],
                [(name, value), (b"range", b"bytes=0-"), (b"cookie", visible(draw, 500))],
                [(name, value), (b"upgrade", b"websocket")],
            ]
        ) or [(b"x-none", b"1")]
    return request(body, headers=headers)


def odd_body(draw: Draw) -> bytes:
    """Whatever it is, it is signed."""
    good = body_of(UNSERVED)
    cut = draw.randrange(len(good))
    bodies: list[Callable[[], bytes]] = [
        lambda: noise(draw, 2000),
        lambda: good[:cut],
        lambda: good[:cut] + noise(draw, 3) + good[cut + 1 :],
        lambda: good[:cut] + draw.choice(b'{}[]":,\\0').to_bytes(1) + good[cut:],
        lambda: json.dumps(thing(draw, 4)).encode(draw.choice(["utf-8", "utf-16", "utf-32"])),
        lambda: json.dumps(challenge(draw)).encode(),
        lambda: b"[" * draw.randrange(MAX_BODY // 2),
        lambda: good + b" " * (MAX_BODY - len(good) + draw.randint(-1, 1)),
    ]
    return request(draw.choice(bodies)())


def challenge(draw: Draw) -> dict[str, Any]:
    """A challenge of which some fields are anything."""
    fields: dict[str, Any] = json.loads(body_of(UNSERVED))
    for name in draw.sample(sorted(fields), draw.randint(1, 4)):
        fields[name] = thing(draw, 2)
    return fields | {text(draw): thing(draw, 2)}


def thing(draw: Draw, deep: int) -> Any:
    """Anything that JSON can say."""
    kinds: list[Callable[[], Any]] = [
        lambda: None,
        lambda: draw.random() < 0.5,
        lambda: draw.choice([0, -1, 2**31, 2**63, 2**64, 10**300]),
        lambda: draw.choice([0.1, -1e308, float("nan"), float("inf")]),
        lambda: text(draw),
        lambda: [thing(draw, deep - 1) for _ in range(draw.randrange(4) if deep else 0)],
        lambda: {text(draw): thing(draw, deep - 1) for _ in range(2 if deep else 0)},
    ]
    return draw.choice(kinds)()


def text(draw: Draw) -> str:
    letters = string.printable + "\0\x7f\u00fc\u2028\ud800\U0001f600"
    return "".join(draw.choices(letters, k=draw.randrange(30)))


def odd_path(draw: Draw) -> bytes:
    """Any method on any path."""
    known = draw.choice([*DESCRIBED, "/openapi.json"])
    bits = ["/", "..", "%2e%2e", "%00", "%ff", "?", "#", ";", "\\", "~", "*", "a" * 3000, ":", "@"]
    paths = [
        known,
        known,
        known + draw.choice(bits),
        "/" + "/".join(draw.choices(bits, k=3)),
        "".join(draw.choices(bits, k=3)),
        f"{known}?{'a=b&' * draw.randrange(500)}",
        f"http://elsewhere.example{known}",
        known.upper(),
    ]
    body = draw.choice([b"", b"{}", body_of(UNSERVED)])
    return request(body, method=draw.choice(METHODS), path=draw.choice(paths))


def odd_bytes(draw: Draw) -> bytes:
    """No HTTP, or almost."""
    good = request(body_of(UNSERVED))
    cut = draw.randrange(len(good))
    head, _, body = good.partition(b"\r\n\r\n")
    chunked = re.sub(rb"content-length: \d+", b"transfer-encoding: chunked", head) + b"\r\n\r\n"
    kinds: list[Callable[[], bytes]] = [
        lambda: noise(draw, 3000),
        lambda: good[:cut],
        lambda: good[:cut] + noise(draw, 20) + good[cut:],
        lambda: good.replace(b"\r\n", draw.choice([b"\n", b"\r", b"\r\n ", b"\r\n\r\n", b"\0"])),
        lambda: good.replace(b"HTTP/1.1", draw.choice([b"HTTP/9.9", b"HTTP/1.0", b"", b"RTSP/1"])),
        lambda: head + b"\r\ncontent-length: 7\r\n\r\n" + body,
        lambda: head + b"\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + body,
        lambda: re.sub(rb"length: \d+", b"length: " + draw.choice(LENGTHS), good),
        lambda: chunked + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n",
        lambda: chunked + draw.choice([b"-1", b"zz", b"f" * 40, b"5;x=" + b"y" * 9999]) + b"\r\nab",
        lambda: head + b"\r\nx: " + b"y" * draw.choice([10_000, 100_000]) + b"\r\n\r\n" + body,
        lambda: head + b"\r\nx: y" * 20_000 + b"\r\n\r\n" + body,
        lambda: good.replace(b"connection: close", b"connection: keep-alive") + good,
        lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise(draw, 500),
        lambda: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    return draw.choice(kinds)()


LENGTHS = [b"-5", b"1e3", b"0x10", b"9" * 30, b"", b"5, 5", b"+5", b"1", b"99999"]

KINDS = {"headers": odd_headers, "bodies": odd_body, "paths": odd_path, "bytes": odd_bytes}


# What comes back


def statuses(service: Running, sent: bytes) -> list[int]:
    """Send it, say that no more will come, and read until the service ends the connection."""
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as line:
        try:
            line.sendall(sent)
            received = read_answer(line)
        except (ConnectionResetError, BrokenPipeError):
            return []
    return [int(each) for each in re.findall(rb"^HTTP/1.1 (\d{3}) ", received, re.MULTILINE)]


def read_answer(line: socket.socket) -> bytes:
    """All that comes; an end of ours is told only where nothing comes without it."""
    received = b""
    line.settimeout(0.1)
    try:
        received += line.recv(2**20)
    except TimeoutError:
        line.shutdown(socket.SHUT_WR)
    line.settimeout(PATIENCE)
    while block := line.recv(2**20):
        received += block
    return received


@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_odd_requests_do_no_harm(
    service: Running, clip: Clip, video: str, kind: str
) -> None:
    draw = Draw(kind)
    process = psutil.Process(service.process.pid)
    require_good_answer(service, clip, video)
    workers, memory = process.children(), service.memory()
    for _ in range(EACH):
        sent = KINDS[kind](draw)
        found = statuses(service, sent)
        assert all(status < 500 or status == 503 for status in found), sent[:2000]
    wait_until(lambda: service.connections() == [])
    assert service.memory() - memory < GROWTH
    assert process.children() == workers
    require_good_answer(service, clip, video)
    require_no_mistake(service)


def require_good_answer(service: Running, clip: Clip, video: str) -> None:
    with client_of(service.url) as client:
        clip.require_answered(ask(client, body_of(video)))


def test_clients_who_never_finish_hold_up_nobody(service: Running, clip: Clip, video: str) -> None:
    good = request(body_of(UNSERVED))
    with ExitStack() as stack:
        for number in range(60):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            line.sendall(good[: number * len(good) // 60])
        started = time.monotonic()
        with client_of(service.url) as client:
            assert client.get("/availability").json() == {"available": True}
        assert time.monotonic() - started < 1.0
        require_good_answer(service, clip, video)
    wait_until(lambda: service.connections() == [])


# The service held against its own description

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    negative_data_rejection,
]
OPERATIONS = [("POST", path) for path in POSTS] + [("GET", path) for path in GETS]


@pytest.fixture(scope="module")
def described(service: Running) -> Any:
    return schemathesis.openapi.from_url(f"{service.url}/openapi.json")


def test_all_that_the_service_describes_is_held_against_it(described: Any) -> None:
    found = {(each.ok().method.upper(), each.ok().path) for each in described.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_service_is_as_it_says(described: Any, method: str, path: str) -> None:
    require_conformance(described[path][method], GenerationMode.POSITIVE)


@pytest.mark.parametrize("path", POSTS)
def test_the_service_refuses_what_it_says_it_does_not_take(described: Any, path: str) -> None:
    require_conformance(described[path]["POST"], GenerationMode.NEGATIVE)


def require_conformance(operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(mode))
    def check(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    thorough(check)()


def test_the_service_is_as_it_says_to_a_validator(described: Any) -> None:
    @given(case=described[ENDPOINT]["POST"].as_strategy())
    def check(case: Any) -> None:
        response = case.call(headers=VALIDATOR.headers(MINER, json.dumps(case.body).encode()))
        assert response.status_code != 401
        case.validate_response(response, checks=CHECKS[:5])

    thorough(check)()


def thorough(check: Any) -> Any:
    return hypothesis.settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )(check)
