"""The key that challenges are signed with."""

import re
from collections.abc import Callable
from pathlib import Path

from touchline.errors import InputError
from touchline.files import as_path
from touchline.service.chain import Hotkey, load_hotkey, make_hotkey

_SEED = re.compile(rb"0x([0-9a-fA-F]{64})")
_AT_MOST = 64 * 1024
"""Bytes of a file that are looked at; a key is far smaller."""


def read_key(
    file: Path | None,
    *,
    password: str | None = None,
    ask: Callable[[str], str] | None = None,
) -> Hotkey:
    """A validator's key.

    Args:
        file: A hotkey in its wallet (``WALLET/hotkeys/NAME``), plain or encrypted, or a file with a
            seed in it, 0x and 64 hexadecimal digits. None makes a throw-away key.
        password: Of an encrypted hotkey.
        ask: Asks for that password where none is given.

    Raises:
        InputError: The file cannot be read, or is neither.
        ChainError: See ``load_hotkey``.
    """
    if file is None:
        return make_hotkey()
    seed = _SEED.fullmatch(_start_of(file).strip())
    if seed:
        return make_hotkey(bytes.fromhex(seed[1].decode()))
    path = as_path(file).absolute()
    if path.parent.name != "hotkeys":
        raise InputError(
            f"{file} is neither a hotkey in its wallet, as in WALLET/hotkeys/NAME, nor a file with "
            "a seed, 0x and 64 hexadecimal digits."
        )
    wallet = path.parents[1]
    return load_hotkey(wallet.name, path.name, folder=wallet.parent, password=password, ask=ask)


def _start_of(file: Path) -> bytes:
    try:
        with as_path(file).open("rb") as content:
            return content.read(_AT_MOST)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from error
