import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from tests.scorevision.miner.validators import Validator, nonce_of
from touchline.errors import (
    BusyError,
    ForbiddenError,
    MissingHeaderError,
    RequestError,
    UnauthenticatedError,
)
from touchline.scorevision.miner.access.admission import Admission
from touchline.scorevision.wire import Challenge
from touchline.service.chain import Metagraph, Node
from touchline.service.web import NonceMemory, Standing

MINER = "5GbPxSD1FgXvVCWDbakcSXtGX63qM53DeBcjPjhbPhHYt61H"
BODY = b'{"challenge_id": "4711", "type": "gsr", "video_url": "https://e.com/v.mp4"}'
KEY_UUID = "ab" * 32
HEADERS = ("validator-hotkey", "miner-hotkey", "nonce", "signature")

rich, poor, permitless, stranger = (Validator(bytes([number]) * 32) for number in range(1, 5))


def node(validator, *, total=5000.0, tao=0.0, alpha=0.0, permit=True):
    return Node(validator.hotkey, 0, total, tao, alpha, permit)


METAGRAPH = Metagraph(
    netuid=44,
    block=1,
    synced=0.0,
    nodes={
        each.hotkey: each
        for each in (
            node(rich, total=1000.0, tao=10.0, alpha=998.2),
            node(poor, total=999.9, tao=5555.0),
            node(permitless, permit=False),
        )
    },
    origin="chain",
)


@pytest.fixture
def admission():
    with closing(NonceMemory(None)) as nonces:
        yield admission_with(nonces)


def admission_with(nonces):
    return Admission(
        own=MINER,
        standing=Standing(
            metagraph=lambda: METAGRAPH,
            min_stake=1000.0,
            stake_field="total",
            require_permit=False,
        ),
        nonces=nonces,
    )


def changed(headers, name, change):
    return headers | {name: change(headers[name])}


def test_a_signed_post_is_admitted_and_its_signer_named(admission):
    assert admission.admit(rich.headers(MINER, BODY), BODY) == rich.hotkey


def test_an_empty_body_can_be_signed_too(admission):
    assert admission.admit(rich.headers(MINER, b""), b"") == rich.hotkey


def test_a_signed_get_is_admitted(admission):
    assert admission.admit_get(rich.headers(MINER, None)) == rich.hotkey


def test_a_request_of_the_encrypted_variant_is_admitted(admission):
    assert admission.admit_encrypted(rich.headers(MINER, KEY_UUID), KEY_UUID) == rich.hotkey


@pytest.mark.parametrize("spell", [str.upper, str.title, str.lower])
@pytest.mark.parametrize("kind", [dict, Headers])
def test_header_names_are_read_in_any_case(admission, spell, kind):
    headers = kind({spell(name): value for name, value in rich.headers(MINER, BODY).items()})
    assert admission.admit(headers, BODY) == rich.hotkey


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("ask", ["POST", "GET", "encrypted"])
def test_a_missing_or_empty_header_is_named(admission, name, ask):
    headers = rich.headers(MINER, BODY)
    without = {key: value for key, value in headers.items() if key != name}
    for given_headers in (without, without | {name: ""}):
        with pytest.raises(MissingHeaderError, match=f"the header {name} is missing"):
            admit(admission, ask, given_headers)


def admit(admission, ask, headers):
    if ask == "POST":
        return admission.admit(headers, BODY)
    if ask == "GET":
        return admission.admit_get(headers)
    return admission.admit_encrypted(headers, KEY_UUID)


def test_what_is_missing_is_told_before_what_is_malformed(admission):
    with pytest.raises(MissingHeaderError, match="nonce"):
        admission.admit({"validator-hotkey": "?", "miner-hotkey": "?", "signature": "?"}, BODY)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_given_twice_is_refused(admission, name):
    headers = rich.headers(MINER, BODY)
    raw = [(key.encode(), value.encode()) for key, value in headers.items()]
    with pytest.raises(UnauthenticatedError, match=f"{name} is given twice"):
        admission.admit(Headers(raw=[*raw, (name.encode(), headers[name].encode())]), BODY)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("put", [" x", ":x", "\xe9", "x" * 200])
