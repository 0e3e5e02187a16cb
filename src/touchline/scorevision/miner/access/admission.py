"""Which requests are admitted: decided from memory, in one order, the cheap checks first."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from touchline.errors import UnauthenticatedError
from touchline.scorevision.signing import encrypted_message, request_message
from touchline.service.chain import is_address, verify
from touchline.service.web import (
    NonceMemory,
    Standing,
    header_values,
    parse_signature,
    require_form,
)

NAMES = ("validator-hotkey", "miner-hotkey", "nonce", "signature")
"""Headers of every signed request."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The headers of a signed request, each in its form."""

    validator: str
    miner: str
    nonce: str
    signature: bytes = field(repr=False)

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Read them from headers, whose names are taken in any case.

        Raises:
            MissingHeaderError: One is missing.
            UnauthenticatedError: One has another form, or is given twice.
        """
        validator, miner, nonce, signature = header_values(headers, NAMES)
        if not is_address(validator):
            raise UnauthenticatedError("validator-hotkey is not an SS58 address of format 42.")
        return cls(validator, miner, nonce, parse_signature(signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Decides whether a request is served.

    Attributes:
        own: The miner's hotkey.
        standing: Decides by the metagraph who may ask.
        nonces: Protects against replays.
    """

    own: str
    standing: Standing
    nonces: NonceMemory

    def admit(self, headers: Mapping[str, str], body: bytes) -> str:
        """Admit a POST and use its nonce up, or refuse it.

        A body that was signed in another spelling of the same JSON is admitted too: clients exist
        that sign ``json.dumps`` of what they send, and send it otherwise.

        Args:
            headers: Of the request.
            body: Its raw bytes, as they came.

        Returns:
            The validator's hotkey.

        Raises:
            RequestError: It is refused; the subclass tells why.
        """
        credentials = Credentials.of(headers)
        spellings = (request_message(credentials.nonce, self.own, each) for each in _bodies(body))
        return self._admit(credentials, spellings)

    def admit_get(self, headers: Mapping[str, str]) -> str:
        """The same for a GET."""
        credentials = Credentials.of(headers)
        return self._admit(credentials, [request_message(credentials.nonce, self.own)])

    def admit_encrypted(self, headers: Mapping[str, str], key_uuid: str) -> str:
        """The same for a request of the encrypted variant, about the key of that name."""
        credentials = Credentials.of(headers)
        require_form("symmetric-key-uuid", key_uuid)
        return self._admit(credentials, [encrypted_message(credentials.nonce, self.own, key_uuid)])

    def _admit(self, credentials: Credentials, messages: Iterable[bytes]) -> str:
        validator = credentials.validator
        if credentials.miner != self.own:
            raise UnauthenticatedError(f"miner-hotkey is another miner's; this one is {self.own}.")
        self.standing.require(validator)
        self.nonces.check(validator, credentials.nonce)
        if not any(verify(message, credentials.signature, validator) for message in messages):
            raise UnauthenticatedError("the signature does not hold for this request.")
        # Only now: a forger could use up nonces, or fill the memory.
        self.nonces.remember(validator, credentials.nonce)
        return validator


def _bodies(body: bytes) -> Iterable[bytes]:
    """The bytes that came, then the same JSON as ``json.dumps`` spells it."""
    yield body
    try:
        yield json.dumps(json.loads(body)).encode()
    except (ValueError, RecursionError):
        return
