"""CLIPs on disk: fetched, checked and converted once, then loaded without what they came from.

A CLIP called ``clip`` lies in ``<cache>/clip/clip``: ``image.onnx`` (image tower), ``text.npz``
(embeddings of the fixed prompts) and ``model.json`` (hashes of both, and what they were made from).
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from touchline.arrays import Float32
from touchline.errors import ModelError, OutputError, UsageError
from touchline.files import as_path
from touchline.inference import Transfer, cache_folder, fetch, weights
from touchline.verification.clip.architecture import (
    read_image_tower,
    read_logit_scale,
    read_text_tower,
)
from touchline.verification.clip.checkpoint import read_checkpoint
from touchline.verification.clip.image_tower import image_network
from touchline.verification.clip.preprocess import SIZE
from touchline.verification.clip.sources import SOURCES, ClipSource
from touchline.verification.clip.text_tower import embed_texts
from touchline.verification.clip.tokens import Tokens
from touchline.verification.prompts import ALL_PROMPTS

FORMAT = 1
"""Raised when what is stored changes its meaning; older ones are pulled again."""
IMAGE, TEXT, MODEL = "image.onnx", "text.npz", "model.json"


@dataclass(frozen=True, slots=True, eq=False)
class StoredClip:
    """A CLIP that was pulled, whole and of this version.

    Attributes:
        image: The image tower.
        texts: Embedding float32 (d,) of each fixed prompt, not brought to unit length.
        logit_scale: Logarithm of the factor between cosine and logit.
        origin: The folder of the files it was made from; they may be gone.
        source: SHA-256 of the weights, the vocabulary and the merges it was made from, by name.
    """

    image: Path
    texts: Mapping[str, Float32]
    logit_scale: float
    origin: Path
    source: Mapping[str, str]


def pull(
    name: str,
    *,
    cache: Path | None = None,
    source: Path | None = None,
    transfer: Transfer | None = None,
    registry: Mapping[str, ClipSource] = SOURCES,
) -> Path:
    """Fetch, check and convert a CLIP, unless that was done before.

    Args:
        name: A key of ``registry``: ``clip``, ``clip-b16``, ``clip-int8`` or ``clip-b16-int8``.
        cache: Where to keep it; None is ``cache_folder()``.
        source: A folder that holds the files already, under their names on the hub; None fetches
            them. Their hashes are checked all the same.
        transfer: How to fetch.
        registry: What each name is made from.

    Returns:
        The folder of the converted CLIP.

    Raises:
        UsageError: there is no CLIP of that name, or ``source`` is the folder that is made.
        ModelError: a file cannot be fetched or is not the pinned one, or is no CLIP, or a package
            of ``touchline[clip]`` is missing.
        OutputError: the cache cannot be written.
    """
    if name not in registry:
        raise UsageError(f"There is no CLIP {name!r}; there are {', '.join(registry)}.")
    origin = registry[name]
    cache = cache or cache_folder()
    folder, source = _folder(name, cache), source and as_path(source)
    if source is not None and source.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{source}: the result would replace its own input; move it elsewhere.")
    if not _is_current(folder, origin):
        files = _local(origin, source) if source else _fetched(origin, cache, transfer)
        _replace(folder, _converted(origin, files))
    return folder


def installed(name: str, cache: Path | None = None) -> bool:
    """Whether a CLIP of that name was pulled; its hashes are checked when it is loaded."""
    folder = _folder(name, cache or cache_folder())
    return all((folder / file).is_file() for file in (IMAGE, TEXT, MODEL))


def find_stored(name: str, cache: Path | None = None) -> StoredClip:
    """Find a CLIP that was pulled, with its hashes checked.

    Raises:
        ModelError: it was not pulled, is damaged, or is of another version of Touchline.
    """
    if not installed(name, cache):
        raise ModelError(
            f"There is no CLIP {name!r} in {_folder(name, cache or cache_folder())}: "
            f"fetch it with `touchline models pull {name}`."
        )
    return _read(_folder(name, cache or cache_folder()))


def encode_texts(texts: Sequence[str], stored: StoredClip) -> Float32:
    """Embed texts that are not among the fixed prompts, from the files a CLIP was made of.

    Returns:
        float32 (n, d), not brought to unit length.

    Raises:
        ModelError: those files are gone or changed, or a package of ``touchline[clip]`` is missing.
    """
    for file, sha256 in stored.source.items():
        path = stored.origin / file
        if not path.is_file() or weights.sha256(path) != sha256:
            raise ModelError(
                f"The text {texts[0]!r} is none of the stored prompts, and {path}, which would "
                f"embed it, is gone or changed: delete {stored.image.parent} and pull it again."
            )
    model, vocabulary, merges = (stored.origin / file for file in stored.source)
    return _embedded(texts, model, Tokens(vocabulary, merges))


def _folder(name: str, cache: Path) -> Path:
    return as_path(cache) / "clip" / name


def _is_current(folder: Path, origin: ClipSource) -> bool:
    try:
        stored = _read(folder)
    except ModelError:
        return False
    pinned = {file.name: file.sha256 for file in origin.files}
    return dict(stored.source) == pinned and set(ALL_PROMPTS) <= set(stored.texts)


def _local(origin: ClipSource, folder: Path) -> list[Path]:
    """The pinned files in a folder of the user's, with their hashes checked."""
    for file in origin.files:
        path, url = folder / file.name, origin.url(file)
        if not path.is_file():
            raise ModelError(f"There is no {path}: fetch it from {url}.")
        found = weights.sha256(path)
        if found != file.sha256:
            raise ModelError(
                f"{path} is not the file that {url} should give: its SHA-256 is {found}, not "
                f"{file.sha256}."
            )
    return [folder / file.name for file in origin.files]


