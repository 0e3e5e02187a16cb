"""Folders with a detector that an operator brings, for objects that no shipped network sees."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from touchline.detection import LAYOUTS, AddedModel, added, added_file, describe
from touchline.errors import UsageError
from touchline.files import as_path
from touchline.turbovision.packing.bundle import bundled
from touchline.turbovision.packing.folder import (
    HEADING,
    MOST_BYTES,
    NOT_ASKED,
    PackedFolder,
    fill,
)
from touchline.turbovision.scoring import Element

ROOM = 256 * 1024
"""Bytes of a folder that are left for all that is no network."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A detector that an operator brings: its file, and what is known of it."""

    file: Path
    entry: AddedModel


def find_model(
    given: str, names: Sequence[str], *, layout: str | None = None, cache: Path | None = None
) -> OwnModel:
    """A detector by the name under which it was added, or an ONNX file.

    Args:
        given: Name or file.
        names: Classes of the file in its order; of one that was added they are known.
        layout: Of the file; None is told by its outputs.
        cache: Folder of the caches; None is the usual one.

    Raises:
        ModelError: It is no ONNX network, or does not answer as its layout has it.
        UsageError: Its classes or its layout are not told, or are told and known already.
    """
    known = [each.strip() for each in names if each.strip()]
    entry = added(cache).get(given)
    if entry is not None:
        if known or layout:
            raise UsageError(f"{given} was added with its classes and its layout; name neither.")
        return OwnModel(added_file(given, cache), entry)
    if not known:
        raise UsageError(f"{given:.80} was not added; of a file --classes names the classes.")
    told = next((each for each in LAYOUTS if each == layout), None)
    if layout is not None and told is None:
        raise UsageError(f"--layout is one of {', '.join(LAYOUTS)}; got {layout!r:.40}.")
    file = as_path(given)
    return OwnModel(file, describe(file, classes=known, layout=told, name=file.stem))


def pack_own(element: Element, output: str | os.PathLike[str], model: OwnModel) -> PackedFolder:
    """Write a folder that answers a ``Detect...`` element with an operator's detector.

    Args:
        element: Its objects are looked for by their names, letters large or small.
        output: A new folder, or an empty one.
        model: See ``find_model``.

    Raises:
        UsageError: It is an element of another family, an object is none of the network's
            classes, or the network is too large to be sent.
        OutputError: The folder is not empty, or cannot be written.
    """
    if element.family != "Detect":
        raise UsageError(f"--model answers Detect... elements; {element.id!r} is another.")
    size = model.file.stat().st_size
    if size > MOST_BYTES - ROOM:
        raise UsageError(f"{model.file} has {size} bytes; a folder may have {MOST_BYTES} in all.")
    told = {
        "id": element.id,
        "layout": model.entry.layout,
        "names": [*model.entry.classes],
        "numbers": numbers_for(element.objects, model),
    }
    texts = {
        "miner.py": bundled(
            "touchline.turbovision.packing.own",
            heading=HEADING.format(id=element.id),
            renamed={"OwnMiner": "Miner"},
        ),
        "element.json": json.dumps(told, indent=1) + "\n",
        "README.md": (
            f"# {element.id}\n\nAnswers {', '.join(element.objects)} by a network of its operator "
            f"(SHA-256 `{model.entry.sha256}`); the code around it is made by `touchline pack` "
            "(Touchline, MIT).\n"
        ),
    }
    return fill(output, element, texts, {"detector": model.file})


def numbers_for(objects: Sequence[str], model: OwnModel) -> dict[str, int]:
    """Which ``cls_id`` each class of a network has in a list of objects, by its lower-case name.

    Raises:
        UsageError: An object is none of its classes, or is named twice, or none is named.
    """
    known = {each.strip().lower() for each in model.entry.classes}
    wanted = [each.strip().lower() for each in objects]
    asked = [each for each in wanted if each not in NOT_ASKED]
    unknown = next((each for each in asked if each not in known), None)
    if unknown is not None:
        raise UsageError(
            f"{model.file.name} does not see {unknown!r:.60}; it sees {', '.join(sorted(known))}."
        )
    if not asked or len(set(asked)) < len(asked):
        raise UsageError(f"each object is named, and once; got {', '.join(objects)!r:.80}.")
    return {each: wanted.index(each) for each in asked}
