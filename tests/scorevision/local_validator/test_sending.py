"""A challenge goes out as a validator's does, and whatever comes back is told apart."""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.scorevision.local_validator.miners import (
    FakeMiner,
    answering,
    answering_signed,
    hanging_up,
    mining,
    saying_nothing,
)
from touchline.errors import InputError, UsageError
from touchline.scorevision.local_validator import (
    Miner,
    Reply,
    SentChallenge,
    ask_hotkey,
    new_challenge,
    require_miner_url,
    send,
    validators_client,
)
from touchline.scorevision.signing import request_message
from touchline.service.chain import make_hotkey, verify
from touchline.service.web import parse_signature

KEY = make_hotkey(bytes(32))
CHALLENGE = SentChallenge("4711", "http://example.com/ü.mp4", "2025-08-14T12:00:00.123456+00:00")
ANSWER: dict[str, Any] = {"challenge_id": "4711", "frames": [], "processing_time": 1.5}


def ask(miner: FakeMiner, *, timeout: float = 10.0) -> Reply:
    with validators_client(timeout) as client:
        return send(CHALLENGE, Miner(miner.url, miner.key.address), key=KEY, client=client)


def test_the_body_has_the_bytes_of_a_validators() -> None:
    assert CHALLENGE.body() == (
        b'{"challenge_id": "4711", "type": "gsr", "video_url": "http://example.com/\\u00fc.mp4", '
        b'"created_at": "2025-08-14T12:00:00.123456+00:00"}'
    )


def test_each_challenge_has_a_number_of_its_own_and_the_time_with_its_offset() -> None:
    first, second = new_challenge("http://a/v"), new_challenge("http://a/v")
    assert first.challenge_id.isdigit()
    assert first.challenge_id != second.challenge_id
    assert datetime.fromisoformat(first.created_at).utcoffset() == timedelta(0)


def test_the_request_is_signed_over_the_very_bytes_that_are_sent() -> None:
    with mining(answering(ANSWER)) as miner:
        ask(miner)
    [headers], [body] = miner.headers, miner.bodies
    assert body == CHALLENGE.body()
    assert headers["validator-hotkey"] == KEY.address
    assert headers["miner-hotkey"] == miner.key.address
    message = request_message(headers["nonce"], miner.key.address, body)
    assert verify(message, parse_signature(headers["signature"]), KEY.address)


def test_the_request_looks_like_a_validators() -> None:
    with mining(answering(ANSWER)) as miner:
        ask(miner)
    [headers] = miner.headers
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "gzip, deflate, zstd"
    assert headers["accept"] == "*/*"


def test_an_answer_is_timed_to_its_last_byte() -> None:
    def slow(miner: FakeMiner, handler: Any, asked: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "4")
        handler.end_headers()
        handler.wfile.write(b"nu")
        handler.wfile.flush()
        miner.gone.wait(0.3)
        handler.wfile.write(b"ll")

    with mining(slow) as miner:
        reply = ask(miner)
    assert reply.body == b"null"
    assert 0.3 <= reply.seconds < 5


def test_a_packed_answer_is_unpacked_and_its_signature_is_over_what_was_packed() -> None:
    with mining(answering_signed(ANSWER, packed=True)) as miner:
        reply = ask(miner)
        assert reply.signature is not None
        assert reply.signature.in_words(miner.key.address).endswith(": holds")
    assert json.loads(reply.body or b"") == ANSWER


def test_zstd_is_unpacked_too() -> None:
    import zstandard

    packed = zstandard.compress(json.dumps(ANSWER).encode())
    with mining(answering(packed, Content_Encoding="zstd")) as miner:
        assert json.loads(ask(miner).body or b"") == ANSWER


