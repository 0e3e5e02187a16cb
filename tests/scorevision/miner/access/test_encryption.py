"""The client here is written with plain cryptography, from the protocol alone."""

import base64
import json
import secrets

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.errors import MalformedError, RequestError, UnauthenticatedError
from touchline.scorevision.miner.access.encryption import IN_ALL, PER_VALIDATOR, KeyExchange

VALIDATOR = "5DcFTvyW6g9EpHDHTBTgRnWsNq9LSruwRC7a6rXZHcgBi9WD"
OTHER = "5GbPxSD1FgXvVCWDbakcSXtGX63qM53DeBcjPjhbPhHYt61H"
UUID = "ab" * 32
BODY = json.dumps({"challenge_id": "4711", "type": "gsr", "nonce": "1_a"}).encode()
OAEP = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
OAEP_SHA1 = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), label=None)


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self):
        return self.now


class Client:
    """Holds a key: 16 bytes to sign with, 16 to encrypt with."""

    def __init__(self, pem, key=None):
        self.public, self.key = load_pem_public_key(pem.encode()), key or secrets.token_bytes(32)

    def handed_over(self, key=None, scheme=OAEP):
        sealed = self.public.encrypt(self.key if key is None else key, scheme)
        return base64.b64encode(sealed).decode()

    def token(self, body):
        padder = padding.PKCS7(128).padder()
        start = secrets.token_bytes(16)
        encryptor = Cipher(algorithms.AES(self.key[16:]), modes.CBC(start)).encryptor()
        sealed = encryptor.update(padder.update(body) + padder.finalize()) + encryptor.finalize()
        signed = b"\x80" + (1_755_172_800).to_bytes(8, "big") + start + sealed
        return base64.urlsafe_b64encode(signed + self._mac(signed).finalize())

    def opened(self, token):
        content = base64.urlsafe_b64decode(token)
        self._mac(content[:-32]).verify(content[-32:])
        decryptor = Cipher(algorithms.AES(self.key[16:]), modes.CBC(content[9:25])).decryptor()
        padded = decryptor.update(content[25:-32]) + decryptor.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()

    def _mac(self, signed):
        mac = HMAC(self.key[:16], hashes.SHA256())
        mac.update(signed)
        return mac


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def exchange(clock):
    return KeyExchange(clock=clock)


@pytest.fixture
def client(exchange):
    return Client(exchange.public_key_pem)


def knows(exchange, client, validator=VALIDATOR, uuid=UUID):
    try:
        return exchange.decrypt(validator, uuid, client.token(BODY)) == BODY
    except MalformedError:
        return False


def test_the_public_key_is_what_clients_expect(client, exchange):
    assert exchange.public_key_pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert isinstance(client.public, rsa.RSAPublicKey)
    assert client.public.key_size == 2048
    assert client.public.public_numbers().e == 65537


def test_each_start_makes_another_key(exchange):
    assert KeyExchange().public_key_pem != exchange.public_key_pem


