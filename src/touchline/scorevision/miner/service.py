"""The service, put together from its settings: admission, and what every service has."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from touchline.errors import NoHotkeyError
from touchline.scorevision.miner.access.admission import Admission
from touchline.scorevision.miner.access.encryption import KeyExchange
from touchline.scorevision.miner.handler import ChallengeHandler
from touchline.scorevision.settings import MinerSettings
from touchline.service.chain import Hotkey, hotkey_of, make_hotkey
from touchline.service.web import NonceMemory, Standing, WebService, folder_of, shared_parts

Ask = Callable[[str], str]
"""Shows a prompt, and gives what was typed."""

ANSWER = "touchline.scorevision.miner.answer:AnswerBuilder"
"""What the workers write frames with; the service itself loads none of the libraries behind it."""

_log = logging.getLogger("touchline.miner")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Service(WebService):
    """Everything behind the routes.

    Attributes:
        hotkey: Of the miner; signs its answers.
        admission: Decides which requests are served.
        exchange: Symmetric keys of the encrypted variant; None where it is off.
        handler: From a challenge to its answer.
    """

    hotkey: Hotkey
    admission: Admission
    exchange: KeyExchange | None
    handler: ChallengeHandler

    @classmethod
    def of(cls, settings: MinerSettings, *, ask: Ask | None = None) -> "Service":
        """Put a service together; nothing runs yet.

        Args:
            settings: What the operator set.
            ask: Prompts for the password of an encrypted hotkey; None never does.

        Raises:
            ChainError: The hotkey or the allow-list cannot be read.
            OutputError: The folder of what outlives a restart cannot be written.
        """
        hotkey = find_hotkey(settings, ask=ask)
        parts = shared_parts(settings, ChallengeHandler, answer=ANSWER, hotkey=hotkey.address)
        state = folder_of(settings.state, "TOUCHLINE_STATE")
        return cls(
            hotkey=hotkey,
            admission=Admission(
                own=hotkey.address,
                standing=Standing.of(settings, parts["watch"]),
                nonces=NonceMemory(state / f"nonces-{hotkey.address}.sqlite"),
            ),
            exchange=KeyExchange() if settings.encrypted else None,
            **parts,
        )


def find_hotkey(settings: MinerSettings, *, ask: Ask | None = None) -> Hotkey:
    """The hotkey that the settings name; without it and a chain, a throw-away one will do.

    Raises:
        ChainError: There is none, or it cannot be read.
    """
    try:
        return hotkey_of(settings, ask=ask)
    except NoHotkeyError as error:
        if settings.allow_list is None:
            raise
        hotkey = make_hotkey()
        _log.warning("%s Offline, the throw-away hotkey %s will do.", error, hotkey.address)
        return hotkey
