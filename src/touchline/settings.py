"""The only reader of the environment.

A setting comes from the command line first, then from the environment, then from a ``.env`` file in
the working folder. Settings stop at the builders: stages take plain keyword arguments.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from touchline.errors import UsageError

Device = Literal["auto", "cpu", "cuda", "mps"]
Backend = Literal["openvino", "onnxruntime"]
Verify = Literal["fast", "full", "off"]
VerifierName = Literal["auto", "student", "clip", "clip-int8", "clip-b16", "clip-b16-int8"]
DetectionSize = Literal["640x360", "960x540", "1280x720", "native"]
Network = Literal["finney", "test", "local"]
StakeField = Literal["total", "tao", "alpha"]

PLAIN_NAME = r"^[^./\\\x00][^/\\\x00]*$"
"""A name of one file, which can lead to no other folder."""


class Settings(BaseSettings):
    """What an operator may set, and its defaults."""

    # Not by name: pydantic-settings would then take HOST or CACHE of any environment for ours.
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    device: Device = Field(default="auto", validation_alias="DEVICE")
    """Where the networks run."""
    backend: Backend | None = Field(default=None, validation_alias="TOUCHLINE_BACKEND")
    """Inference engine; None takes the fastest one for the device."""
    threads: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_THREADS")
    """CPU threads of a network; None takes all cores."""
    batch_size: int | None = Field(default=8, ge=1, validation_alias="TOUCHLINE_BATCH_SIZE")
    """Images handed to a network at once; None is as many as memory allows."""
    detection_size: DetectionSize = Field(
        default="1280x720", validation_alias="TOUCHLINE_DETECTION_SIZE"
    )
    """Size to which a frame is reduced for detection; boxes come back in original pixels."""
    detect_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_DETECT_EVERY")
    """Look for people and ball in every n-th frame; None is 12.5 a second on a CPU, else all."""
    locate_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_LOCATE_EVERY")
    """Look for the pitch in every n-th frame; None is 5 a second on a CPU, else 12.5."""

    verify: Verify = Field(default="fast", validation_alias="TOUCHLINE_VERIFY")
    """How much is looked at a second time: what is needed, everything, or nothing."""
    verifier: VerifierName = Field(default="auto", validation_alias="TOUCHLINE_VERIFIER")
    """Who looks: the shipped student, with a CLIP for what is doubtful; auto takes ``clip`` if it
    is installed."""
    cache: Path | None = Field(default=None, validation_alias="TOUCHLINE_CACHE")
    """Folder of the networks that are pulled; None is ``.cache/touchline`` in the home folder."""

    @property
    def imgsz(self) -> tuple[int, int] | None:
        """``detection_size`` as (width, height); None is the frame's own size."""
        if self.detection_size == "native":
            return None
        width, height = self.detection_size.split("x")
        return int(width), int(height)

    def to_json(self) -> str:
        """The settings of the pipeline, for another process of ours; no secret is among them."""
        values = self.model_dump(mode="json", include=set(Settings.model_fields))
        return json.dumps(_keyed(Settings, values))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The settings in ``to_json``, whatever the environment says."""
        return cls(**json.loads(text))

    @classmethod
    def read(cls, **given: object) -> Self:
        """The settings in force; ``given`` values that are not None win.

        Raises:
            UsageError: A value is not allowed; the message names the key, the value and the rule.
        """
        try:
            return cls(**_keyed(cls, {k: v for k, v in given.items() if v is not None}))
        except ValidationError as error:
            raise UsageError(_first_problem(error)) from None


class MinerSettings(Settings):
    """What an operator of a miner may set besides, and its defaults."""

    host: str = Field(default="0.0.0.0", validation_alias="TOUCHLINE_HOST")
    """Address that the service listens on."""
    port: int = Field(default=7999, ge=1, le=65535, validation_alias="TOUCHLINE_PORT")
    """Port that the service listens on."""
    state: Path = Field(
        default=Path("~/.local/state/touchline"), validation_alias="TOUCHLINE_STATE"
    )
    """Folder of what outlives a restart: the last good metagraph, the nonces seen."""
    scratch: Path | None = Field(default=None, validation_alias="TOUCHLINE_SCRATCH")
    """Folder that videos are downloaded into; None is the system's folder for temporary files."""

    netuid: int = Field(default=44, ge=0, le=65535, validation_alias="NETUID")
    """Subnet: 44 on the main network, 261 on the test network."""
    subtensor_network: Network = Field(default="finney", validation_alias="SUBTENSOR_NETWORK")
    """Chain that the miner is registered on."""
    subtensor_address: str | None = Field(
        default=None, pattern=r"^wss?://[^\s/]+.*$", validation_alias="SUBTENSOR_ADDRESS"
    )
    """Address of a node of that chain; None is the public one of the network."""
    wallet_name: str = Field(default="default", pattern=PLAIN_NAME, validation_alias="WALLET_NAME")
    """Name of the wallet that holds the hotkey."""
    hotkey_name: str = Field(default="default", pattern=PLAIN_NAME, validation_alias="HOTKEY_NAME")
    """Name of the hotkey in its wallet."""
    wallet_path: Path = Field(default=Path("~/.bittensor/wallets"), validation_alias="WALLET_PATH")
    """Folder of the wallets."""
    password: SecretStr | None = Field(default=None, validation_alias="BT_PW")
    """Password of an encrypted hotkey; without it a terminal is asked."""

    min_stake: float = Field(
        default=1000.0, ge=0, allow_inf_nan=False, validation_alias="MIN_STAKE_THRESHOLD"
    )
    """Stake from which a validator may ask."""
    stake_field: StakeField = Field(default="total", validation_alias="STAKE_FIELD")
    """Which stake that is."""
    require_permit: bool = Field(default=False, validation_alias="REQUIRE_VALIDATOR_PERMIT")
    """Whether who asks must hold a validator permit too."""
    refresh_nodes: bool = Field(default=True, validation_alias="REFRESH_NODES")
    """Whether the metagraph is read from the chain again and again."""
    load_old_nodes: bool = Field(default=True, validation_alias="LOAD_OLD_NODES")
    """Whether the last good metagraph is read from disk at the start."""
    chain_every: float = Field(default=300.0, ge=1, validation_alias="CHAIN_SYNC_SECONDS")
    """Seconds between two readings of the metagraph."""
    chain_stale: float = Field(default=7200.0, ge=1, validation_alias="CHAIN_STALE_SECONDS")
    """Age from which a metagraph no longer counts as fresh; the miner still decides by it."""
    allow_list: Path | None = Field(default=None, validation_alias="ALLOW_LIST")
    """File with who may ask, instead of a chain; for development."""

    max_concurrent: int = Field(default=1, ge=1, validation_alias="MAX_CONCURRENT_CHALLENGES")
    """Challenges that are worked on at once, each by a process of its own."""
    max_queued: int = Field(default=1, ge=0, validation_alias="MAX_QUEUED_CHALLENGES")
    """Challenges that may wait their turn."""
    answer_within: float = Field(default=14.0, gt=0, validation_alias="ANSWER_WITHIN_SECONDS")
    """Seconds from request to answer that the networks' pace aims at; validators pay nothing for
    speed from 15 s on."""
    give_up_after: float = Field(default=225.0, gt=0, validation_alias="GIVE_UP_AFTER_SECONDS")
    """Seconds after which a challenge is given up; validators wait 240 s."""

    download_within: float = Field(default=90.0, gt=0, validation_alias="DOWNLOAD_SECONDS")
    """Seconds that a download may take, all tries together."""
    connect_timeout: float = Field(default=5.0, gt=0, validation_alias="CONNECT_TIMEOUT_SECONDS")
    """Seconds that a video's host may take to accept a connection."""
    read_timeout: float = Field(default=10.0, gt=0, validation_alias="READ_TIMEOUT_SECONDS")
    """Seconds that a video's host may be silent."""
    max_video_bytes: int = Field(default=2**29, ge=1, validation_alias="MAX_VIDEO_BYTES")
    """Size from which a video is refused."""
    max_video_seconds: float = Field(default=180.0, gt=0, validation_alias="MAX_VIDEO_SECONDS")
    """Duration from which a video is refused."""
    max_video_pixels: int = Field(default=3840 * 2160, ge=1, validation_alias="MAX_VIDEO_PIXELS")
    """Width times height above which a video is refused."""
    min_free_bytes: int = Field(default=2**29, ge=0, validation_alias="MIN_FREE_DISK_BYTES")
    """Bytes of the disk that a download leaves free."""
    allow_private_hosts: bool = Field(default=False, validation_alias="ALLOW_PRIVATE_VIDEO_HOSTS")
    """Whether videos may come from addresses that are not public; for tests and local use."""
    encrypted: bool = Field(default=False, validation_alias="ENCRYPTED_CHALLENGES")
    """Whether the encrypted variant of the protocol is served too."""

    @property
    def stored_metagraph(self) -> Path:
        """The file in which the last good metagraph outlives a restart."""
        return self.state.expanduser() / f"nodes-{self.subtensor_network}-{self.netuid}.json"


def _keyed(kind: type[BaseSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under the keys of the environment instead of the names of the fields."""
    return {str(kind.model_fields[name].validation_alias): values[name] for name in values}


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    return f"setting {key} = {problem['input']!r} is not allowed: {problem['msg']}"