def test_both_sides_read_what_the_other_sealed(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    assert exchange.decrypt(VALIDATOR, UUID, client.token(BODY)) == BODY
    assert client.opened(exchange.sealer(VALIDATOR, UUID)(b'{"frames": []}')) == b'{"frames": []}'


def test_the_body_of_a_token_may_be_of_any_size(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    for size in (0, 15, 16, 17, 40_000):
        assert exchange.decrypt(VALIDATOR, UUID, client.token(b"x" * size)) == b"x" * size


@pytest.mark.parametrize(("validator", "uuid"), [(OTHER, UUID), (VALIDATOR, "cd" * 32)])
def test_a_key_is_known_under_its_owner_and_name_only(exchange, client, validator, uuid):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    with pytest.raises(MalformedError, match="No symmetric key found for that hotkey and uuid"):
        exchange.decrypt(validator, uuid, client.token(BODY))
    with pytest.raises(MalformedError, match="No symmetric key found for that hotkey and uuid"):
        exchange.sealer(validator, uuid)(BODY)


def test_a_key_handed_over_again_replaces_the_first(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    newer = Client(exchange.public_key_pem)
    exchange.exchange(VALIDATOR, UUID, newer.handed_over())
    assert knows(exchange, newer)
    with pytest.raises(UnauthenticatedError):
        exchange.decrypt(VALIDATOR, UUID, client.token(BODY))


def test_a_restarted_miner_says_that_it_knows_no_key(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    assert not knows(KeyExchange(), client)


def test_a_key_made_for_the_miner_before_its_restart_cannot_be_decrypted(client):
    with pytest.raises(UnauthenticatedError, match="the symmetric key cannot be decrypted"):
        KeyExchange().exchange(VALIDATOR, UUID, client.handed_over())


def test_a_key_is_known_for_five_hours_from_when_it_was_handed_over(exchange, client, clock):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    clock.now = 5 * 3600.0
    assert knows(exchange, client)
    clock.now += 0.1
    assert not knows(exchange, client)
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    assert knows(exchange, client)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "?",
        "AAAA",
        "\xe9",
        "\ud800",
        "A" * 344,
        base64.b64encode(b"\xff" * 256).decode(),
        "A" * 10**6,
    ],
)
def test_a_key_that_cannot_be_decrypted_is_refused_and_not_repeated(exchange, sealed):
    with pytest.raises(UnauthenticatedError, match="cannot be decrypted") as refusal:
        exchange.exchange(VALIDATOR, UUID, sealed)
    assert len(str(refusal.value)) < 100


def test_a_key_padded_in_another_way_is_refused(exchange, client):
    with pytest.raises(UnauthenticatedError, match="cannot be decrypted"):
        exchange.exchange(VALIDATOR, UUID, client.handed_over(scheme=OAEP_SHA1))


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(exchange, client, size):
    with pytest.raises(UnauthenticatedError, match="32 bytes"):
        exchange.exchange(VALIDATOR, UUID, client.handed_over(b"k" * size))


def test_a_name_longer_than_any_is_refused(exchange, client):
    exchange.exchange(VALIDATOR, "u" * 128, client.handed_over())
    with pytest.raises(MalformedError, match="at most 128 characters"):
        exchange.exchange(VALIDATOR, "u" * 129, client.handed_over())


def test_one_validator_pushes_out_its_own_oldest_key_and_nobody_elses(exchange, client):
    exchange.exchange(OTHER, UUID, client.handed_over())
    for number in range(PER_VALIDATOR + 1):
        exchange.exchange(VALIDATOR, str(number), client.handed_over())
    assert knows(exchange, client, OTHER)
    known = [each for each in range(PER_VALIDATOR + 1) if knows(exchange, client, uuid=str(each))]
    assert known == list(range(1, PER_VALIDATOR + 1))


def test_all_validators_together_have_a_bound_too(exchange, client):
    sealed = client.handed_over()
    for number in range(IN_ALL + 1):
        exchange.exchange(f"validator {number}", UUID, sealed)
    known = [each for each in range(IN_ALL + 1) if knows(exchange, client, f"validator {each}")]
    assert known == list(range(1, IN_ALL + 1))


def test_a_key_handed_over_again_is_the_newest_and_pushes_nobody_out(exchange, client):
    for number in range(PER_VALIDATOR):
        exchange.exchange(VALIDATOR, str(number), client.handed_over())
    exchange.exchange(VALIDATOR, "5", client.handed_over())
    assert all(knows(exchange, client, uuid=str(each)) for each in range(PER_VALIDATOR))
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    assert knows(exchange, client, uuid="5")
    assert not knows(exchange, client, uuid="0")


def test_a_token_that_was_tampered_with_is_refused(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    token = client.token(BODY)
    content = base64.urlsafe_b64decode(token)
    for place in range(len(content)):
        forged = bytearray(content)
        forged[place] ^= 1
        with pytest.raises(UnauthenticatedError, match="the body cannot be decrypted"):
            exchange.decrypt(VALIDATOR, UUID, base64.urlsafe_b64encode(forged))
    assert exchange.decrypt(VALIDATOR, UUID, token) == BODY


def test_an_answer_that_was_tampered_with_is_noticed(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    answer = bytearray(base64.urlsafe_b64decode(exchange.sealer(VALIDATOR, UUID)(BODY)))
    answer[30] ^= 1
    with pytest.raises(InvalidSignature):
        client.opened(base64.urlsafe_b64encode(answer))


ready = KeyExchange()
ready.exchange(VALIDATOR, UUID, Client(ready.public_key_pem).handed_over())


@given(sealed=st.text(max_size=400), uuid=st.text(), token=st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_garbage_is_refused_and_nothing_else_happens(sealed, uuid, token):
    for ask in (
        lambda: ready.exchange(VALIDATOR, uuid, sealed),
        lambda: ready.decrypt(VALIDATOR, UUID, token),
        lambda: ready.decrypt(OTHER, uuid, token),
    ):
        with pytest.raises(RequestError):
            ask()


def test_nothing_shows_a_key(exchange, client):
    exchange.exchange(VALIDATOR, UUID, client.handed_over())
    shown = repr(exchange) + str(exchange) + repr(vars(exchange))
    for form in (client.key.hex(), base64.urlsafe_b64encode(client.key).decode(), repr(client.key)):
        assert form not in shown
