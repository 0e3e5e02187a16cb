"""What an operator of a service may set: where it listens, whom it knows, what a video may take."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from touchline.service.fetching import Limits
from touchline.settings import Settings

Network = Literal["finney", "test", "local"]
StakeField = Literal["total", "tao", "alpha"]
UiFor = Literal["local", "anyone", "off"]

PLAIN_NAME = r"^[^./\\\x00][^/\\\x00]*$"
"""A name of one file, which can lead to no other folder."""


class ServiceSettings(Settings):
    """What an operator of a service may set besides, and its defaults."""

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

    ui: UiFor = Field(default="local", validation_alias="TOUCHLINE_UI")
    """Who may look at the last challenges under ``/ui``: this machine, anyone, or nobody (off)."""
    max_kept: int = Field(default=3, ge=0, le=1000, validation_alias="KEPT_CHALLENGES")
    """Challenges that are kept for it, each with its video where that is below 64 MiB."""

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
    """Whether a validator must hold a validator permit too."""
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

    @property
    def stop_after(self) -> float | None:
        """Seconds from the request after which an answer is made of what was seen; None waits."""
        return None

    @property
    def stored_metagraph(self) -> Path:
        """The file in which the last good metagraph outlives a restart."""
        return self.state.expanduser() / f"nodes-{self.subtensor_network}-{self.netuid}.json"

    @property
    def download_limits(self) -> Limits:
        """What a download may take."""
        return Limits(
            seconds=self.download_within,
            connect=self.connect_timeout,
            read=self.read_timeout,
            bytes=self.max_video_bytes,
            free=self.min_free_bytes,
            allow_private=self.allow_private_hosts,
        )
