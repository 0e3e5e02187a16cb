"""What an operator of a private-track miner may set."""

from typing import Self

from pydantic import Field

from touchline.service import ServiceSettings

ADDRESS = r"^[1-9A-HJ-NP-Za-km-z]{47,48}$"
"""An SS58 address, by its letters."""
CENTRAL = "5DFwFpurRFaT5VtjdsATUnRakGhvUdgCghF61457QbWdsnJp"
"""Hotkey of the validator that asks all miners."""


class PrivateSettings(ServiceSettings):
    """What an operator of a private-track miner may set besides, and its defaults."""

    port: int = Field(default=8000, ge=1, le=65535, validation_alias="MINER_PORT")
    """Port that the service listens on; a spot check asks at 8000."""
    miner_hotkey: str | None = Field(default=None, pattern=ADDRESS, validation_alias="MINER_HOTKEY")
    """Address of the miner's hotkey; None takes that of the wallet, and any where there is none."""
    central_validator: str = Field(
        default=CENTRAL, pattern=ADDRESS, validation_alias="CENTRAL_VALIDATOR"
    )
    """Hotkey of the validator that asks all miners: it may ask whatever it holds."""
    verify_signatures: bool = Field(default=True, validation_alias="VERIFY_ENABLED")
    """Whether a challenge must be signed."""
    check_hotkeys: bool = Field(default=True, validation_alias="BLACKLIST_ENABLED")
    """Whether only the central validator and those with stake may ask."""
    spotcheck: bool = Field(default=False, validation_alias="SPOTCHECK_MODE")
    """Whether this is a spot check of the image: nothing is signed, no chain is there, and the
    video lies on a private host. Never for a server that strangers reach."""
    answer_within: float = Field(default=22.0, gt=0, validation_alias="ANSWER_WITHIN_SECONDS")
    """Seconds from request to answer that the networks' pace aims at."""
    answer_by: float = Field(default=25.5, gt=0, validation_alias="ANSWER_BY_SECONDS")
    """Seconds after which the answer is made of what was seen by then."""
    give_up_after: float = Field(default=29.0, gt=0, validation_alias="GIVE_UP_AFTER_SECONDS")
    """Seconds after which a challenge is given up; validators wait 30 s."""
    download_within: float = Field(default=25.0, gt=0, validation_alias="DOWNLOAD_SECONDS")
    """Seconds that a download may take, all tries together."""

    @property
    def stop_after(self) -> float | None:
        """Seconds after which the rest of a video is left."""
        return self.answer_by

    def in_force(self) -> Self:
        """As a spot check has it where this is one: nobody is known there, and nothing signed."""
        if not self.spotcheck:
            return self
        changes = {
            "verify_signatures": False,
            "check_hotkeys": False,
            "refresh_nodes": False,
            "load_old_nodes": False,
            "allow_private_hosts": True,
            "ui": "off",
        }
        return self.model_copy(update=changes)
