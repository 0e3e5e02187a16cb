"""Hotkeys from files as wallets write them, and what must never show."""

import base64
import copy
import json
import logging
import os
import pickle
from pathlib import Path

import bittensor_core as core
import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import ChainError, UsageError
from touchline.service.chain import is_address, load_hotkey, make_hotkey, verify

# A key and a signature that another implementation made.
SEED = "c36cf4cf601415c2a9031ca2345212882e98207302ab2fdfa814fca4d9f33388"
PUBLIC = "c859485b2c81fb3fbdc9cac4b45dafcca657e9fd7281cd0cc1150cd16019e810"
ADDRESS = "5GbPxSD1FgXvVCWDbakcSXtGX63qM53DeBcjPjhbPhHYt61H"
SIGNER = "5DcFTvyW6g9EpHDHTBTgRnWsNq9LSruwRC7a6rXZHcgBi9WD"
MESSAGE = (
    f"1755172800123456789_aB3xY9kLmQ:{ADDRESS}:"
    "b6b935a655380fb7ed2617aa4ae719ab79627b0ec375d537d65adcdd70fb7230"
).encode()
SIGNATURE = bytes.fromhex(
    "5a9acc66b382759c96942b86381f8c6e6efff86b4a16026983174de32ad7e455"
    "7c19d0693ad872f83745eac7a045115720bdc4e728df2007807b3bd457362180"
)
GET_MESSAGE = f"1755172800123456789_aB3xY9kLmQ:{ADDRESS}".encode()
GET_SIGNATURE = bytes.fromhex(
    "66cb0ede75fd8f46017b21290d8854596a4c313aefcaa66a4148125860cb0755"
    "052912580b28d6d12ffdbe24fa68ac3ba64fb0cfb0e17f44f9c8eac7d0a7f98d"
)

PHRASE = "scan short winter project host away random clean nasty time boring magic"
PHRASE_ADDRESS = "5GHHRm2v2Pye5cY79VTGEEwcYivxRfTpLfr8AzcSoWSLy4u8"
PASSWORD = "offside trap"

# Deriving a key takes seconds, by design; so both of these were made once, with that password.
SEALED = base64.b64decode(
    "JE5BQ0z2q8jAdNMFwxnXV1xPxsuheYm9qB+ZoyvIZH+SPymdLp6hM4CCUmEv7EGJfAnk0Rx4dIsI9SiD1d43VklAWlPk"
    "NWhF24ixO0u5yAtQvM5EZHdxtguCk3Ax5DrG57fX37GjLSlVLFVsTgihydNEVSBzw2Fj8uPxpABJ8yLh5goJiRE4uM6B"
    "7AO+PdE7KKeW9ioImMheurpsY7UGSd3AcFQ3fu+i3Cq9v3uTF8KFP2a6lYXwWYANN71sNu09PMbO/an3ufOQ8bNlBfhp"
    "weBvgfRo71yaLReFyA1aM+aJKAUlJYwQkEiJnzvGFeeQ2T7Db0olJRtWwQomz01SbHAxEkZ/hmd4k58nqSxc2orAtZYg"
    "OMHGZn8heeNt8Zh3E7B9BKhJWc4wmSINEDF3Ox9rM1VqjKwGhXDTlApxLLd/6YuRV3MfDm4Y8kSwjuuzaCeFcAFztAj1"
    "Pt1gQSiNB7vuheofCH4ej/JHZYtV8rDLDfsZxhEdXMWc5zsHSY/XoWWnFw1BX9EDYjbCUQxRO4sURSltTzMNUTVRVHqV"
    "YSURcjZ+YZLccCfWhHU7BGLfOLNJJ+4wLrz3/N54FRQV7soz27hTA/mHV80IqqnNEKmZjNtf6BIUhgC7Yh2N0din2KG7"
    "UN6qb0g+uyCsOMlVAecdbSsgbX1/FlEztz/sotWF+96lbKKH5nWTwhDzOIuNbDZBXvvjnyrZ7BVrNloazg5WKirZ"
)
"""The file of ``fields()``, as ``bittensor_core.encrypt_keyfile_data`` wrote it."""
OLD_KEY = b"MUYdGT_kcjuv16hkYA51SZVTnDhOMUNj8JG13II5Iyo="
"""By 10,000,000 rounds of PBKDF2 (SHA-256) with the salt that all wallets of 2021 had."""


