"""Who is on the subnet, and what they hold."""

import json
import math
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from touchline.errors import ChainError, OutputError

Origin = Literal["chain", "disk", "allow-list"]

NOWHERE = "0.0.0.0"
"""Address of a node that serves none."""


@dataclass(frozen=True, slots=True)
class Node:
    """One hotkey on a subnet.

    Attributes:
        hotkey: SS58 address.
        uid: Its place on the subnet; -1 without one.
        total_stake: What counts as its stake: alpha plus a share of TAO.
        tao_stake: Stake in TAO.
        alpha_stake: Stake in the subnet's alpha.
        validator_permit: Whether it may set weights.
        ip: Address that it serves; "0.0.0.0" when it serves none.
        port: Port that it serves; 0 when it serves none.
    """

    hotkey: str
    uid: int
    total_stake: float
    tao_stake: float
    alpha_stake: float
    validator_permit: bool
    ip: str = NOWHERE
    port: int = 0


@dataclass(frozen=True, slots=True)
class Metagraph:
    """A subnet at one block.

    Attributes:
        netuid: The subnet.
        block: Height of the block.
        synced: Unix time in seconds when it was read from the chain.
        nodes: By hotkey.
        origin: Where this copy comes from.
        anyone: Whether hotkeys that are not in it count as nodes with every stake.
    """

    netuid: int
    block: int
    synced: float
    nodes: Mapping[str, Node]
    origin: Origin
    anyone: bool = False

    def age(self, now: float | None = None) -> float:
        """Seconds since it was read from the chain; an allow-list is always of now."""
        if self.origin == "allow-list":
            return 0.0
        return max(0.0, (time.time() if now is None else now) - self.synced)

    def find(self, hotkey: str) -> Node | None:
        """The node with this hotkey."""
        node = self.nodes.get(hotkey)
        if node is None and self.anyone:
            return Node(hotkey, -1, math.inf, math.inf, math.inf, validator_permit=True)
        return node

    def save(self, path: Path) -> None:
        """Keep it on disk: whole or not at all, whatever was there before stays until then.

        Raises:
            OutputError: The file cannot be written.
        """
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                partial.write_text(_to_json(self))
                os.replace(partial, path)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot keep the metagraph as {path}: {error.strerror}") from error


def load_metagraph(path: Path) -> Metagraph:
    """Read what ``Metagraph.save`` kept.

    Raises:
        ChainError: There is no such file, or it is broken.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ChainError(f"no metagraph can be read from {path}: {error}") from error
    try:
        return parse_metagraph(text, origin="disk")
    except ChainError as error:
        raise ChainError(f"{path} is broken: {error}") from error


def parse_metagraph(text: str, *, origin: Origin) -> Metagraph:
    """Read the JSON that files and the reading process write.

    Raises:
        ChainError: It is not that.
    """
    try:
        document = json.loads(text)
        typed = {field.name: field.type for field in fields(Node)}
        nodes = [
            Node(**{name: _typed(entry, name, kind) for name, kind in typed.items()})
            for entry in document["nodes"]
        ]
        return Metagraph(
            netuid=_typed(document, "netuid", int),
            block=_typed(document, "block", int),
            synced=_typed(document, "synced", float),
            nodes={node.hotkey: node for node in nodes},
            origin=origin,
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ChainError(f"not a metagraph ({error!r})") from error


def _to_json(metagraph: Metagraph) -> str:
    return json.dumps(
        {
            "netuid": metagraph.netuid,
            "block": metagraph.block,
            "synced": metagraph.synced,
            "nodes": [asdict(node) for node in metagraph.nodes.values()],
        }
    )


def _typed(entry: dict[str, Any], key: str, kind: Any) -> Any:
    """The value of a key, of exactly this type; a whole number will do for a float."""
    value = entry[key]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind or value != value:
        raise TypeError(f"{key} is {value!r}, not {kind.__name__}")
    return value
