"""A file with who may ask, in place of a chain: for development and closed networks."""

import json
import math
import time
from pathlib import Path
from typing import Any

from touchline.errors import ChainError
from touchline.service.chain.metagraph import Metagraph, Node
from touchline.service.chain.wallet import is_address

STAKES = ("total_stake", "tao_stake", "alpha_stake")


def read_allow_list(path: Path) -> Metagraph:
    """Read an allow-list.

    ``{"anyone": false, "validators": {"5F...": {"total_stake": 1000.0, "tao_stake": 0.0,
    "alpha_stake": 1000.0, "validator_permit": true}}}``; each field may be left out. A stake that
    is left out is enough for any threshold, a permit that is left out is held.

    Returns:
        A metagraph of subnet 0 at block 0, which never grows old.

    Raises:
        ChainError: The file cannot be read, or says something else.
    """
    try:
        document = json.loads(path.read_text())
    except OSError as error:
        raise ChainError(f"allow-list {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ChainError(f"allow-list {path} is not JSON: {error}") from error
    try:
        return _metagraph(document)
    except ValueError as error:
        raise ChainError(f"allow-list {path}: {error}") from error


def _metagraph(document: Any) -> Metagraph:
    _require_keys(document, {"anyone", "validators"}, "it")
    validators = document.get("validators", {})
    if not isinstance(validators, dict):
        raise ValueError("validators must be an object with an address as each key")
    nodes = [_node(hotkey, entry, uid) for uid, (hotkey, entry) in enumerate(validators.items())]
    return Metagraph(
        netuid=0,
        block=0,
        synced=time.time(),
        nodes={node.hotkey: node for node in nodes},
        origin="allow-list",
        anyone=_flag(document, "anyone", default=False),
    )


def _node(hotkey: str, entry: Any, uid: int) -> Node:
    if not is_address(hotkey):
        raise ValueError(f"{hotkey!r} is not an SS58 address of format 42")
    _require_keys(entry, {*STAKES, "validator_permit"}, hotkey)
    total, tao, alpha = (_stake(entry, name, hotkey) for name in STAKES)
    return Node(hotkey, uid, total, tao, alpha, _flag(entry, "validator_permit", default=True))


def _require_keys(entry: Any, allowed: set[str], what: str) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"{what} must be an object, not {entry!r}")
    if unknown := sorted(set(entry) - allowed):
        raise ValueError(
            f"{what} has the key {unknown[0]!r}; allowed: {', '.join(sorted(allowed))}"
        )


def _stake(entry: dict[str, Any], name: str, hotkey: str) -> float:
    value = entry.get(name, math.inf)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ValueError(f"{name} of {hotkey} must be a number from 0 up, not {value!r}")
    return float(value)


def _flag(entry: dict[str, Any], name: str, *, default: bool) -> bool:
    value = entry.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return value