def fields(**changed):
    """A hotkey file's JSON object."""
    made = json.loads(
        core.serialized_keypair_to_keyfile_data(core.Keypair.create_from_seed(bytes.fromhex(SEED)))
    )
    return {**made, "secretPhrase": None, **changed}


@pytest.fixture
def put(tmp_path):
    """Write a hotkey file, private unless told otherwise; gives the folder of the wallets."""

    def write(content, *, mode=0o600, wallet="club", hotkey="keeper"):
        path = tmp_path / wallet / "hotkeys" / hotkey
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        path.write_bytes(content)
        path.chmod(mode)
        return tmp_path

    return write


def load(folder, **options):
    return load_hotkey("club", "keeper", folder=folder, **options)


def refusal(folder, **options):
    """What is said instead of a key; it must not give anything away."""
    with pytest.raises(ChainError) as caught:
        load(folder, **options)
    message = str(caught.value)
    assert SEED not in message
    assert PASSWORD not in message
    # Nor does a traceback show what the parser said.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return message


def test_the_signatures_of_another_implementation_hold():
    assert verify(MESSAGE, SIGNATURE, SIGNER)
    assert verify(GET_MESSAGE, GET_SIGNATURE, SIGNER)


@pytest.mark.parametrize("place", [0, 30, 80, len(MESSAGE) - 1])
def test_one_changed_bit_of_the_message_is_seen(place):
    changed = bytearray(MESSAGE)
    changed[place] ^= 1
    assert not verify(bytes(changed), SIGNATURE, SIGNER)


def test_one_changed_bit_of_the_signature_or_another_key_is_seen():
    for place in range(len(SIGNATURE)):
        changed = bytearray(SIGNATURE)
        changed[place] ^= 1
        assert not verify(MESSAGE, bytes(changed), SIGNER)
    assert not verify(MESSAGE, SIGNATURE, ADDRESS)


@given(st.binary(max_size=80), st.binary(max_size=80), st.text(max_size=60))
def test_what_does_not_hold_is_false_and_raises_nothing(message, signature, address):
    assert verify(message, signature, address) is False
    assert verify(message, signature, SIGNER) is False


def test_a_signature_of_another_length_is_none():
    key = make_hotkey()
    signature = key.sign(b"m")
    assert verify(b"m", signature, key.address)
    assert not verify(b"m", signature + b"\0", key.address)
    assert not verify(b"m", signature[:-1], key.address)
    assert not verify(b"m", b"", key.address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ADDRESS[:-1],
        ADDRESS[:-1] + "J",
        " " + ADDRESS,
        "0x" + PUBLIC,
        core.ss58_encode(bytes.fromhex(PUBLIC), 0),
        core.ss58_encode(bytes.fromhex(PUBLIC), 2),
        "Zürich",
        None,
        42,
    ],
)
def test_only_addresses_of_format_42_are_addresses(text):
    assert not is_address(text)
    assert not verify(b"m", make_hotkey(bytes.fromhex(SEED)).sign(b"m"), text)
    assert is_address(ADDRESS)


def test_a_seed_makes_its_key_and_no_seed_another_each_time():
    key = make_hotkey(bytes.fromhex(SEED))
    assert (key.address, key.public_key.hex()) == (ADDRESS, PUBLIC)
    assert make_hotkey().address != make_hotkey().address


def test_a_seed_of_another_length_is_a_wrong_argument():
    with pytest.raises(UsageError, match="32 bytes, not 31"):
        make_hotkey(bytes(31))


def test_a_hotkey_shows_its_address_only_and_cannot_be_stored():
    key = make_hotkey(bytes.fromhex(SEED))
    assert f"{key} {key!r} {key:}" == f"Hotkey({ADDRESS}) Hotkey({ADDRESS}) Hotkey({ADDRESS})"
    assert not hasattr(key, "__dict__")
    private = json.loads(json.dumps(fields()))["privateKey"].removeprefix("0x")
    shown = repr([getattr(key, name) for name in dir(key) if not name.startswith("__")])
    assert SEED not in shown
    assert private not in shown
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="secret"):
            store(key)


@pytest.mark.parametrize(
    "content",
    [
        fields(),
        dict(reversed(fields().items())),
        fields(secretSeed=None),
        {key: value for key, value in fields().items() if key != "secretSeed"},
        {key: value for key, value in fields().items() if key != "cryptoType"},
        {"secretSeed": f"0x{SEED}"},
        fields(addedLater=[1, 2]),
    ],
)
def test_a_plain_file_is_read_whatever_its_order_and_gaps(put, content):
    key = load(put(content))
    assert key.address == ADDRESS
    assert verify(b"m", key.sign(b"m"), ADDRESS)


