"""What a miner commits on the chain: that it answers an element, and where that lies.

Source: the description, "Deploying and the on-chain commit" and "Image, commit, spot check". Of all
revealed commitments of a hotkey the one of the highest block counts that is for the element.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from touchline.errors import UsageError
from touchline.turbovision.live.manifest import PRIVATE

MINER = "miner"
IMAGE = ("image_repo", "image_tag")
"""What a commitment of an image has to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCommit:
    """A packed folder on Hugging Face, and the chute that runs it.

    Attributes:
        model: ``USER/REPOSITORY``.
        revision: 40 hex digits: what was uploaded.
        chute_id: Of the chute.
        slug: Of its address, ``https://SLUG.chutes.ai``.
        hotkey: SS58 address of the miner.
        element_id: The id of the element, letter by letter.

    Raises:
        UsageError: A value is of another form.
    """

    model: str
    revision: str
    chute_id: str
    slug: str
    hotkey: str
    element_id: str

    def __post_init__(self) -> None:
        _require(self.model, r"[\w.-]+/[\w.-]+", "--model is USER/REPOSITORY")
        _require(self.revision, r"[0-9a-f]{40}", "--revision is the full one, 40 hex digits")
        _require(self.chute_id, r"\S+", "--chute-id is what Chutes calls it")
        _require(self.slug, r"[a-z0-9-]+", "--slug is a part of an address")
        _require(self.element_id, r"\S+", "--element is the id of an element")

    def text(self) -> str:
        """The JSON that is committed, in the order of the attributes."""
        return json.dumps({"role": MINER, **asdict(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCommit:
    """A container image of a server of the private track.

    Attributes:
        image_repo: Where it lies, such as ``ghcr.io/USER/pt-solution``.
        image_tag: Its tag.
        image_digest: ``sha256:`` and 64 hex digits, or nothing.
        element_id: The id of the element, letter by letter.
        hotkey: SS58 address of the miner.

    Raises:
        UsageError: A value is of another form.
    """

    image_repo: str
    image_tag: str
    image_digest: str
    element_id: str
    hotkey: str

    def __post_init__(self) -> None:
        _require(self.image_repo, r"[a-z0-9.-]+(/[a-z0-9._-]+)+", "--image-repo is HOST/USER/NAME")
        _require(self.image_tag, r"[\w][\w.-]{0,127}", "--image-tag is the tag of an image")
        _require(self.image_digest, r"(sha256:[0-9a-f]{64})?", "--image-digest is sha256:HEX")
        _require(self.element_id, r"\S+", "--element is the id of an element")

    def text(self) -> str:
        """The JSON that is committed, in the order of the attributes."""
        return json.dumps({"role": MINER, "track": PRIVATE, **asdict(self)})


@dataclass(frozen=True, slots=True)
class FoundCommit:
    """A commitment that counts: in which block it was revealed, and what it says."""

    block: int
    content: Mapping[str, Any]


def latest_commit(
    commitments: Iterable[tuple[object, str]], element_id: str | None, *, private: bool = False
) -> FoundCommit | None:
    """The commitment of a hotkey that counts for an element; None where there is none.

    Args:
        commitments: Block and text of each; what is no block, or no miner's JSON, is passed over.
        element_id: Of the element, spaces around it aside; None takes any.
        private: Whether only those of an image count: track, repository and tag; a role may be
            left out of them.
    """
    found = None
    for block, text in commitments:
        content = _read(text)
        if type(block) is not int or content is None:
            continue
        is_image = content.get("track") == PRIVATE and all(map(content.get, IMAGE))
        role = content.get("role", MINER if private else None)
        if role != MINER or (private and not is_image):
            continue
        if element_id is not None and str(content.get("element_id", "")).strip() != element_id:
            continue
        if found is None or block > found.block:
            found = FoundCommit(block, content)
    return found


def ids_like(element_id: str, commitments: Iterable[tuple[object, str]]) -> list[str]:
    """The ids that a hotkey committed, the likest first; those that differ in case or spaces lead.

    Args:
        element_id: Of the element that was meant.
        commitments: As ``latest_commit``.
    """
    contents = [content for _, text in commitments if (content := _read(text)) is not None]
    ids = {str(each["element_id"]) for each in contents if "element_id" in each}
    return sorted(ids, key=lambda each: -likeness(element_id, each))


def likeness(one: str, other: str) -> float:
    """How alike two ids are, 0 to 1; 1 where only case and spaces differ."""
    first, second = ("".join(each.split()).casefold() for each in (one, other))
    return SequenceMatcher(None, first, second).ratio()


def _read(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _require(value: str, form: str, words: str) -> None:
    if not re.fullmatch(form, value):
        raise UsageError(f"{words}; got {value!r:.80}.")
