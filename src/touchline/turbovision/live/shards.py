"""What validators publish of each challenge: who answered, and what it was paid.

Source: the description, "Who talks to whom": one file for each challenge and miner,
``manako/ELEMENT/HOTKEY/COMMIT/evaluation/BLOCK-CHALLENGE.json`` with the ``/`` of the element as
``_``. In it lie one or several records, ``{"hotkey": VALIDATOR, "payload": {...}}``, of which
``element_id``, ``telemetry.miner.hotkey``, ``metrics.composite_score`` and the challenge's id are
read here; a record that lacks one is passed over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from touchline.turbovision.live.places import PUBLIC, fetched_json, joined, keys_of

OPEN_INDEX = f"{PUBLIC}manako/index.json"
PRIVATE_INDEX = f"{PUBLIC}manako/indexprivate.json"
AT_ONCE = 16
"""Files that are fetched at the same time."""
_KEY = re.compile(r"manako/([^/]+)/([^/]+)/(\d+)/evaluation/(\d+)-([^/]+)\.json$")
CHALLENGE = (
    *(("meta", "task_id"), ("task_id",), ("telemetry", "task_id")),
    *(("meta", "challenge_id"), ("challenge_id",), ("telemetry", "challenge_id")),
    *(("job_id",), ("telemetry", "job_id")),
)
"""Where the id of a challenge may stand in a record; the first that is there counts."""


@dataclass(frozen=True, slots=True)
class ShardKey:
    """A file of an index: of whom, for which commit, of which block."""

    key: str
    hotkey: str
    commit: int
    block: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What one answer was paid.

    Attributes:
        hotkey: Of the miner.
        commit: Block of its commitment.
        block: Of the challenge.
        challenge: Validator and challenge.
        score: What it was paid.
    """

    hotkey: str
    commit: int
    block: int
    challenge: str
    score: float


def keys_for(keys: Iterable[str], element_id: str, *, blocks: int) -> list[ShardKey]:
    """The files of an element's last blocks, of each miner's latest commit, the oldest first.

    Args:
        keys: Of an index; others in between are passed over.
        element_id: Of the element.
        blocks: Before the newest file's block.
    """
    name = element_id.replace("/", "_")
    matches = [found for key in keys if (found := _KEY.search(key)) and found[1] == name]
    given = [ShardKey(each.string, each[2], int(each[3]), int(each[4])) for each in matches]
    newest = max((each.block for each in given), default=0)
    latest: dict[str, int] = {}
    for each in given:
        latest[each.hotkey] = max(each.commit, latest.get(each.hotkey, 0))
    kept = (e for e in given if e.block >= newest - blocks and e.commit == latest[e.hotkey])
    return sorted(kept, key=lambda each: (each.block, each.key))


def read_samples(index: str, element_id: str, *, blocks: int) -> list[Sample]:
    """Read the samples of an element from an index on, the oldest first.

    Raises:
        InputError: The index or a file of it cannot be had.
    """
    keys = keys_for(keys_of(fetched_json(index), index), element_id, blocks=blocks)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        files = pool.map(lambda each: fetched_json(joined(index, each.key)), keys)
        return [
            sample
            for key, content in zip(keys, files, strict=True)
            for sample in samples_in(content, key, element_id)
        ]


def samples_in(content: object, key: ShardKey, element_id: str) -> Iterator[Sample]:
    """The samples of a file."""
    for record in content if isinstance(content, list) else [content]:
        payload = _mapping(_mapping(record).get("payload"))
        challenge = _challenge_of(payload)
        telemetry = _mapping(payload.get("telemetry"))
        hotkey = _mapping(telemetry.get("miner")).get("hotkey")
        if payload.get("element_id") != element_id or hotkey != key.hotkey or challenge is None:
            continue
        paid = {**payload, **_mapping(payload.get("metrics"))}.get("composite_score", 0.0)
        try:
            score = float(paid)
        except (TypeError, ValueError):
            continue
        validator = str(_mapping(record).get("hotkey", "")).strip()
        yield Sample(key.hotkey, key.commit, key.block, f"{validator}:{challenge}", score)


def _challenge_of(payload: Mapping[str, Any]) -> str | None:
    for path in CHALLENGE:
        value: Any = payload
        for name in path:
            value = _mapping(value).get(name)
        if value and (text := str(value).strip()):
            return text
    return None


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