@pytest.mark.parametrize(
    ("status", "content", "headers", "failure"),
    [
        (404, {"detail": "Not Found"}, {}, "404 Not Found: Not Found"),
        (403, {"detail": "stake 3 of 1000"}, {}, "403 Forbidden: stake 3 of 1000"),
        (
            503,
            {"detail": "one is in work"},
            {"Retry_After": "12"},
            "503 Service Unavailable (retry after 12 s): one is in work",
        ),
        (422, {"detail": [{"loc": ["nonce"]}]}, {}, '[{"loc": ["nonce"]}]'),
        (500, b"<html>oops\n  </html>", {}, "500 Internal Server Error: <html>oops </html>"),
        (502, b"", {}, "502 Bad Gateway: nothing was said"),
        (307, b"", {"Location": "http://127.0.0.1:1/"}, "a redirect to http://127.0.0.1:1/"),
    ],
)
def test_a_status_that_is_not_2xx_is_a_failed_answer_with_the_reason(
    status: int, content: Any, headers: dict[str, str], failure: str
) -> None:
    with mining(answering(content, status=status, **headers)) as miner:
        reply = ask(miner)
    assert reply.body is None
    assert reply.signature is None
    assert failure in str(reply.failure)
    assert len(miner.bodies) == 1


def test_a_reason_without_end_is_cut() -> None:
    with mining(answering(b"x" * 10_000, status=500)) as miner:
        assert len(str(ask(miner).failure)) < 400


def test_a_miner_that_says_nothing_is_a_time_out() -> None:
    with mining(saying_nothing) as miner:
        reply = ask(miner, timeout=0.2)
    assert reply.body is None
    assert str(reply.failure).startswith("time-out")
    assert 0.2 <= reply.seconds < 4


def test_a_validator_waits_240_seconds_for_each_step() -> None:
    with validators_client() as client:
        assert client.timeout == httpx.Timeout(240.0)


def test_a_miner_that_hangs_up_in_the_middle_is_a_failed_answer() -> None:
    with mining(hanging_up) as miner:
        reply = ask(miner)
    assert reply.body is None
    assert "without sending complete message body" in str(reply.failure)


def test_a_packed_answer_that_is_broken_is_a_failed_one() -> None:
    with mining(answering(b"no gzip", Content_Encoding="gzip")) as miner:
        reply = ask(miner)
    assert reply.body is None
    assert "header check" in str(reply.failure)


def test_nobody_there_is_a_failed_answer() -> None:
    with mining(answering(ANSWER)) as miner:
        pass
    assert "refused" in str(ask(miner).failure)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with mining(answering(ANSWER)) as miner:
        assert ask(miner).failure is None


@pytest.mark.parametrize("url", ["http://1.2.3.4:7999", "http://host:80/", "http://[::1]:7999"])
def test_the_url_of_a_miner_loses_its_slash(url: str) -> None:
    assert require_miner_url(url).rstrip("/") == require_miner_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "1.2.3.4:7999",
        "ftp://host",
        "http://",
        "http://host/soccer",
        "http://host:99999",
        "http://a@host",
        "https://host",
    ],
)
def test_what_is_no_url_of_a_miner_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError, match="http://HOST:PORT"):
        require_miner_url(url)


def test_health_tells_the_hotkey_also_while_the_miner_is_not_ready() -> None:
    told = json.dumps({"hotkey": KEY.address, "ready": False}).encode()
    with mining(answering(ANSWER), health=(503, told)) as miner, validators_client() as client:
        assert ask_hotkey(miner.url, client) == KEY.address


@pytest.mark.parametrize("told", [b"ok", b"{}", b"[]", b'{"hotkey": "5abc"}', b'{"hotkey": null}'])
def test_a_health_that_does_not_tell_says_what_to_do(told: bytes) -> None:
    with (
        mining(answering(ANSWER), health=(200, told)) as miner,
        validators_client() as client,
        pytest.raises(InputError, match="--miner-hotkey"),
    ):
        ask_hotkey(miner.url, client)


def test_a_health_that_cannot_be_reached_says_what_to_do() -> None:
    with mining(answering(ANSWER)) as miner:
        pass
    with (
        httpx.Client(trust_env=False) as client,
        pytest.raises(InputError, match=r"refused.*--miner-hotkey"),
    ):
        ask_hotkey(miner.url, client)
