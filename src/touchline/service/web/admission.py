"""Who may ask: headers in their form, and what a validator holds on the subnet."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from touchline.errors import (
    BusyError,
    ForbiddenError,
    MissingHeaderError,
    UnauthenticatedError,
)
from touchline.service.chain import ChainWatch, Metagraph
from touchline.service.settings import ServiceSettings, StakeField

LONGEST = 200
"""Characters of the longest header that means anything."""
CHAIN_RETRY = 15
"""Seconds after which to ask again while the chain has not been read."""

# A colon divides the parts of what is signed, so it is in none of them.
_VALUE = re.compile(rf"[!-9;-~]{{1,{LONGEST}}}", re.ASCII)
_SIGNATURE = re.compile(r"0x[0-9a-fA-F]{128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Decides by the metagraph who may ask.

    Attributes:
        metagraph: Gives the last good metagraph, None before there is one.
        min_stake: Stake from which a validator may ask.
        stake_field: Which stake that is.
        require_permit: Whether a validator permit is needed too.
    """

    metagraph: Callable[[], Metagraph | None]
    min_stake: float
    stake_field: StakeField
    require_permit: bool

    @classmethod
    def of(cls, settings: ServiceSettings, watch: ChainWatch) -> Self:
        """By what the operator set, and the metagraph that is kept up to date."""
        return cls(
            metagraph=lambda: watch.metagraph,
            min_stake=settings.min_stake,
            stake_field=settings.stake_field,
            require_permit=settings.require_permit,
        )

    def require(self, validator: str) -> None:
        """Refuse who may not ask.

        Raises:
            ForbiddenError: The hotkey is not on the subnet, or holds too little.
            BusyError: There is no metagraph yet.
        """
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


def header_values(headers: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """The values of headers, each of which is given once: of two, which one was signed?

    Args:
        headers: Of a request; names are taken in any case.
        names: In lower case.

    Raises:
        MissingHeaderError: One is missing.
        UnauthenticatedError: One has another form, or is given twice.
    """
    given = {
        name: [value for key, value in headers.items() if key.lower() == name] for name in names
    }
    for name, values in given.items():
        if not any(values):
            raise MissingHeaderError(f"the header {name} is missing.")
    for name, values in given.items():
        if len(values) > 1:
            raise UnauthenticatedError(f"the header {name} is given twice.")
        require_form(name, values[0])
    return [values[0] for values in given.values()]


def require_form(name: str, value: str) -> None:
    """Refuse a header that cannot be part of what is signed.

    Raises:
        UnauthenticatedError: It has another form.
    """
    if not _VALUE.fullmatch(value):
        raise UnauthenticatedError(
            f"the header {name} has 1 to {LONGEST} visible ASCII characters and no colon."
        )


def parse_signature(text: str) -> bytes:
    """The 64 bytes of a signature header.

    Raises:
        UnauthenticatedError: It is not ``0x`` and 128 hexadecimal digits.
    """
    if not _SIGNATURE.fullmatch(text):
        raise UnauthenticatedError("the signature is 0x and 128 hexadecimal digits.")
    return bytes.fromhex(text[2:])
