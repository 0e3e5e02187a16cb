"""``predictions.json``: the answer to a challenge, as a validator reads it."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import supervision as sv

from touchline.arrays import Float64
from touchline.frame import NO_CLASS, FrameState, Objects, PitchState
from touchline.outputs.writer import FileWriter

_FRAME = b'{"frame_number":'
"""How the line of a frame begins."""


class Predictions(FileWriter):
    """Writes ``predictions.json`` frame by frame.

    ``{"challenge_id": ..., "frames": [...], "processing_time": seconds}``; each frame as in
    ``frame_to_wire``.

    Args:
        path: The file to make.
        size: (width, height) of the video in pixels; no box or point lies outside.
        challenge_id: Sent back as it was received.
        started: When the work began, by ``time.perf_counter``; None is when the block is entered.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        size: tuple[int, int],
        challenge_id: str | int = "local",
        started: float | None = None,
    ) -> None:
        super().__init__(path)
        self._size = size
        self._challenge_id = challenge_id
        self._started = started
        self._separator = b"\n"

    def _open(self, partial: Path) -> None:
        if self._started is None:
            self._started = time.perf_counter()
        self._file: BinaryIO = partial.open("xb")
        self._file.write(b'{"challenge_id":' + _dumps(self._challenge_id) + b',"frames":[')

    def _append(self, state: FrameState) -> None:
        self._file.write(self._separator + _dumps(frame_to_wire(state, size=self._size)))
        self._separator = b",\n"

    def _close(self) -> None:
        if self._file.closed:
            return
        with self._file as file:
            seconds = round(time.perf_counter() - (self._started or 0.0), 3)
            file.write(b'\n],"processing_time":' + _dumps(seconds) + b"}\n")


def answered_frames(path: Path) -> Iterator[dict[str, Any]]:
    """The frames of a file of ours, one by one: it has one in each line, and too many to hold.

    Raises:
        OSError: It cannot be read.
        ValueError: A line of it is no JSON.
    """
    yield from (json.loads(line.rstrip(b",\n")) for line in _frame_lines(path))


def first_answered(path: Path) -> int | None:
    """The number of the first frame of a file of ours, None where it has none; errors likewise."""
    line = next(_frame_lines(path), None)
    return None if line is None else int(line.removeprefix(_FRAME).partition(b",")[0])


def _frame_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from (line for line in lines if line.startswith(_FRAME))


def frame_to_wire(state: FrameState, *, size: tuple[int, int]) -> dict[str, Any]:
    """Say what is in one frame the way the subnet says it.

    Args:
        state: The frame.
        size: (width, height) of the frame in pixels.

    Returns:
        ``{"frame_number": int, "objects": [{"id", "bbox", "class_id", "confidence", "source",
        "detected_class_id"}], "keypoints": [[x, y] x 32]}``: objects best first, as the validator
        weighs the earlier ones more: those whose class detector and verifier agree on, then the
        others, each by confidence, ties in their order. ``bbox`` is [x1, y1, x2, y2] clipped to the
        frame; coordinates have 2 decimals and confidences 4; an id is -1 where there is no track;
        ``detected_class_id`` is null where the detector saw nothing; an absent point is
        [0.0, 0.0]. A box with no area inside the frame shows nothing there and is left out; so are
        a point outside, and people off the pitch, who are no objects of the game.
    """
    return {
        "frame_number": state.index,
        "objects": _objects(state.objects, size),
        "keypoints": _keypoints(state.pitch, size),
    }


def _objects(objects: sv.Detections, size: tuple[int, int]) -> list[dict[str, Any]]:
    given = Objects.from_supervision(objects)
    boxes = _round(np.clip(given.xyxy, 0.0, (*size, *size)), 2)
    visible = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]) & ~given.off_pitch
    confidence = _round(np.nan_to_num(given.confidence).clip(0.0, 1.0), 4)
    agreed = (given.class_id == given.detected_class_id) & ("verified" in given.extra)
    order = np.lexsort((-confidence, ~agreed))
    detected = [None if each == NO_CLASS else each for each in given.detected_class_id.tolist()]
    return [
        {
            "id": int(given.tracker_id[i]),
            "bbox": boxes[i].tolist(),
            "class_id": int(given.class_id[i]),
            "confidence": float(confidence[i]),
            "source": str(given.source[i]),
            "detected_class_id": detected[i],
        }
        for i in order[visible[order]]
    ]


def _keypoints(pitch: PitchState, size: tuple[int, int]) -> list[list[float]]:
    xy = pitch.keypoints.xy[0].astype(np.float64)
    confidence = pitch.keypoints.keypoint_confidence
    known = np.ones(len(xy), bool) if confidence is None else confidence[0] > 0
    inside = np.all((xy >= 0) & (xy <= np.array(size)), axis=1)
    kept: list[list[float]] = np.where((known & inside)[:, None], _round(xy, 2), 0.0).tolist()
    return kept


def _round(values: Float64, decimals: int) -> Float64:
    # Adding zero turns -0.0 into 0.0, which reads better in a file.
    rounded: Float64 = np.round(values, decimals) + 0.0
    return rounded


def _dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
