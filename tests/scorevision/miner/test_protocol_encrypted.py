"""The encrypted variant of the protocol from outside, by a client with plain cryptography."""

import base64
import dataclasses
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.scorevision.miner.serving import MINER, Running
from tests.scorevision.miner.subnet import (
    ALPHAONLY,
    LOWSTAKE,
    NOWHERE,
    SIZE,
    SOON,
    STRANGER,
    VALIDATOR,
    Clip,
    ask,
    on_chain,
    require_no_mistake,
    require_refused,
    require_signed,
)
from tests.scorevision.miner.validators import (
    ENDPOINT,
    Validator,
    body_of,
    client_of,
    nonce_of,
    require_sound,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("sealing")
    with on_chain(folder, "made", ENCRYPTED_CHALLENGES="1") as running:
        yield running


@dataclass(frozen=True, slots=True)
class Sealed:
    """A client of the encrypted variant, with plain cryptography."""

    client: httpx.Client
    key: bytes
    uuid: str
    by: Validator = VALIDATOR

    @property
    def fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.key))

    def headers(self) -> dict[str, str]:
        """Signed; the content type is not among them, as it is another each time."""
        signed = self.by.headers(MINER, self.uuid) | {"symmetric-key-uuid": self.uuid}
        del signed["content-type"]
        return signed

    def hand_over(self, encrypted: bytes | None = None) -> httpx.Response:
        """Exchange the key, or what is given instead of it."""
        if encrypted is None:
            encrypted = self._encrypted()
        body = {"encrypted_symmetric_key": base64.b64encode(encrypted).decode()}
        return self.client.post("/exchange-symmetric-key", json=body, headers=self.headers())

    def _encrypted(self) -> bytes:
        pem = self.client.get("/public-encryption-key").json()["public_key"]
        public: Any = load_pem_public_key(pem.encode())
        encrypted: bytes = public.encrypt(self.key, OAEP(MGF1(SHA256()), SHA256(), None))
        return encrypted

    def ask(self, video: str, *, token: bytes | None = None, **headers: str) -> httpx.Response:
        """An encrypted challenge, or what is given instead of its body."""
        if token is None:
            token = self.fernet.encrypt(body_of(video, nonce=nonce_of()))
        sealed = {"content-type": "application/octet-stream"}
        return self.client.post(ENDPOINT, content=token, headers=self.headers() | sealed | headers)


@pytest.fixture
def sealed(sealing: Running) -> Iterator[Sealed]:
    with client_of(sealing.url) as client:
        yield Sealed(client, secrets.token_bytes(32), secrets.token_hex(32))


def test_an_encrypted_challenge_is_answered_in_plain_text(
    sealed: Sealed, clip: Clip, video: str
) -> None:
    exchanged = sealed.hand_over()
    assert exchanged.status_code == 200
    assert exchanged.json() == {"status": "Symmetric key exchanged successfully"}
    response = sealed.ask(video)
    clip.require_answered(response)
    require_signed(response)


def test_an_answer_is_encrypted_where_the_client_asks_for_it(
    sealed: Sealed, clip: Clip, video: str
) -> None:
    sealed.hand_over()
    response = sealed.ask(video, accept="application/octet-stream")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/octet-stream"
    answer = json.loads(sealed.fernet.decrypt(response.content))
    require_sound(answer, frames=clip.frames, size=SIZE)
    require_signed(response)


def test_a_plain_challenge_is_answered_beside_encrypted_ones(
    sealed: Sealed, clip: Clip, video: str
) -> None:
    clip.require_answered(ask(sealed.client, body_of(video)))


def test_the_public_key_is_one_that_clients_can_read(sealed: Sealed) -> None:
    told = sealed.client.get("/public-encryption-key").json()
    public: Any = load_pem_public_key(told["public_key"].encode())
    assert (public.key_size, public.public_numbers().e) == (2048, 65537)
    assert told["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert abs(told["timestamp"] - time.time()) < SOON


def test_a_key_is_known_to_who_handed_it_over_and_by_its_name_alone(sealed: Sealed) -> None:
    sealed.hand_over()
    others = [
        dataclasses.replace(sealed, uuid=secrets.token_hex(32)),
        dataclasses.replace(sealed, by=ALPHAONLY),
    ]
    for other in others:
        require_refused(other.ask(NOWHERE), 400, "No symmetric key found")


def test_what_the_key_does_not_open_is_refused(sealed: Sealed) -> None:
    sealed.hand_over()
    stranger = dataclasses.replace(sealed, key=secrets.token_bytes(32))
    require_refused(stranger.ask(NOWHERE), 401, "decrypted")
    for token in (b"", b"gAAAAA", b"\xff" * 100, body_of(NOWHERE)):
        require_refused(sealed.ask(NOWHERE, token=token), 401, "decrypted")


def test_what_is_in_a_token_is_checked_as_a_plain_body_is(sealed: Sealed) -> None:
    sealed.hand_over()
    token = sealed.fernet.encrypt(b"[]")
    require_refused(sealed.ask(NOWHERE, token=token), 400)


def test_an_encrypted_request_is_good_once(sealed: Sealed) -> None:
    sealed.hand_over()
    headers = sealed.headers()
    for status in (502, 401):
        require_refused(sealed.ask(NOWHERE, **headers), status)


@pytest.mark.parametrize("encrypted", [b"", b"x" * 256, secrets.token_bytes(255)])
def test_a_key_that_cannot_be_decrypted_is_refused(sealed: Sealed, encrypted: bytes) -> None:
    status = 401 if encrypted else 400
    require_refused(sealed.hand_over(encrypted), status)


def test_a_key_of_another_length_is_refused(sealed: Sealed) -> None:
    require_refused(dataclasses.replace(sealed, key=b"k" * 31).hand_over(), 401, "32 bytes")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"encrypted_symmetric_key": 7}'])
def test_a_body_that_hands_over_no_key_is_refused(sealed: Sealed, body: bytes) -> None:
    response = sealed.client.post("/exchange-symmetric-key", content=body, headers=sealed.headers())
    require_refused(response, 400, "encrypted_symmetric_key")


def test_only_who_may_ask_may_hand_over_a_key(sealed: Sealed) -> None:
    for by in (STRANGER, LOWSTAKE):
        require_refused(dataclasses.replace(sealed, by=by).hand_over(), 403)
    headers = sealed.headers()
    del headers["symmetric-key-uuid"]
    response = sealed.client.post("/exchange-symmetric-key", headers=headers)
    require_refused(response, 422, "symmetric-key-uuid")


def test_nothing_was_a_mistake_there_either(sealing: Running) -> None:
    """The last of those that share that service."""
    require_no_mistake(sealing)
