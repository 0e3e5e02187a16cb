"""What the checks look at: the settings, the world around, and what is worked out only once."""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from touchline.errors import ChainError
from touchline.pipeline import Models
from touchline.service.doctor import web
from touchline.service.settings import ServiceSettings

if TYPE_CHECKING:
    from touchline.service.chain import Hotkey, Metagraph

T = TypeVar("T")

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where to find, from here, what listens at every address."""


@dataclass(frozen=True, slots=True)
class World:
    """Where things are that no setting names.

    Attributes:
        time_servers: Web servers whose clock is right, asked after the chain's own.
        video_host: A web server as videos come from.
        weights: Folder of the shipped weights; None is inside the package.
        cgroup: Where Linux tells what a container may use.
        chain_within: Seconds that reading the chain may take.
        ask: Asks for the password of an encrypted hotkey; None where nobody sits there.
    """

    time_servers: tuple[str, ...] = ("https://drive.usercontent.google.com/",)
    video_host: str = "https://drive.usercontent.google.com/"
    weights: Path | None = None
    cgroup: Path = Path("/sys/fs/cgroup")
    chain_within: float = 30.0
    ask: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What the checks look at.

    What takes time is a function here. Each does its work at the first call and gives the same
    result, or raises the same error, at all others.

    Attributes:
        settings: What the operator set.
        world: What nobody set.
        models: The networks, loaded.
        hotkey: Who the miner is, by its wallet.
        address: Of the miner's hotkey: that which a setting names, else of the wallet.
        chain: The subnet, read from the chain now.
        metagraph: By what the service would decide: the allow-list, the chain, or the stored copy.
        is_serving: Whether a miner of ours answers on the port already.
    """

    settings: ServiceSettings
    world: World
    models: Callable[[], Models]
    hotkey: "Callable[[], Hotkey]"
    address: Callable[[], str]
    chain: "Callable[[], Metagraph]"
    metagraph: "Callable[[], Metagraph]"
    is_serving: Callable[[], bool]

    @classmethod
    def of(
        cls, settings: ServiceSettings, world: World | None = None, *, address: str | None = None
    ) -> Self:
        """Nothing is looked at yet.

        Args:
            settings: What the operator set.
            world: What nobody set.
            address: Of the miner's hotkey, where a setting names it.
        """
        world = world or World()
        hotkey = once(lambda: _load_hotkey(settings, world))
        chain = once(lambda: _read_chain(settings, world))
        return cls(
            settings=settings,
            world=world,
            models=once(lambda: Models.load(settings)),
            hotkey=hotkey,
            address=lambda: address or hotkey().address,
            chain=chain,
            metagraph=once(lambda: _find_metagraph(settings, chain)),
            is_serving=once(lambda: web.is_live(local_address(settings))),
        )

    @property
    def port_setting(self) -> str:
        """By what name an operator sets the port."""
        return str(type(self.settings).model_fields["port"].validation_alias)

    @property
    def scratch(self) -> Path:
        """Folder that videos are downloaded into."""
        return (self.settings.scratch or Path(tempfile.gettempdir())).expanduser()

    def redacted(self, text: str) -> str:
        """A text without the password, and without what a node's address may hold of a key."""
        address, password = self.settings.subtensor_address, self.settings.password
        if address:
            text = text.replace(address, urlsplit(address).hostname or "SUBTENSOR_ADDRESS")
        if password and password.get_secret_value():
            text = text.replace(password.get_secret_value(), "*****")
        return text


def once(work: Callable[[], T]) -> Callable[[], T]:
    """The work, done at the first call; a failure is remembered like a result."""
    result: Future[T] = Future()
    lock = threading.Lock()

    def get() -> T:
        with lock:
            if not result.done():
                try:
                    result.set_result(work())
                except Exception as error:
                    result.set_exception(error)
        return result.result()

    return get


def local_address(settings: ServiceSettings) -> str:
    """``http://HOST:PORT`` of the service as this machine sees it."""
    return web.at(EVERYWHERE.get(settings.host, settings.host), settings.port)


def _load_hotkey(settings: ServiceSettings, world: World) -> "Hotkey":
    from touchline.service.chain import hotkey_of

    return hotkey_of(settings, ask=world.ask)


def _read_chain(settings: ServiceSettings, world: World) -> "Metagraph":
    from touchline.service.chain import endpoint_of, fetch_metagraph

    endpoint = endpoint_of(settings.subtensor_network, settings.subtensor_address)
    return fetch_metagraph(endpoint, settings.netuid, timeout=world.chain_within)


def _find_metagraph(settings: ServiceSettings, chain: "Callable[[], Metagraph]") -> "Metagraph":
    from touchline.service.chain import load_metagraph, read_allow_list

    if settings.allow_list is not None:
        return read_allow_list(settings.allow_list)
    try:
        if settings.refresh_nodes:
            return chain()
        raise ChainError("REFRESH_NODES is off")
    except ChainError:
        if not settings.load_old_nodes:
            raise
    return load_metagraph(settings.stored_metagraph)