def test_a_header_of_another_form_is_refused_and_not_repeated(admission, name, put):
    headers = changed(rich.headers(MINER, BODY), name, lambda old: old + put)
    with pytest.raises(UnauthenticatedError, match=f"{name} has 1 to 200 visible") as refusal:
        admission.admit(headers, BODY)
    assert headers[name] not in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        rich.hotkey[:-1],
        rich.hotkey[:-1] + "1",
        "0x" + rich.public_key.hex(),
        "1" + rich.hotkey[1:],
    ],
)
def test_a_hotkey_that_is_no_address_is_refused_as_such(admission, address):
    headers = rich.headers(MINER, BODY) | {"validator-hotkey": address}
    with pytest.raises(UnauthenticatedError, match="not an SS58 address"):
        admission.admit(headers, BODY)


@pytest.mark.parametrize("other", [rich.hotkey, MINER.lower(), MINER[:-1]])
def test_a_request_to_another_miner_is_refused_though_its_signature_holds(admission, other):
    with pytest.raises(UnauthenticatedError, match=f"another miner's; this one is {MINER}"):
        admission.admit(rich.headers(other, BODY), BODY)


def test_a_stranger_is_refused(admission):
    with pytest.raises(ForbiddenError, match="Hotkey not found in metagraph"):
        admission.admit(stranger.headers(MINER, BODY), BODY)


def test_a_stake_just_below_the_threshold_is_too_little(admission):
    with pytest.raises(ForbiddenError, match=r"Insufficient stake of 999\.9; 1000 is needed"):
        admission.admit(poor.headers(MINER, BODY), BODY)


@pytest.mark.parametrize(
    ("field", "who"),
    [("total", {rich, permitless}), ("tao", {poor}), ("alpha", set())],
)
def test_the_field_that_is_set_counts_as_stake(admission, field, who):
    admission = replace(admission, standing=replace(admission.standing, stake_field=field))
    everyone = (rich, poor, permitless)
    assert {each for each in everyone if is_admitted(admission, each)} == who


def is_admitted(admission, validator):
    try:
        return admission.admit(validator.headers(MINER, BODY), BODY) == validator.hotkey
    except ForbiddenError:
        return False


def test_a_permit_is_asked_for_only_where_it_is_required(admission):
    assert is_admitted(admission, permitless)
    strict = replace(admission, standing=replace(admission.standing, require_permit=True))
    assert is_admitted(strict, rich)
    with pytest.raises(ForbiddenError, match="no validator permit"):
        strict.admit(permitless.headers(MINER, BODY), BODY)


def test_where_anyone_may_ask_a_stranger_must_sign_all_the_same(admission):
    admission = replace(
        admission,
        standing=replace(admission.standing, metagraph=lambda: replace(METAGRAPH, anyone=True)),
    )
    assert is_admitted(admission, stranger)
    with pytest.raises(UnauthenticatedError, match="does not hold"):
        admission.admit(stranger.headers(MINER, BODY), BODY[:-1])


def test_before_the_chain_was_read_a_client_is_told_to_come_back(admission):
    unready = replace(admission, standing=replace(admission.standing, metagraph=lambda: None))
    headers = rich.headers(MINER, BODY)
    with pytest.raises(BusyError, match="not been read") as refusal:
        unready.admit(headers, BODY)
    assert refusal.value.retry_after > 0
    assert admission.admit(headers, BODY), "its nonce was used up though it was not served"


@pytest.mark.parametrize("ask", ["POST", "GET", "encrypted"])
def test_a_replay_is_refused(admission, ask):
    tail = {"POST": BODY, "GET": None, "encrypted": KEY_UUID}[ask]
    headers = rich.headers(MINER, tail)
    assert admit(admission, ask, headers) == rich.hotkey
    with pytest.raises(UnauthenticatedError, match="used before"):
        admit(admission, ask, headers)


@pytest.mark.parametrize("age", [121, -121])
def test_a_nonce_of_another_time_is_refused_though_its_signature_holds(admission, age):
    with pytest.raises(UnauthenticatedError, match="not of this time"):
        admission.admit(rich.headers(MINER, BODY, nonce=nonce_of(age)), BODY)


def test_a_forger_uses_up_no_nonce(admission):
    headers = rich.headers(MINER, BODY)
    forged = headers | {"signature": stranger.headers(MINER, BODY)["signature"]}
    with pytest.raises(UnauthenticatedError, match="does not hold"):
        admission.admit(forged, BODY)
    assert admission.admit(headers, BODY) == rich.hotkey


def test_a_signature_of_one_kind_of_request_opens_no_other(admission):
    tails = {"POST": BODY, "GET": None, "encrypted": KEY_UUID}
    for ask, tail in tails.items():
        for other in tails.keys() - {ask}:
            with pytest.raises(UnauthenticatedError, match="does not hold"):
                admit(admission, other, rich.headers(MINER, tail))


