"""What is to be analysed: files, folders, globs, manifests and object stores, as one list."""

import csv
import glob
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from touchline.batch.stores import is_url, listed
from touchline.errors import InputError, UsageError
from touchline.files import as_path, as_text
from touchline.video import IMAGE_SUFFIXES, natural_key

VIDEOS = frozenset(
    {".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv"}
    | {".ts", ".webm", ".wmv"}
)
"""What is taken of a folder; a file that is named is taken whatever it is called."""
MANIFESTS = (".csv", ".jsonl", ".parquet")
PLACES = ("path", "video", "url")
"""Columns of a manifest that say where a video is; the first that is there counts."""
NAME = "name"
"""Column of a manifest for the name of a match; may be missing or empty."""
LONGEST = 100
"""Characters of a name: file systems take 255 bytes, and some is added."""


@dataclass(frozen=True, slots=True)
class BatchInput:
    """One video of a batch.

    Attributes:
        name: Of the folder of its results; unlike every other of the batch.
        place: A path or a URL.
    """

    name: str
    place: str


def find_inputs(given: Sequence[str | os.PathLike[str]]) -> list[BatchInput]:
    """All videos that are meant, in the order given; folders in natural order.

    A folder stands for the videos below it, or for itself where it holds images and no video. A
    place that is named twice is there twice.

    Args:
        given: Paths, globs, URLs (also with globs, or with a slash at the end for all below), and
            manifests: a ``.csv`` or ``.parquet`` with a column of ``PLACES``, or a ``.jsonl`` of
            objects with such a key, relative to the manifest.

    Raises:
        InputError: A folder, a glob or a manifest has no video, or cannot be read. That a video
            that is named is not there shows when its turn comes.
        UsageError: Nothing is given, or a name in a manifest is no name of a folder.
    """
    found = [entry for each in given for entry in _of(os.fspath(each))]
    if not found:
        raise UsageError("name at least one video, folder, glob, manifest or URL")
    taken: set[str] = set()
    return [BatchInput(unlike(name or _name_of(place), taken), place) for place, name in found]


def _of(given: str) -> Iterator[tuple[str, str]]:
    """Where the videos are that one argument stands for, and their names where it tells them."""
    suffix = PurePosixPath(given).suffix.lower()
    if is_url(given):
        places = listed(given, VIDEOS)
    elif suffix in MANIFESTS and not glob.has_magic(given):
        yield from _of_manifest(as_path(given), suffix)
        return
    else:
        places = _of_path(as_path(given))
    yield from ((place, "") for place in places)


def _of_path(path: Path) -> list[str]:
    if path.is_dir():
        return _of_folder(path)
    if glob.has_magic(str(path)) and not path.exists():
        found = sorted(glob.glob(str(path), recursive=True), key=natural_key)
        if not found:
            raise InputError(f"{as_text(path)}: nothing has such a name")
        # Of what a glob names, files are taken as they are: whoever wrote it knows their names.
        folders = {each: _of_folder(Path(each)) for each in found if os.path.isdir(each)}
        return [place for each in found for place in folders.get(each, [each])]
    return [str(path)]


def _of_folder(folder: Path) -> list[str]:
    """The videos below a folder, without hidden ones; or the folder, as images."""
    found, images = [], False
    for root, folders, files in os.walk(folder):
        folders[:] = sorted((f for f in folders if not f.startswith(".")), key=natural_key)
        for name in sorted(files, key=natural_key):
            suffix = os.path.splitext(name)[1].lower()
            images |= root == str(folder) and suffix in IMAGE_SUFFIXES
            if suffix in VIDEOS and not name.startswith("."):
                found.append(os.path.join(root, name))
    if not found and not images:
        raise InputError(
            f"{as_text(folder)}: a folder without videos ({', '.join(sorted(VIDEOS))})"
        )
    return found or [str(folder)]


def _of_manifest(path: Path, suffix: str) -> Iterator[tuple[str, str]]:
    try:
        rows = _rows(path, suffix)
    except (OSError, ValueError, csv.Error, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{as_text(path)}: the manifest cannot be read: {reason}") from error
    for number, row in enumerate(rows, start=1):
        place = next((row[key] for key in PLACES if isinstance(row, dict) and row.get(key)), None)
        if not isinstance(place, str):
            allowed = " or ".join(PLACES)
            raise InputError(f"{as_text(path)}: entry {number} has no {allowed}")
        name = str(row.get(NAME) or "")
        if name and _name_of(name, whole=True) != name:
            raise UsageError(
                f"{as_text(path)}: entry {number}: a name is made of letters, digits, '.', '_' and "
                f"'-', at most {LONGEST}, and begins with a letter or digit; got {name!r:.60}"
            )
        yield place if is_url(place) else str(path.parent / as_path(place)), name
    if not rows:
        raise InputError(f"{as_text(path)}: the manifest names no video")


def _rows(path: Path, suffix: str) -> list[dict[str, object]]:
    """What a manifest says of each video."""
    if suffix == ".parquet":
        with path.open("rb") as table:
            return list(pq.read_table(table).to_pylist())
    with path.open(newline="", encoding="utf-8-sig") as file:
        if suffix == ".csv":
            return list(csv.DictReader(file, strict=True))
        return [json.loads(line) for line in file if line.strip()]


def _name_of(place: str, *, whole: bool = False) -> str:
    """A name for the results of a video: what a folder, a URL and a partition may be called."""
    last = PurePosixPath(place.split("?")[0].rstrip("/")).name
    stem = place if whole else os.path.splitext(last)[0]
    return (
        re.sub(r"[^\w.-]+", "_", as_text(stem), flags=re.ASCII).lstrip("._-")[:LONGEST] or "video"
    )


def unlike(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken, whatever the case: file systems may not care.

    It is taken from then on; ``taken`` holds names in lower case.
    """
    candidate, number = name, 1
    while candidate.lower() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate.lower())
    return candidate
