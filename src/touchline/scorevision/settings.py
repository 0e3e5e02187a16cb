"""What an operator of a miner for the first protocol may set."""

from pydantic import Field

from touchline.service import ServiceSettings


class MinerSettings(ServiceSettings):
    """What an operator of a miner may set besides, and its defaults."""

    encrypted: bool = Field(default=False, validation_alias="ENCRYPTED_CHALLENGES")
    """Whether the encrypted variant of the protocol is served too."""