def test_a_body_sent_in_another_spelling_than_was_signed_is_admitted(admission):
    content = {"video_url": "https://e.com/\xfc.mp4", "created_at": None, "challenge_id": "1"}
    sent = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    assert admission.admit(rich.headers(MINER, json.dumps(content).encode()), sent) == rich.hotkey


def test_a_body_of_another_content_than_was_signed_is_not(admission):
    sent = b'{"video_url":"https://evil.com/v.mp4"}'
    with pytest.raises(UnauthenticatedError, match="does not hold"):
        admission.admit(rich.headers(MINER, b'{"video_url": "https://e.com/v.mp4"}'), sent)


def test_of_a_key_that_is_sent_twice_the_one_that_was_signed_is_read(admission):
    signed = b'{"challenge_id": "1", "type": "gsr", "video_url": "https://signed/"}'
    sent = b'{"challenge_id":"1","type":"gsr","video_url":"https://evil/","video_url":"https://signed/"}'
    admission.admit(rich.headers(MINER, signed), sent)
    assert Challenge.model_validate_json(sent).video_url == "https://signed/"


@pytest.mark.parametrize("body", [b"[" * 60_000, b"9" * 60_000, b"\xff\xfe", b'"\\ud800"', b"{"])
def test_a_body_that_cannot_be_spelled_otherwise_is_judged_as_it_came(admission, body):
    with pytest.raises(UnauthenticatedError, match="does not hold"):
        admission.admit(rich.headers(MINER, BODY), body)
    assert admission.admit(rich.headers(MINER, body), body) == rich.hotkey


@pytest.mark.parametrize("uuid", ["", "a b", "a:b", "\xe9", "\ud800", "a" * 201])
def test_a_key_uuid_of_another_form_is_refused(admission, uuid):
    with pytest.raises(UnauthenticatedError, match="symmetric-key-uuid has 1 to 200"):
        admission.admit_encrypted(rich.headers(MINER, KEY_UUID), uuid)


@given(
    name=st.sampled_from(["nonce", "signature", "body"]),
    place=st.integers(0, 10_000),
    bits=st.integers(1, 127),
)
@settings(max_examples=200, deadline=None)
def test_any_changed_byte_makes_it_fail(name, place, bits):
    good = rich.headers(MINER, BODY)
    headers, body = good, BODY
    if name == "body":
        body = flipped(body, place, bits)
        assume(not is_same_json(body, BODY))
    else:
        headers = changed(headers, name, lambda old: flipped(old.encode(), place, bits).decode())
        assume(headers[name].lower() != good[name].lower())
    with closing(NonceMemory(None)) as nonces, pytest.raises(RequestError):
        admission_with(nonces).admit(headers, body)


def is_same_json(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


def flipped(content, place, bits):
    place %= len(content)
    return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]


@pytest.mark.parametrize("signer", [poor, permitless, stranger])
def test_a_signature_by_another_key_fails(admission, signer):
    headers = signer.headers(MINER, BODY) | {"validator-hotkey": rich.hotkey}
    with pytest.raises(UnauthenticatedError, match="does not hold"):
        admission.admit(headers, BODY)


def forms(name):
    """Anything, and what comes close to a good value of that header."""
    good = rich.headers(MINER, BODY)[name]
    near = st.integers(0, len(good)).flatmap(
        lambda at: st.text(max_size=4).map(lambda put: good[:at] + put + good[at + 1 :])
    )
    return st.one_of(st.text(), near, st.just(good))


@given(
    headers=st.fixed_dictionaries({}, optional={name: forms(name) for name in HEADERS}),
    body=st.binary(max_size=300),
    uuid=st.text(max_size=80),
)
@example(headers={}, body=b"", uuid="")
@settings(max_examples=200, deadline=None)
def test_garbage_is_refused_and_nothing_else_happens(headers, body, uuid):
    with closing(NonceMemory(None)) as nonces:
        admission = admission_with(nonces)
        for ask in (
            lambda: admission.admit(headers, body),
            lambda: admission.admit_get(headers),
            lambda: admission.admit_encrypted(headers, uuid),
        ):
            with pytest.raises(RequestError) as refusal:
                ask()
            assert len(str(refusal.value)) < 200


def test_of_requests_that_race_with_one_nonce_one_is_admitted(admission):
    headers, barrier = rich.headers(MINER, BODY), threading.Barrier(8)

    def race(_):
        barrier.wait(10)
        try:
            return admission.admit(headers, BODY)
        except UnauthenticatedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert [each for each in pool.map(race, range(8)) if each] == [rich.hotkey]
