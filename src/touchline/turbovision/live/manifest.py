"""The manifest of what is asked and paid: read, addressed, verified.

Source: the description, "The manifest". Its address is the SHA-256 of a canonical form in which all
fields stand with their defaults; validators hold neither it nor the signature against anything, and
a field that their code learns changes all addresses. So nothing is refused for either here.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from touchline.errors import InputError, UsageError
from touchline.turbovision.live.places import PUBLIC, fetched, joined, keys_of
from touchline.turbovision.scoring import PILLARS

INDEX = f"{PUBLIC}manifest/index.json"
FAMILIES = ("PitchCalib", "Detect", "PlayerDetect", "Track", "ClassifyImage", "ClassifyObject")
"""How the last part of a public element's id begins."""
KNOWN_PILLARS = {
    *(name for names in PILLARS.values() for name in names),
    *("soccer_action", "cricket_scoring", "tcg_grading"),
}
PRIVATE = "private"
_NUMBERED = re.compile(r"(\d+)-")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Tee(_Part):
    trusted_share_gamma: float


class _Clip(_Part):
    hash: str
    weight: float


class _Metrics(_Part):
    pillars: dict[str, float] = Field(default_factory=dict)


class _Preproc(_Part):
    fps: int
    resize_long: int
    norm: Literal["rgb-01", "rgb-255", "none"]


class _Salt(_Part):
    offsets: list[int] = Field(default_factory=list)
    strides: list[int] = Field(default_factory=list)


class ManifestElement(_Part):
    """An element as the manifest has it; ``scoring.Element`` is what of it decides a score."""

    id: str
    track: str | None = None
    first_block: int | None = None
    weight: float | None = None
    window_block: int | None = None
    eval_window: int | None = None
    clips: list[_Clip] = Field(default_factory=list)
    metrics: _Metrics = Field(default_factory=_Metrics)
    preproc: _Preproc | None = None
    latency_p95_ms: int | None = None
    service_rate_fps: int | None = None
    pgt_recipe_hash: str | None = None
    ground_truth: bool = False
    baseline_theta: float = 0.0
    delta_floor: float = 0.0
    beta: float = 1.0
    max_model_size_mb: float | None = None
    onnx_model: bool | None = None
    salt: _Salt = Field(default_factory=_Salt)
    keypoint_template: Literal["football", "cricket", "basketball"] | None = None
    objects: list[str] | None = None
    challenge_type_version: str | None = None
    groundtruth_type: str | None = None

    @property
    def is_private(self) -> bool:
        """Whether a miner serves it itself; each other track is the open-source one."""
        return self.track == PRIVATE

    @property
    def family(self) -> str | None:
        """How the last part of the id begins; None of a private element, or where it is none."""
        name = self.id.rpartition("/")[2]
        known = (each for each in FAMILIES if name.startswith(each))
        return None if self.is_private else next(known, None)

    def faults(self) -> Iterator[str]:
        """What keeps validators from loading a manifest with it, a clause each."""
        if self.family is None and not self.is_private:
            yield f"its id begins with none of {', '.join(FAMILIES)} after the last /"
        pillars = self.metrics.pillars
        if math.fsum(pillars.values()) != 1:
            yield f"its pillars weigh {math.fsum(pillars.values()):g}, not 1"
        yield from (f"pillar {name!r} is none" for name in pillars if name not in KNOWN_PILLARS)
        for name in ("baseline_theta", "delta_floor", "beta"):
            if not getattr(self, name) >= 0:
                yield f"{name} is below 0"
        if self.groundtruth_type not in (None, "soccer_action", "cricket_delivery", "tcg_grading"):
            yield f"groundtruth_type {self.groundtruth_type!r} is none"


class Manifest(_Part):
    """What is asked and paid until a block."""

    window_id: str
    version: float
    expiry_block: int
    tee: _Tee
    signature: str | None = None
    elements: list[ManifestElement]

    def canonical(self) -> str:
        """Its canonical form: what is addressed and signed."""
        told: dict[str, Any] = self.model_dump(mode="json", exclude={"signature"})
        told["elements"] = sorted(told["elements"], key=lambda each: each["id"])
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hex: its address."""
        return sha256(self.canonical().encode()).hexdigest()

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the owner of an Ed25519 key (32 bytes in hex) signed it.

        Raises:
            UsageError: That is no such key.
        """
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError as error:
            raise InputError(
                'signatures need the package cryptography: pip install "touchline[miner]"'
            ) from error
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        except ValueError as error:
            raise UsageError(f"a public key is 32 bytes in hex; got {public_key!r:.80}") from error
        try:
            key.verify(bytes.fromhex(self.signature or ""), self.canonical().encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_manifest(content: bytes, place: str) -> Manifest:
    """A manifest out of YAML or JSON; keys that are not known are left out, as validators do.

    Raises:
        InputError: It is none.
    """
    try:
        given = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{place} is not YAML: {' '.join(str(error).split())}.") from error
    try:
        return Manifest.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(f"{place} is no manifest: {where}: {first['msg']}.") from error


def picked(places: Sequence[str], block: int | None) -> str | None:
    """Of manifests named ``BLOCK-HASH.yaml`` the latest that has begun at a block, else the latest.

    Args:
        places: Where they lie; others in between are passed over.
        block: Of now; None is the latest.
    """
    numbered = [
        (int(found[1]), each)
        for each in places
        if (found := _NUMBERED.match(each.rpartition("/")[2]))
    ]
    begun = [pair for pair in numbered if block is not None and pair[0] <= block]
    return max(begun or numbered)[1] if numbered else None


def read_manifest(place: str = INDEX, *, block: int | None = None) -> tuple[Manifest, str]:
    """The manifest at a place, and where it lies.

    Args:
        place: Of a manifest, or of an index of manifests; an address, or a file.
        block: Of now, by which one of an index is chosen.

    Raises:
        InputError: It cannot be had or is none.
    """
    content = fetched(place)
    try:
        told = yaml.safe_load(content) if not place.endswith((".yaml", ".yml")) else None
    except (yaml.YAMLError, ValueError, RecursionError):
        told = None
    is_index = isinstance(told, list) or (isinstance(told, dict) and "entries" in told)
    if is_index:
        found = picked([joined(place, key) for key in keys_of(told, place)], block)
        if found is None:
            raise InputError(f"{place} names no manifest.")
        place, content = found, fetched(found)
    return parse_manifest(content, place), place


def address_in(place: str) -> str | None:
    """The address that a manifest's name claims, ``BLOCK-HASH.yaml``; None where it has none."""
    found = re.search(r"\d+-([0-9a-f]{64})\.", place.rpartition("/")[2])
    return found[1] if found else None