def _fetched(origin: ClipSource, cache: Path, transfer: Transfer | None) -> list[Path]:
    folder = as_path(cache) / "downloads" / origin.repository.replace("/", "--") / origin.revision
    return [
        fetch(
            origin.url(file),
            folder / file.name,
            sha256=file.sha256,
            bytes=file.bytes,
            transfer=transfer,
        )
        for file in origin.files
    ]


def _converted(origin: ClipSource, files: list[Path]) -> dict[str, bytes]:
    """The three files of a CLIP, by name."""
    tensors = read_checkpoint(files[0])
    tower = read_image_tower(tensors)
    if tower.image_size != SIZE:
        raise ModelError(f"{files[0]} looks at {tower.image_size} pixels; CLIP takes {SIZE}.")
    texts = _embedded(ALL_PROMPTS, files[0], Tokens(*files[1:]))
    if texts.shape[1] != tower.projection.shape[1]:
        raise ModelError(f"{files[0]} embeds images and texts in spaces of different size.")
    content = {IMAGE: image_network(tower, int8=origin.int8), TEXT: _packed(texts)}
    described = {
        "format": FORMAT,
        "made_from": f"{origin.repository}@{origin.revision}",
        "source": {file.name: file.sha256 for file in origin.files},
        "origin": str(files[0].parent.resolve()),
        "int8": origin.int8,
        "dimensions": texts.shape[1],
        "logit_scale": read_logit_scale(tensors),
        "sha256": {file: hashlib.sha256(held).hexdigest() for file, held in content.items()},
    }
    return {**content, MODEL: json.dumps(described, indent=2).encode()}


def _embedded(texts: Sequence[str], model: Path, tokens: Tokens) -> Float32:
    return embed_texts(read_text_tower(read_checkpoint(model)), tokens.encode(texts))


def _packed(texts: Float32) -> bytes:
    with tempfile.TemporaryFile() as file:
        np.savez(file, prompts=np.array(ALL_PROMPTS), embeddings=texts)
        file.seek(0)
        return file.read()


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder beside its place first, so that a broken pull leaves nothing half made."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".{folder.name}-{uuid4().hex}")
        fresh.mkdir()
        try:
            for name, content in files.items():
                (fresh / name).write_bytes(content)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.replace(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error}.") from error


def _read(folder: Path) -> StoredClip:
    try:
        described = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        _require_whole(folder, described)
        with np.load(folder / TEXT, allow_pickle=False) as texts:
            embeddings = dict(zip(texts["prompts"].tolist(), texts["embeddings"], strict=True))
        return StoredClip(
            image=folder / IMAGE,
            texts=embeddings,
            logit_scale=float(described["logit_scale"]),
            origin=Path(described["origin"]),
            source=described["source"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder} is no whole CLIP ({error!r}): {_again(folder)}.") from error


def _require_whole(folder: Path, described: dict[str, Any]) -> None:
    if described["format"] != FORMAT:
        raise ModelError(f"{folder} was made by another version: {_again(folder)}.")
    for name in (IMAGE, TEXT):
        if weights.sha256(folder / name) != described["sha256"][name]:
            raise ModelError(f"{folder / name} is damaged (another SHA-256): {_again(folder)}.")


def _again(folder: Path) -> str:
    return f"make it anew with `touchline models pull {folder.name}`"
