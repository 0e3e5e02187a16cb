"""The service from outside, as a validator meets it: every row of the protocol, over a socket.

The validator is one of its own (``tests.scorevision.miner.validators``), the chain is replayed:
always the small one that the tests make, and where the recordings lie beside the project, each
of those too.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import bittensor_core as core
import httpx
import pytest

from tests.scorevision.miner.serving import MINER, MINER_PUBLIC, Running
from tests.scorevision.miner.subnet import (
    ALPHAONLY,
    LOWSTAKE,
    NOWHERE,
    STRANGER,
    VALIDATOR,
    Clip,
    ask,
    on_chain,
    require_no_mistake,
    require_refused,
    require_signed,
    wait_until,
)
from tests.scorevision.miner.validators import ENDPOINT, body_of, client_of, nonce_of, payload_of
from tests.service.chain.replay import CHAINS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=CHAINS)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with on_chain(tmp_path_factory.mktemp("service"), request.param) as running:
        yield running


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with client_of(service.url) as client:
        yield client


# Good challenges


def test_every_frame_is_answered_as_a_validator_reads_it(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    payload = payload_of(video)
    body = json.dumps(payload).encode()
    answer = clip.require_answered(ask(client, body))
    assert answer["challenge_id"] == payload["challenge_id"]
    assert sum(len(frame["objects"]) for frame in answer["frames"]) > 5 * clip.frames
    assert any(point != [0, 0] for frame in answer["frames"] for point in frame["keypoints"])


@pytest.mark.parametrize("number", [0, 2**53 + 1])
def test_a_challenge_id_that_is_a_number_comes_back_as_it_was(
    client: httpx.Client, clip: Clip, video: str, number: int
) -> None:
    answer = clip.require_answered(ask(client, body_of(video, challenge_id=number)))
    assert type(answer["challenge_id"]) is int
    assert answer["challenge_id"] == number


def test_further_keys_and_a_missing_date_do_not_matter(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    body = body_of(video, created_at=None, priority=3, hints={"teams": ["a", None]})
    clip.require_answered(ask(client, body))


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, zstd", "zstd"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_answer_is_signed_and_packed_as_the_client_accepts_it(
    client: httpx.Client, clip: Clip, video: str, accepted: str, packing: str | None
) -> None:
    response = ask(client, body_of(video), accept_encoding=accepted)
    clip.require_answered(response)
    assert response.headers.get("content-encoding") == packing
    assert "accept-encoding" in response.headers["vary"]
    require_signed(response)


def test_header_names_are_taken_in_any_case(client: httpx.Client, clip: Clip, video: str) -> None:
    body = body_of(video)
    headers = {name.title(): value for name, value in VALIDATOR.headers(MINER, body).items()}
    clip.require_answered(client.post(ENDPOINT, content=body, headers=headers))


@pytest.mark.parametrize("host", ["3235789677:6028", "a-name-of-old.example"])
def test_whatever_the_host_header_says_is_taken(
    client: httpx.Client, clip: Clip, video: str, host: str
) -> None:
    clip.require_answered(ask(client, body_of(video), host=host))


def test_stake_that_is_all_alpha_counts(client: httpx.Client, clip: Clip, video: str) -> None:
    clip.require_answered(ask(client, body_of(video), by=ALPHAONLY))


@pytest.mark.parametrize("age", [119, -119])
def test_a_clock_may_be_almost_two_minutes_off(
    client: httpx.Client, clip: Clip, video: str, age: int
) -> None:
    clip.require_answered(ask(client, body_of(video), nonce=nonce_of(age)))


def test_a_bare_number_is_a_nonce(client: httpx.Client, clip: Clip, video: str) -> None:
    clip.require_answered(ask(client, body_of(video), nonce=nonce_of(suffix=False)))


def test_two_validators_may_use_the_same_nonce(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    nonce = nonce_of()
    for by in (VALIDATOR, ALPHAONLY):
        clip.require_answered(ask(client, body_of(video), by=by, nonce=nonce))


def test_a_compact_body_that_was_signed_as_it_is_sent_is_taken(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    body = json.dumps(payload_of(video, note="ü"), separators=(",", ":"), ensure_ascii=False)
    clip.require_answered(ask(client, body.encode()))


def test_a_body_that_was_signed_in_the_spelling_of_json_dumps_is_taken(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    payload = payload_of(video, note="ü")
    headers = VALIDATOR.headers(MINER, json.dumps(payload).encode())
    sent = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    clip.require_answered(client.post(ENDPOINT, content=sent, headers=headers))


def test_the_connection_of_a_challenge_serves_the_next_one(
    service: Running, client: httpx.Client, clip: Clip, video: str
) -> None:
    ports = set()
    for _ in range(2):
        response = ask(client, body_of(video))
        clip.require_answered(response)
        stream = response.extensions["network_stream"]
        ports.add(stream.get_extra_info("client_addr")[1])
    assert len(ports) == 1
    assert ports == {port for port, state in service.connections() if state == "ESTABLISHED"}


@pytest.mark.parametrize("headers", ["none", "hotkey", "signed"])
def test_anybody_may_ask_whether_the_miner_is_available(client: httpx.Client, headers: str) -> None:
    signed = VALIDATOR.headers(MINER, None)
    sent = {"none": {}, "hotkey": {"validator-hotkey": VALIDATOR.hotkey}, "signed": signed}
    response = client.get("/availability", headers=sent[headers])
    assert response.status_code == 200
    assert response.json() == {"available": True}


# Requests that are refused


@pytest.mark.parametrize("name", ["validator-hotkey", "miner-hotkey", "nonce", "signature"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_header_that_is_missing_is_named(client: httpx.Client, name: str, how: str) -> None:
    body = body_of(NOWHERE)
    headers = VALIDATOR.headers(MINER, body)
    del headers[name]
    if how == "empty":
        headers[name] = ""
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 422, name)


def test_a_hotkey_that_is_not_on_the_subnet_is_refused(client: httpx.Client) -> None:
    require_refused(ask(client, body_of(NOWHERE), by=STRANGER), 403, "not found")


def test_a_validator_with_little_stake_is_refused(client: httpx.Client) -> None:
    require_refused(ask(client, body_of(NOWHERE), by=LOWSTAKE), 403, "stake of 1.24")


NONCES: dict[str, Callable[[], str]] = {
    "a word": lambda: "now",
    "nothing before the underscore": lambda: "_abcdefghij",
    "a minus": lambda: f"-{nonce_of()}",
    "a fraction": lambda: f"{time.time():.3f}_abc",
    "digits of another script": lambda: "".join(chr(0xB2) for _ in range(19)),
    "spaces": lambda: f"{time.time_ns()} _abc",
    "an underscore in the number": lambda: f"1_{time.time_ns()}",
    "over the largest": lambda: f"{10**20 + 1}_abc",
    "very long": lambda: f"{time.time_ns()}_{'a' * 4000}",
    "seconds": lambda: f"{int(time.time())}_abc",
    "old": lambda: nonce_of(121),
    "of the future": lambda: nonce_of(-121),
}


@pytest.mark.parametrize("kind", NONCES)
def test_a_nonce_that_is_none_or_not_of_this_time_is_refused(
    client: httpx.Client, kind: str
) -> None:
    body, nonce = body_of(NOWHERE), NONCES[kind]()
    headers: Any = {
        name: value.encode("latin-1")
        for name, value in VALIDATOR.headers(MINER, body, nonce=nonce).items()
    }
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "nonce")


def test_a_request_is_good_once(client: httpx.Client, clip: Clip, video: str) -> None:
    body = body_of(video)
    headers = VALIDATOR.headers(MINER, body)
    clip.require_answered(client.post(ENDPOINT, content=body, headers=headers))
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "used before")


def test_of_many_who_send_the_same_request_at_once_one_is_let_in(service: Running) -> None:
    body = body_of(NOWHERE)
    headers = VALIDATOR.headers(MINER, body)

    def send(_: int) -> int:
        with client_of(service.url) as client:
            return client.post(ENDPOINT, content=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [401] * 7 + [502]


def test_a_forger_does_not_use_up_the_nonce_of_a_validator(
    client: httpx.Client, clip: Clip, video: str
) -> None:
    nonce, body = nonce_of(), body_of(video)
    forged = STRANGER.headers(MINER, body, nonce=nonce) | {"validator-hotkey": VALIDATOR.hotkey}
    require_refused(client.post(ENDPOINT, content=body, headers=forged), 401, "signature")
    clip.require_answered(ask(client, body, nonce=nonce))


SIGNATURES: dict[str, Callable[[str], str]] = {
    "of zeros": lambda good: "0x" + "00" * 64,
    "of chance": lambda good: "0x" + secrets.token_hex(64),
    "with one bit turned": lambda good: f"{good[:2]}{int(good[2], 16) ^ 1:x}{good[3:]}",
    "without 0x": lambda good: good[2:],
    "too short": lambda good: good[:-2],
    "too long": lambda good: good + "00",
    "an odd digit short": lambda good: good[:-1],
    "in base64": lambda good: base64.b64encode(bytes.fromhex(good[2:])).decode(),
    "not hexadecimal": lambda good: "0x" + "zz" * 64,
    "of 4,000 digits": lambda good: "0x" + "ab" * 2000,
}


@pytest.mark.parametrize("kind", SIGNATURES)
def test_a_signature_that_does_not_hold_is_refused(client: httpx.Client, kind: str) -> None:
    body = body_of(NOWHERE)
    headers = VALIDATOR.headers(MINER, body)
    headers["signature"] = SIGNATURES[kind](headers["signature"])
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "signature")


def test_a_signature_of_somebody_else_is_refused(client: httpx.Client) -> None:
    headers = {"validator_hotkey": ALPHAONLY.hotkey}
    require_refused(ask(client, body_of(NOWHERE), **headers), 401, "signature")


def test_a_body_that_was_tampered_with_is_refused(client: httpx.Client) -> None:
    body = body_of(NOWHERE)
    headers = VALIDATOR.headers(MINER, body)
    tampered = body.replace(b"video.mp4", b"other.mp4")
    require_refused(client.post(ENDPOINT, content=tampered, headers=headers), 401, "signature")


def test_the_signature_of_a_get_does_not_let_a_challenge_in(client: httpx.Client) -> None:
    headers = VALIDATOR.headers(MINER, None)
    response = client.post(ENDPOINT, content=body_of(NOWHERE), headers=headers)
    require_refused(response, 401, "signature")


HOTKEYS = {
    "a word": "validator",
    "a public key": "0x" + VALIDATOR.public_key.hex(),
    "a wrong checksum": VALIDATOR.hotkey[:-1] + ("A" if VALIDATOR.hotkey[-1] != "A" else "B"),
    "of another network": core.ss58_encode(VALIDATOR.public_key, 0),
    "not ASCII": "\u00fc" * 48,
    "very long": "5" * 5000,
}


@pytest.mark.parametrize("kind", HOTKEYS)
def test_a_hotkey_that_is_no_address_is_refused(client: httpx.Client, kind: str) -> None:
    body = body_of(NOWHERE)
    headers: Any = VALIDATOR.headers(MINER, body)
    headers["validator-hotkey"] = HOTKEYS[kind].encode("latin-1")
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "validator-hotkey")


@pytest.mark.parametrize("miner", [STRANGER.hotkey, MINER.lower(), "0x" + MINER_PUBLIC.hex()])
def test_a_request_that_is_meant_for_another_miner_is_refused(
    client: httpx.Client, miner: str
) -> None:
    body = body_of(NOWHERE)
    headers = VALIDATOR.headers(miner, body)
    require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "miner-hotkey")


BODIES = {
    "nothing": b"",
    "no JSON": b"video_url=http://127.0.0.1",
    "half of it": body_of(NOWHERE)[:-5],
    "not UTF-8": b'{"challenge_id": "\xff\xfe", "video_url": "http://127.0.0.1/"}',
    "UTF-16": body_of(NOWHERE).decode().encode("utf-16"),
    "a list": b"[1, 2]",
    "null": b"null",
    "a number": b"1e999",
    "NaN": b"NaN",
    "very deep": b"[" * 30_000 + b"]" * 30_000,
    "a number of 5,000 digits": b'{"challenge_id": ' + b"9" * 5000 + b"}",
    "half a surrogate": body_of(NOWHERE, challenge_id="x").replace(b'"x"', b'"\\ud800"'),
    "no challenge_id": b'{"video_url": "http://127.0.0.1:1/"}',
    "challenge_id null": body_of(NOWHERE, challenge_id=None),
    "challenge_id a list": body_of(NOWHERE, challenge_id=["1"]),
    "challenge_id true": body_of(NOWHERE, challenge_id=True),
    "challenge_id a fraction": body_of(NOWHERE, challenge_id=1.5),
    "challenge_id very large": body_of(NOWHERE, challenge_id=10**40),
    "no video_url": b'{"challenge_id": "1", "type": "gsr"}',
    "video_url empty": body_of(""),
    "video_url null": b'{"challenge_id": "1", "video_url": null}',
    "video_url a list": b'{"challenge_id": "1", "video_url": ["http://127.0.0.1/"]}',
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_no_challenge_is_refused(client: httpx.Client, kind: str) -> None:
    reason = "No video URL provided" if kind in ("no video_url", "video_url empty") else ""
    require_refused(ask(client, BODIES[kind]), 400, reason)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(client: httpx.Client, chunked: bool) -> None:
    body = body_of(NOWHERE, note="x" * 2**16)
    content = (body[start : start + 4096] for start in range(0, len(body), 4096))
    headers = VALIDATOR.headers(MINER, body)
    response = client.post(ENDPOINT, content=content if chunked else body, headers=headers)
    require_refused(response, 413, "65536")


def test_what_the_protocol_does_not_have_is_not_there(client: httpx.Client) -> None:
    require_refused(client.get(ENDPOINT), 405)
    require_refused(client.post("/availability"), 405)
    require_refused(client.get("/public-encryption-key"), 404)
    require_refused(client.post("/exchange-symmetric-key"), 404)
    sealed = ask(client, b"gAAAA", content_type="application/octet-stream")
    require_refused(sealed, 400, "encrypted")


def test_nothing_of_all_this_was_a_mistake_or_is_left(service: Running) -> None:
    """The last of those that share a service."""
    require_no_mistake(service)
    assert list(service.scratch.iterdir()) == []
    wait_until(lambda: service.connections() == [])
