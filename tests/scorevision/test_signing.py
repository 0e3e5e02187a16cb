"""Messages and signatures; what they must be was made by another implementation (fiber 2.5.0)."""

import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.errors import UnauthenticatedError
from touchline.scorevision.signing import (
    answer_headers,
    encrypted_message,
    new_nonce,
    request_message,
    signed_headers,
)
from touchline.service.chain import make_hotkey, verify
from touchline.service.web import parse_signature

SEED = bytes.fromhex("ddd4267dd6b3ef6cd069cb19c7c00a7d9e7fec37f7e2184395357d15b1e1a620")
MINER_SEED = bytes.fromhex("c36cf4cf601415c2a9031ca2345212882e98207302ab2fdfa814fca4d9f33388")
VALIDATOR = "5DcFTvyW6g9EpHDHTBTgRnWsNq9LSruwRC7a6rXZHcgBi9WD"
MINER = "5GbPxSD1FgXvVCWDbakcSXtGX63qM53DeBcjPjhbPhHYt61H"
NONCE = "1755172800123456789_aB3xY9kLmQ"
BODY = (
    b'{"challenge_id": "4711", "type": "gsr", "video_url": "https://example.com/v.mp4", '
    b'"created_at": "2025-08-14T12:00:00.123456+00:00"}'
)
BODY_SHA256 = "b6b935a655380fb7ed2617aa4ae719ab79627b0ec375d537d65adcdd70fb7230"
KEY_UUID = "ab" * 32

POSTED = (
    "0x5a9acc66b382759c96942b86381f8c6e6efff86b4a16026983174de32ad7e4557c19d0693ad872f83745eac7a045"
    "115720bdc4e728df2007807b3bd457362180"
)
GOTTEN = (
    "0x66cb0ede75fd8f46017b21290d8854596a4c313aefcaa66a4148125860cb0755052912580b28d6d12ffdbe24fa68"
    "ac3ba64fb0cfb0e17f44f9c8eac7d0a7f98d"
)
ENCRYPTED = (
    "0x0e50c3518f860c57c0b67a0061c71d53d7776780e1e8b47eff79d2d04aca924a546fa6802f597fc9fd9652ae8e4e"
    "0daa57f2e6b4417842b35fb4a36a2c71a28c"
)

validator = make_hotkey(SEED)
miner = make_hotkey(MINER_SEED)


def test_the_seeds_of_the_vectors_give_their_addresses():
    assert (validator.address, miner.address) == (VALIDATOR, MINER)


def test_messages_are_the_lines_that_validators_sign():
    assert request_message(NONCE, MINER, BODY).decode() == f"{NONCE}:{MINER}:{BODY_SHA256}"
    assert request_message(NONCE, MINER).decode() == f"{NONCE}:{MINER}"
    assert encrypted_message(NONCE, MINER, KEY_UUID).decode() == f"{NONCE}:{MINER}:{KEY_UUID}"


def test_an_empty_body_is_hashed_and_is_not_the_same_as_none():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert request_message(NONCE, MINER, b"").decode() == f"{NONCE}:{MINER}:{empty}"


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        (request_message(NONCE, MINER, BODY), POSTED),
        (request_message(NONCE, MINER), GOTTEN),
        (encrypted_message(NONCE, MINER, KEY_UUID), ENCRYPTED),
    ],
    ids=["POST", "GET", "encrypted"],
)
def test_a_signature_made_elsewhere_holds_for_its_message_and_signer_only(message, signature):
    parsed = parse_signature(signature)
    assert verify(message, parsed, VALIDATOR)
    assert not verify(message, parsed, MINER)
    assert not verify(message + b"0", parsed, VALIDATOR)


def test_a_signature_over_one_kind_of_message_holds_for_no_other():
    assert not verify(request_message(NONCE, MINER), parse_signature(POSTED), VALIDATOR)
    assert not verify(request_message(NONCE, MINER, b""), parse_signature(GOTTEN), VALIDATOR)


@given(body=st.binary(max_size=200))
@settings(max_examples=30, deadline=None)
def test_what_is_signed_here_holds_for_the_line_spelled_out(body):
    headers = signed_headers(validator, MINER, body)
    line = f"{headers['nonce']}:{MINER}:{hashlib.sha256(body).hexdigest()}"
    assert headers["validator-hotkey"] == VALIDATOR
    assert headers["miner-hotkey"] == MINER
    assert verify(line.encode(), bytes.fromhex(headers["signature"][2:]), VALIDATOR)


def test_a_get_is_signed_without_a_hash():
    headers = signed_headers(validator, MINER)
    line = f"{headers['nonce']}:{MINER}"
    assert verify(line.encode(), bytes.fromhex(headers["signature"][2:]), VALIDATOR)


def test_a_miner_stands_by_its_answer_under_its_own_name():
    body = b'{"frames": []}'
    headers = answer_headers(miner, body)
    line = f"{headers['nonce']}:{MINER}:{hashlib.sha256(body).hexdigest()}"
    assert set(headers) == {"miner-hotkey", "nonce", "signature"}
    assert headers["miner-hotkey"] == MINER
    assert verify(line.encode(), bytes.fromhex(headers["signature"][2:]), MINER)


def test_a_nonce_is_the_time_and_ten_letters_or_digits():
    before = time.time_ns()
    stamp, _, suffix = new_nonce().partition("_")
    assert before <= int(stamp) <= time.time_ns()
    assert len(suffix) == 10
    assert suffix.isascii()
    assert suffix.isalnum()
    assert new_nonce(1755172800123456789).startswith("1755172800123456789_")


def test_two_nonces_of_one_moment_differ():
    assert len({new_nonce(1) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        POSTED[2:],
        POSTED[:-1],
        POSTED + "0",
        POSTED + "\n",
        " " + POSTED,
        "0X" + POSTED[2:],
        "0x" + "g" * 128,
        "0x" + "\u0661" * 128,
    ],
)
def test_a_signature_of_another_form_is_refused(text):
    with pytest.raises(UnauthenticatedError, match="0x and 128 hexadecimal digits"):
        parse_signature(text)


@given(st.binary(min_size=64, max_size=64))
def test_a_signature_is_read_in_either_case(signature):
    assert parse_signature("0x" + signature.hex()) == signature
    assert parse_signature("0x" + signature.hex().upper()) == signature
