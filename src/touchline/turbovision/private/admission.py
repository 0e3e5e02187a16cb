"""Which challenges are admitted: decided from memory, the cheap checks first."""

from collections.abc import Mapping
from dataclasses import dataclass

from touchline.errors import UnauthenticatedError
from touchline.service.chain import is_address, verify
from touchline.service.web import NonceMemory, Standing, header_values, parse_signature
from touchline.turbovision.private.signing import (
    MINER,
    NONCE,
    SIGNATURE,
    VALIDATOR,
    signed_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateAdmission:
    """Decides whether a challenge is answered.

    Attributes:
        own: The miner's hotkey; None where it is not known, and then anybody's will do.
        standing: Decides by the metagraph who may ask; None asks nobody.
        central: The validator that may ask whatever it holds.
        nonces: Protects against replays; None takes what is not signed.
    """

    own: str | None
    standing: Standing | None
    central: str
    nonces: NonceMemory | None

    def admit(self, headers: Mapping[str, str], body: bytes) -> None:
        """Admit a challenge and use its nonce up, or refuse it.

        Args:
            headers: Of the request.
            body: Its raw bytes, as they came.

        Raises:
            RequestError: It is refused; the subclass tells why.
        """
        if self.own is not None and (asked := _value(headers, MINER)) != self.own:
            raise UnauthenticatedError(
                f"{MINER} is {asked}, another miner's; this one is {self.own}."
            )
        if self.standing is not None:
            validator = _validator(headers)
            if validator != self.central:
                self.standing.require(validator)
        if self.nonces is not None:
            self._verify(self.nonces, headers, body)

    def _verify(self, nonces: NonceMemory, headers: Mapping[str, str], body: bytes) -> None:
        validator, nonce = _validator(headers), _value(headers, NONCE)
        signature = parse_signature(_value(headers, SIGNATURE))
        nonces.check(validator, nonce)
        if not verify(signed_text(nonce, body), signature, validator):
            raise UnauthenticatedError("the signature does not hold for this request.")
        # Only now: a forger could use up nonces, or fill the memory.
        nonces.remember(validator, nonce)


def _validator(headers: Mapping[str, str]) -> str:
    validator = _value(headers, VALIDATOR)
    if not is_address(validator):
        raise UnauthenticatedError(f"{VALIDATOR} is not an SS58 address of format 42.")
    return validator


def _value(headers: Mapping[str, str], name: str) -> str:
    """A header that comes with ``x-`` before its name, without, or both ways alike."""
    names = [each for each in (name, f"x-{name}") if each in headers] or [name]
    values = header_values(headers, names)
    if len({*values}) > 1:
        raise UnauthenticatedError(f"{name} and x-{name} say two things.")
    return values[0]
