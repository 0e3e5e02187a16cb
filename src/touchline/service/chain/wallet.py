"""Hotkeys: read from wallet files, made for a test, and what is done with them.

A wallet is a folder, each of its hotkeys a file: ``FOLDER/WALLET/hotkeys/HOTKEY``. The coldkey is
never looked at.
"""

import json
import logging
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from touchline.errors import ChainError, NoHotkeyError, UsageError

try:
    import bittensor_core as core  # type: ignore[import-untyped]
except ImportError as error:
    raise ChainError(
        'keys need the package bittensor-core: pip install "touchline[chain]"'
    ) from error

if TYPE_CHECKING:
    from touchline.service.settings import ServiceSettings

log = logging.getLogger(__name__)

ADDRESS_FORMAT = 42
"""Prefix of the chain's addresses."""
SECRETS = ("secretSeed", "secretPhrase", "privateKey")
"""Fields of a key file of which any one makes a key."""


class Hotkey:
    """A key that signs. It shows its address and nothing else, and cannot be copied or stored.

    Attributes:
        address: SS58 address, format 42.
        public_key: The 32 bytes in it.
    """

    __slots__ = ("_keypair", "address", "public_key")

    def __init__(self, keypair: Any) -> None:
        self._keypair = keypair
        self.address: str = keypair.ss58_address
        self.public_key = bytes(keypair.public_key)

    def sign(self, message: bytes) -> bytes:
        """A 64-byte sr25519 signature, another one each time."""
        return bytes(self._keypair.sign(message))

    def __repr__(self) -> str:
        return f"Hotkey({self.address})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a hotkey holds a secret: it is neither copied nor stored")


def make_hotkey(seed: bytes | None = None) -> Hotkey:
    """A hotkey that is in no file: from a seed of 32 bytes, or a throw-away one.

    Raises:
        UsageError: The seed has another length.
    """
    seed = secrets.token_bytes(32) if seed is None else seed
    if len(seed) != 32:
        raise UsageError(f"a seed has 32 bytes, not {len(seed)}")
    return Hotkey(core.Keypair.create_from_seed(seed))


def is_address(text: str) -> bool:
    """Whether this is an SS58 address of format 42, as hotkeys have."""
    try:
        return bool(core.ss58_encode(core.ss58_decode(text), ADDRESS_FORMAT) == text)
    except (ValueError, TypeError):
        return False


def verify(message: bytes, signature: bytes, address: str) -> bool:
    """Whether the owner of ``address`` signed ``message``; False for whatever does not hold."""
    try:
        return is_address(address) and bool(core.verify_signature(message, signature, address))
    except (ValueError, TypeError):
        return False


def load_hotkey(
    wallet: str,
    hotkey: str,
    *,
    folder: Path,
    password: str | None = None,
    ask: Callable[[str], str] | None = None,
) -> Hotkey:
    """Read a hotkey from its wallet; a warning is logged when other users may read it too.

    Args:
        wallet: Name of the wallet.
        hotkey: Name of the hotkey.
        folder: Folder of the wallets.
        password: Of an encrypted file.
        ask: Called with a prompt for the password that an encrypted file needs and nobody gave.

    Raises:
        NoHotkeyError: There is no such wallet or hotkey.
        ChainError: Its file cannot be read or is none, has no secret in it, or is encrypted with
            another password or none was given.
    """
    path = _find(folder.expanduser(), wallet, hotkey)
    content = _read(path)
    if core.keyfile_data_is_encrypted(content):
        if password is None and ask is not None:
            password = ask(f"Password of hotkey {hotkey} of wallet {wallet}: ")
        content = _decrypt(content, password, path)
    return Hotkey(_keypair(content, path))


def hotkey_of(settings: "ServiceSettings", *, ask: Callable[[str], str] | None = None) -> Hotkey:
    """The hotkey that the settings name.

    Args:
        settings: Name its wallet, and perhaps its password.
        ask: As ``load_hotkey``.

    Raises:
        NoHotkeyError: There is no such wallet or hotkey.
        ChainError: As ``load_hotkey``.
    """
    return load_hotkey(
        settings.wallet_name,
        settings.hotkey_name,
        folder=settings.wallet_path,
        password=settings.password.get_secret_value() if settings.password else None,
        ask=ask,
    )


def _find(folder: Path, wallet: str, hotkey: str) -> Path:
    hotkeys = folder / wallet / "hotkeys"
    path = hotkeys / hotkey
    try:
        if not (folder / wallet).is_dir():
            raise NoHotkeyError(f"there is no wallet {wallet} in {folder}; {_there_are(folder)}")
        if not path.exists():
            there = _there_are(hotkeys)
            raise NoHotkeyError(f"wallet {wallet} has no hotkey {hotkey} in {hotkeys}; {there}")
    except OSError as error:
        raise _unreadable(path, error) from None
    return path


def _there_are(folder: Path) -> str:
    """What could have been meant; newer wallets keep public halves beside their hotkeys."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    meant = sorted(name for name in names if not name.endswith("pub.txt") and name[0] != ".")
    return f"there are: {', '.join(meant)}" if meant else "there is none"


def _read(path: Path) -> bytes:
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        log.warning("other users may read the hotkey in %s: chmod 600 it", path)
    return content


def _unreadable(path: Path, error: OSError) -> ChainError:
    return ChainError(f"hotkey {path} cannot be read: {error.strerror or error}")


def _decrypt(content: bytes, password: str | None, path: Path) -> bytes:
    if not password:
        raise ChainError(
            f"hotkey {path} is encrypted: set BT_PW to its password, or start at a terminal, "
            "which is asked for it"
        )
    try:
        return bytes(core.decrypt_keyfile_data(content, password))
    except core.WrongPasswordError:
        raise ChainError(f"this is not the password of hotkey {path}") from None
    except (core.KeyfileError, ValueError):
        raise ChainError(f"hotkey {path} is encrypted, but broken or cut off") from None


def _keypair(content: bytes, path: Path) -> Any:
    """The key in a file; what its parser says is kept back, for it saw the secret."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise ChainError(f"{path} is no hotkey: it is not the JSON that wallets write") from None
    if not isinstance(fields, dict) or not any(fields.get(name) for name in SECRETS):
        raise ChainError(
            f"{path} has no secret to sign with, at most a public key: give the hotkey's own "
            "file, with a secretSeed or secretPhrase"
        )
    try:
        keypair = core.deserialize_keypair_from_keyfile_data(content)
        keypair.sign(b"")
    except (core.KeyfileError, ValueError, TypeError):
        raise ChainError(
            f"{path} is no hotkey: its secret is malformed, or belongs to another address"
        ) from None
    if keypair.crypto_type != core.CRYPTO_SR25519:
        raise ChainError(f"{path} is an ed25519 key; a hotkey here must be sr25519")
    return keypair
