"""A folder to upload: ``miner.py``, the networks, what they see, and where they are from."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from touchline.errors import OutputError, UsageError
from touchline.files import as_path
from touchline.frame import ClassId
from touchline.inference import weights
from touchline.turbovision.packing.bundle import bundled
from touchline.turbovision.scoring import Element

CLASSES: Mapping[str, ClassId] = {
    "ball": ClassId.BALL,
    "goalkeeper": ClassId.GOALKEEPER,
    "player": ClassId.PLAYER,
    "referee": ClassId.REFEREE,
}
"""Objects that the shipped network sees, by the names that elements give them."""
NOT_ASKED = {"", "team 1", "team 2"}
"""What stands in lists of objects and is none; no box is ever of it."""
IMGSZ = 1120
"""Longer side of the picture in which people and balls are looked for: with a second look at 960
pixels, where people are large, an answer fits into 100 ms on two cores."""
MOST_BYTES = 30 * 1024**2
"""Of a whole folder."""
HEADING = (
    "A miner for {id}, made by `touchline pack` from the modules of Touchline that it uses.\n\n"
    "Do not edit: pack again. Each definition is explained where it comes from."
)
CHUTE = """\
Image:
  from_base: parachutes/python:3.12
  run_command:
    - pip install onnxruntime numpy opencv-python-headless pydantic
  set_workdir: /app
NodeSelector:
  gpu_count: 1
  min_vram_gb_per_gpu: 16
Chute:
  concurrency: 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFolder:
    """A folder that was written.

    Attributes:
        path: Where it is.
        element: What it answers.
        files: Bytes of each file.
    """

    path: str
    element: str
    files: Mapping[str, int]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.files.values())


def classes_for(objects: Sequence[str]) -> dict[int, int]:
    """Which ``cls_id`` each of our classes has in a list of objects.

    Raises:
        UsageError: There is an object in it that no network of Touchline sees, or twice the same.
    """
    wanted = {i: each.strip().lower() for i, each in enumerate(objects)}
    asked = {i: name for i, name in wanted.items() if name not in NOT_ASKED}
    unknown = next((objects[i] for i, name in asked.items() if name not in CLASSES), None)
    if unknown is not None:
        raise UsageError(
            f"no network of Touchline sees {unknown!r:.60}; it sees {', '.join(CLASSES)}"
            ", and --model packs one of yours."
        )
    if len(set(asked.values())) < len(asked):
        raise UsageError(f"each object is named once; got {', '.join(objects)}.")
    return {int(CLASSES[name]): i for i, name in asked.items()}


def pack(element: Element, output: str | os.PathLike[str], *, imgsz: int = IMGSZ) -> PackedFolder:
    """Write a folder that answers an element.

    Args:
        element: Its family and objects decide what the folder holds.
        output: A new folder, or an empty one.
        imgsz: Longer side of the picture in which people are looked for, 320 to 1920.

    Raises:
        UsageError: An object that is asked for cannot be seen, or an argument is out of its range.
        OutputError: The folder is not empty, or cannot be written.
    """
    if not 320 <= imgsz <= 1920:
        raise UsageError(f"imgsz is 320 to 1920 pixels; got {imgsz}.")
    boxes = element.family != "PitchCalib"
    classes = classes_for(element.objects) if boxes else {}
    if boxes and not classes:
        raise UsageError(f"element {element.id!r} names no objects; --objects says them.")
    networks = ["players"] * boxes + ["pitch"] * (element.family != "Detect")
    told = {
        "id": element.id,
        "classes": classes,
        "keypoints": "pitch" in networks,
        "imgsz": imgsz,
    }
    texts = {
        "miner.py": bundled(
            "touchline.turbovision.packing.miner",
            heading=HEADING.format(id=element.id),
            renamed={"FolderMiner": "Miner"},
        ),
        "element.json": json.dumps(told, indent=1) + "\n",
        "README.md": _card(element, networks),
    }
    return fill(output, element, texts, {name: weights.find(name) for name in networks})


def fill(
    output: str | os.PathLike[str],
    element: Element,
    texts: Mapping[str, str],
    networks: Mapping[str, Path],
) -> PackedFolder:
    """Write a folder.

    Args:
        output: A new folder, or an empty one.
        element: What it answers.
        texts: Its files by their names; how the chute is made comes with them.
        networks: The ONNX files by the names that they get.

    Raises:
        OutputError: The folder is not empty, or cannot be written.
    """
    folder = as_path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(
                f"{folder} is not empty; a new folder is needed, as all in it is sent."
            )
        for name, text in {**texts, "chute_config.yml": CHUTE}.items():
            (folder / name).write_text(text, encoding="utf-8")
        for name, source in networks.items():
            shutil.copyfile(source, folder / f"{name}.onnx")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}.") from error
    files = {each.name: each.stat().st_size for each in sorted(folder.iterdir())}
    return PackedFolder(path=os.fspath(folder), element=element.id, files=files)


def _card(element: Element, networks: Sequence[str]) -> str:
    """The page of the folder: what it answers, and of each network where it is from."""
    known = {each.name: each for each in weights.listing()}
    rows = [
        f"| `{name}.onnx` | {known[name].description} | {known[name].source} "
        f"| {known[name].licence} | `{known[name].sha256}` |"
        for name in networks
    ]
    objects = ", ".join(filter(None, element.objects)) or "no boxes"
    return "\n".join(
        (
            f"# {element.id}",
            "",
            f"Answers {objects}; made by `touchline pack` (Touchline, MIT).",
            "",
            "| network | what | made from | licence | SHA-256 |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "Both networks were trained on soccer from the main or the tactical camera; close-ups,",
            "other sports and other cameras are beyond them. Players have no team here.",
            "",
        )
    )
