"""Answers in files: what ``predict_batch`` gave, alone or as a chute wraps it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from touchline.errors import InputError
from touchline.evaluation.formats import items, mapping, read_json


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MinerAnswer:
    """An answer as it stands in a file.

    Attributes:
        path: Where it was read.
        success: Whether the chute says that it could answer; True where no chute speaks.
        predictions: ``{"frames": [...]}``, or None.
    """

    path: str
    success: bool
    predictions: Mapping[str, Any] | None

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Its frames, each with ``frame_id``, ``boxes``, ``polygons`` and ``keypoints``."""
        return list((self.predictions or {}).get("frames") or [])


def read_miner_answer(path: str | os.PathLike[str]) -> MinerAnswer:
    """Read ``{"frames": [...]}``, or ``{"success", "predictions": {"frames": [...]}, "error"}``.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    content = read_json(path)
    wrapped = "success" in content or "predictions" in content
    predictions = content.get("predictions") if wrapped else content
    if predictions is not None:
        frames = items(mapping(predictions, f"{path}: predictions"), "frames", f"{path}")
        for i, each in enumerate(frames):
            mapping(each, f"{path}: frames[{i}]")
    success = content.get("success", True)
    if not isinstance(success, bool):
        raise InputError(f"{path}: success is true or false; got {success!r:.40}.")
    return MinerAnswer(path=os.fspath(path), success=success, predictions=predictions)
