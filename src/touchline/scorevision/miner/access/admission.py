"""Which requests are admitted: decided from memory, in one order, the cheap checks first."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from touchline.errors import (
    BusyError,
    ForbiddenError,
    MissingHeaderError,
    UnauthenticatedError,
)
from touchline.scorevision.chain import Metagraph, is_address, verify
from touchline.scorevision.miner.access.nonces import NonceMemory
from touchline.scorevision.settings import StakeField
from touchline.scorevision.signing import (
    encrypted_message,
    parse_signature,
    request_message,
)

NAMES = ("validator-hotkey", "miner-hotkey", "nonce", "signature")
"""Headers of every signed request."""
LONGEST = 200
"""Characters of the longest header that means anything."""
CHAIN_RETRY = 15
"""Seconds after which to ask again while the chain has not been read."""

# A colon divides the parts of what is signed, so it is in none of them.
_VALUE = re.compile(rf"[!-9;-~]{{1,{LONGEST}}}", re.ASCII)


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
        validator, miner, nonce, signature = _values(headers, NAMES)
        if not is_address(validator):
            raise UnauthenticatedError("validator-hotkey is not an SS58 address of format 42.")
        return cls(validator, miner, nonce, parse_signature(signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Decides whether a request is served.

    Attributes:
        own: The miner's hotkey.
        metagraph: Gives the last good metagraph, None before there is one.
        nonces: Protects against replays.
        min_stake: Stake from which a validator may ask.
        stake_field: Which stake that is.
        require_permit: Whether a validator permit is needed too.
    """

    own: str
    metagraph: Callable[[], Metagraph | None]
    nonces: NonceMemory
    min_stake: float
    stake_field: StakeField
    require_permit: bool

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
        _require_form("symmetric-key-uuid", key_uuid)
        return self._admit(credentials, [encrypted_message(credentials.nonce, self.own, key_uuid)])

    def _admit(self, credentials: Credentials, messages: Iterable[bytes]) -> str:
        validator = credentials.validator
        if credentials.miner != self.own:
            raise UnauthenticatedError(f"miner-hotkey is another miner's; this one is {self.own}.")
        self._require_stake(validator)
        self.nonces.check(validator, credentials.nonce)
        if not any(verify(message, credentials.signature, validator) for message in messages):
            raise UnauthenticatedError("the signature does not hold for this request.")
        # Only now: a forger could use up nonces, or fill the memory.
        self.nonces.remember(validator, credentials.nonce)
        return validator

    def _require_stake(self, validator: str) -> None:
        metagraph = self.metagraph()
        if metagraph is None:
            raise BusyError("the chain has not been read yet.", retry_after=CHAIN_RETRY)
        node = metagraph.find(validator)
        if node is None:
            raise ForbiddenError("Hotkey not found in metagraph")
        stakes = {"total": node.total_stake, "tao": node.tao_stake, "alpha": node.alpha_stake}
        stake = stakes[self.stake_field]
        if stake < self.min_stake:
            raise ForbiddenError(
                f"Insufficient stake of {stake:.9g}; {self.min_stake:.9g} is needed."
            )
        if self.require_permit and not node.validator_permit:
            raise ForbiddenError("the hotkey has no validator permit.")


def _values(headers: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """The values of headers, each of which is given once: of two, which one was signed?"""
    given = {
        name: [value for key, value in headers.items() if key.lower() == name] for name in names
    }
    for name, values in given.items():
        if not any(values):
            raise MissingHeaderError(f"the header {name} is missing.")
    for name, values in given.items():
        if len(values) > 1:
            raise UnauthenticatedError(f"the header {name} is given twice.")
        _require_form(name, values[0])
    return [values[0] for values in given.values()]


def _require_form(name: str, value: str) -> None:
    if not _VALUE.fullmatch(value):
        raise UnauthenticatedError(
            f"the header {name} has 1 to {LONGEST} visible ASCII characters and no colon."
        )


def _bodies(body: bytes) -> Iterable[bytes]:
    """The bytes that came, then the same JSON as ``json.dumps`` spells it."""
    yield body
    try:
        yield json.dumps(json.loads(body)).encode()
    except (ValueError, RecursionError):
        return
