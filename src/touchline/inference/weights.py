"""The weights that ship with Touchline: what they are, and that they are what they were."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from touchline.errors import ModelError
from touchline.files import as_path

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """One entry of the manifest.

    Attributes:
        name: What ``find`` answers to, such as ``players``.
        path: Where the file should be.
        sha256: Hash of the file as shipped, lower-case hexadecimal.
        bytes: Size of the file as shipped.
        licence: SPDX identifiers that the weights are under.
        source: What they were trained on and from.
        description: What the network answers, in one sentence.
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    licence: str
    source: str
    description: str

    @property
    def state(self) -> Literal["whole", "missing", "changed"]:
        """Whether the file is the one that was shipped; reads and hashes it."""
        if not self.path.is_file():
            return "missing"
        return "whole" if sha256(self.path) == self.sha256 else "changed"

    def as_dict(self) -> dict[str, str | int]:
        """What a script would read: every attribute and the state; the path as the file name."""
        return {**asdict(self), "path": self.path.name, "state": self.state}


def shipped_folder() -> Path:
    """The folder of weights inside the installed package."""
    return Path(str(resources.files("touchline.inference").joinpath("shipped")))


def listing(folder: Path | None = None) -> list[Weights]:
    """Every entry of the manifest in a folder (by default the shipped one), by name.

    Raises:
        ModelError: there is no manifest, or it cannot be understood.
    """
    folder = folder or shipped_folder()
    try:
        entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        weights = [
            Weights(name=name, path=folder / fields.pop("file"), **fields)
            for name, fields in entries.items()
        ]
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelError(
            f"The list of weights {folder / MANIFEST} cannot be read: {error}."
        ) from error
    return sorted(weights, key=lambda entry: entry.name)


def is_shipped(name: str) -> bool:
    """Whether weights of that name are in the manifest."""
    return any(entry.name == name for entry in listing())


def find(name_or_path: str | os.PathLike[str], *, folder: Path | None = None) -> Path:
    """The file of shipped weights, verified against its hash, or a file of the user's.

    Args:
        name_or_path: A name of the manifest, or a path. A string that is a name is a name.
        folder: Where the manifest and its files lie; by default inside the package.

    Raises:
        ModelError: neither a known name nor a file; or a shipped file is missing or changed.
    """
    entries = {entry.name: entry for entry in listing(folder)}
    if isinstance(name_or_path, str) and name_or_path in entries:
        return _verified(entries[name_or_path])
    path = as_path(name_or_path)
    if not os.path.isfile(path):
        raise ModelError(
            f"{str(name_or_path)!r} is neither a file nor one of the known weights: "
            f"{', '.join(entries) or 'none'}."
        )
    return path


def sha256(path: Path) -> str:
    """SHA-256 of a file, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verified(entry: Weights) -> Path:
    match entry.state:
        case "missing":
            raise ModelError(
                f"The weights {entry.name!r} are missing: there is no {entry.path}; reinstall."
            )
        case "changed":
            raise ModelError(
                f"The weights {entry.path} are not the ones that were shipped as {entry.name!r} "
                f"(another SHA-256): reinstall, or refresh the manifest if you trained them."
            )
    return entry.path
