"""Who signed an answer, and whether that holds."""

import httpx
import pytest

from touchline.scorevision.local_validator import signature_of
from touchline.scorevision.signing import answer_headers
from touchline.service.chain import make_hotkey

KEY, STRANGER = make_hotkey(bytes(32)), make_hotkey(bytes([1] * 32))
BODY = b'{"frames": []}'


def words(headers: dict[str, str], body: bytes = BODY) -> str:
    return signature_of(httpx.Response(200, headers=headers, content=body)).in_words(KEY.address)


def test_a_signature_of_the_miner_holds() -> None:
    assert words(answer_headers(KEY, BODY)) == f"signed by {KEY.address}: holds"


def test_a_body_that_was_changed_does_not_hold() -> None:
    assert (
        words(answer_headers(KEY, BODY), BODY + b" ") == f"signed by {KEY.address}: does not hold"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "0x" + "00" * 64},
        {"signature": "none"},
        {"nonce": "1_x"},
        {"miner-hotkey": STRANGER.address},
        {"miner-hotkey": "5abc"},
    ],
)
def test_a_header_that_was_changed_does_not_hold(wrong: dict[str, str]) -> None:
    assert words({**answer_headers(KEY, BODY), **wrong}).endswith(": does not hold")


def test_a_good_signature_of_somebody_else_is_told_apart() -> None:
    said = words(answer_headers(STRANGER, BODY))
    assert said == f"signed by {STRANGER.address}: holds, but that is not the miner that was asked"


def test_an_answer_without_any_of_it_is_not_signed() -> None:
    assert words({}) == "not signed"


def test_an_answer_with_some_of_it_says_what_is_missing() -> None:
    headers = answer_headers(KEY, BODY)
    del headers["nonce"]
    assert words(headers) == "signed in part, does not hold: nonce missing"