@pytest.mark.parametrize("seed", [{}, {"secretSeed": None}])
def test_a_phrase_will_do(put, seed):
    assert load(put({"secretPhrase": PHRASE, **seed})).address == PHRASE_ADDRESS


def test_a_home_folder_may_be_a_tilde(put, monkeypatch):
    monkeypatch.setenv("HOME", str(put(fields())))
    assert load(Path("~")).address == ADDRESS


@pytest.mark.slow
def test_an_encrypted_file_is_read_with_its_password(put):
    folder = put(SEALED)
    assert load(folder, password=PASSWORD).address == ADDRESS
    assert "not the password" in refusal(folder, password="another")


@pytest.mark.slow
def test_a_password_that_nobody_gave_is_asked_for(put):
    prompts = []

    def ask(prompt):
        prompts.append(prompt)
        return PASSWORD

    assert load(put(SEALED), ask=ask).address == ADDRESS
    assert prompts == ["Password of hotkey keeper of wallet club: "]


@pytest.mark.parametrize("content", [b"$NACL" + bytes(200), b"gAAAAAB", b"$ANSIBLE_VAULT;1.1"])
def test_an_encrypted_file_without_a_password_says_how_to_give_one(put, content):
    assert "set BT_PW" in refusal(put(content))
    assert "set BT_PW" in refusal(put(content), ask=lambda prompt: "")


def test_a_plain_file_needs_no_password(put):
    def never(prompt):
        raise AssertionError(prompt)

    assert load(put(fields()), ask=never).address == ADDRESS


@pytest.mark.slow
def test_a_file_encrypted_the_old_way_is_read(put):
    """As wallets of 2021 did: Fernet, its key from the password by PBKDF2 with a fixed salt."""
    folder = put(Fernet(OLD_KEY).encrypt(json.dumps(fields()).encode()))
    assert load(folder, password=PASSWORD).address == ADDRESS
    assert "not the password" in refusal(folder, password="another")


@pytest.mark.slow
def test_a_cut_off_encrypted_file_is_broken(put):
    assert "broken" in refusal(put(b"$NACL" + bytes(3)), password=PASSWORD)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not the JSON"),
        (b"\xff\xfe", "not the JSON"),
        (SEED.encode(), "not the JSON"),
        (b"[" * 100_000, "not the JSON"),
        ([fields()], "no secret"),
        ({"ss58Address": ADDRESS, "publicKey": f"0x{PUBLIC}"}, "at most a public key"),
        (fields(secretSeed="0x1234"), "malformed"),
        ({"secretSeed": 5}, "malformed"),
        ({"secretPhrase": "a b c"}, "malformed"),
        (fields(ss58Address=SIGNER), "another address"),
    ],
)
def test_a_file_that_is_no_hotkey_says_why(put, content, words):
    message = refusal(put(content))
    assert words in message
    assert "keeper" in message


def test_what_is_missing_is_named_with_what_is_there(put, tmp_path):
    folder = put(fields())
    put(b"{}", hotkey="keeperpub.txt")
    put(fields(), hotkey="striker")
    put(fields(), wallet="other")
    with pytest.raises(ChainError, match=r"no wallet clob .*there are: club, other"):
        load_hotkey("clob", "keeper", folder=folder)
    with pytest.raises(ChainError, match=r"no hotkey winger .*there are: keeper, striker$"):
        load_hotkey("club", "winger", folder=folder)
    with pytest.raises(ChainError, match=r"no wallet club .*there is none"):
        load_hotkey("club", "keeper", folder=tmp_path / "absent")


def test_a_folder_in_place_of_a_hotkey_cannot_be_read(tmp_path):
    (tmp_path / "club" / "hotkeys" / "keeper").mkdir(parents=True)
    assert "cannot be read: Is a directory" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_says_so(put):
    assert "cannot be read: Permission denied" in refusal(put(fields(), mode=0))


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read_is_warned_about(put, caplog, mode, warned):
    with caplog.at_level(logging.DEBUG):
        load(put(fields(), mode=mode))
    assert ("chmod 600" in caplog.text) is warned
    assert SEED not in caplog.text
