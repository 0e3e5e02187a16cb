"""A packed folder asked about a video or images, as a chute asks it, without a network.

Source: the description, "The folder" and "The wire between validator and chute". A chute hands over
up to 64 pictures at a time. Those of a video are numbered on from batch to batch, by the folder
itself; images come with their numbers, which replace what the folder says.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from touchline.errors import InputError
from touchline.evaluation.formats import read_json
from touchline.files import as_path
from touchline.turbovision.auditing import FolderProcess
from touchline.video import read_frames

BATCH = 64
"""Pictures that a chute hands over at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FolderAnswer:
    """What a folder answered.

    Attributes:
        frames: A row for each frame, as JSON.
        milliseconds: Of each batch, reading the pictures not counted.
    """

    frames: tuple[Mapping[str, Any], ...]
    milliseconds: tuple[float, ...]

    @property
    def elapsed(self) -> float:
        """Milliseconds of all batches, one after another."""
        return sum(self.milliseconds)

    def as_chute(self) -> dict[str, Any]:
        """What a chute answers a validator, which ``read_miner_answer`` reads."""
        return {"success": True, "predictions": {"frames": [*self.frames]}, "error": None}


def element_of(folder: str | os.PathLike[str]) -> str:
    """The id of the element that a folder was packed for.

    Raises:
        InputError: It does not say.
    """
    path = as_path(folder) / "element.json"
    name = read_json(path).get("id")
    if not isinstance(name, str):
        raise InputError(f"{path} does not say which element it answers; --element does.")
    return name


def ask_folder(
    folder: str | os.PathLike[str], frames: str | os.PathLike[str], *, batch: int = BATCH
) -> FolderAnswer:
    """Ask a folder about all frames, in a process of its own as ``audit`` has it.

    Args:
        folder: With ``miner.py``.
        frames: A video, or a folder of images in their order.
        batch: Pictures that are handed over at once.

    Raises:
        InputError: The frames cannot be read, or the folder does not load or answer.
    """
    images = as_path(frames).is_dir()
    path = as_path(folder)
    if not (path / "miner.py").is_file():
        raise InputError(f"{path} has no miner.py; `touchline pack` writes such a folder.")
    rows: list[Mapping[str, Any]] = []
    took: list[float] = []
    waiting = read_frames(frames)
    with FolderProcess(path) as process:
        while part := [*islice(waiting, batch)]:
            offset = 0 if images else part[0].index
            given, milliseconds = process.predict([each.image for each in part], offset=offset)
            if images:
                given = [{**row, "frame_id": f.index} for row, f in zip(given, part, strict=True)]
            rows += given
            took.append(milliseconds)
    return FolderAnswer(frames=tuple(rows), milliseconds=tuple(took))
