"""Challenges, answers and signatures as the subnet's own programs made them; none of it is ours."""

import json
from contextlib import closing
from typing import Any

import pytest
from starlette.datastructures import Headers

from tests.turbovision.test_vectors import recording
from touchline.errors import MalformedError, RequestError
from touchline.service.chain import verify
from touchline.service.web import NonceMemory
from touchline.turbovision.private.admission import PrivateAdmission
from touchline.turbovision.private.signing import signed_text
from touchline.turbovision.private.wire import (
    parse_action_challenge,
    read_action_answer,
    write_action_challenge,
    write_items,
)

pytestmark = pytest.mark.skipif(recording() is None, reason="the recording is not here")


def recorded(name: str) -> list[Any]:
    return list(recording()[name]) if recording() else []


def schemas(kind: str) -> list[Any]:
    return [case for case in recorded("private_schema") if case["kind"] == kind]


@pytest.mark.parametrize("case", schemas("request"), ids=lambda case: case["name"])
def test_a_challenge_is_taken_where_a_validator_can_send_it(case: Any) -> None:
    body = json.dumps(case["body"]).encode()
    if case["expected"]["ok"]:
        asked = parse_action_challenge(body)
        assert asked.challenge_id == case["body"]["challenge_id"]
        assert asked.video_url == case["body"].get("video_url")
    else:
        with pytest.raises(MalformedError):
            parse_action_challenge(body)


def test_a_challenge_of_ours_has_the_bytes_of_a_validators() -> None:
    (case,) = [case for case in schemas("request") if case["name"] == "as_sent"]
    sent = write_action_challenge(case["body"]["challenge_id"], case["body"]["video_url"])
    assert sent.decode() == case["expected"]["json_sent"]


@pytest.mark.parametrize("case", schemas("response"), ids=lambda case: case["name"])
def test_an_answer_is_read_as_a_validator_reads_it(case: Any) -> None:
    body = json.dumps(case["body"]).encode()
    if not case["expected"]["ok"]:
        with pytest.raises(ValueError, match="validation error"):
            read_action_answer(body)
        return
    read = json.loads(write_items(read_action_answer(body)))
    assert read == case["expected"]["predictions"]


@pytest.mark.parametrize("case", recorded("private_signing"))
def test_a_recorded_signature_holds_over_nonce_and_hash_of_the_body(case: Any) -> None:
    headers = Headers(case["headers"])
    signature = bytes.fromhex(headers["signature"].removeprefix("0x"))
    message = signed_text(headers["nonce"], case["body"].encode())
    assert message.decode() == case["message_signed"]
    assert verify(message, signature, headers["validator-hotkey"])
    theirs = case["message_the_reference_miner_checks"].encode()
    assert not verify(theirs, signature, headers["validator-hotkey"])


@pytest.mark.parametrize("case", recorded("private_signing"))
def test_a_recorded_challenge_is_admitted_once_in_its_time(case: Any) -> None:
    headers, body = Headers(case["headers"]), case["body"].encode()
    with closing(NonceMemory(None, clock=lambda: int(headers["nonce"]))) as nonces:
        admission = PrivateAdmission(
            own=case["miner_hotkey"],
            standing=None,
            central=headers["validator-hotkey"],
            nonces=nonces,
        )
        with pytest.raises(RequestError, match="does not hold"):
            admission.admit(headers, body + b" ")
        admission.admit(headers, body)
        with pytest.raises(RequestError, match="used before"):
            admission.admit(headers, body)
    with closing(NonceMemory(None)) as nonces, pytest.raises(RequestError, match="not of this"):
        PrivateAdmission(own=None, standing=None, central="", nonces=nonces).admit(headers, body)
