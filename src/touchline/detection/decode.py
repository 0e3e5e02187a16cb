"""From the maps of a YOLOX head to boxes."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from touchline.arrays import Bools, Float32, Indices, Int64
from touchline.errors import ModelError
from touchline.frame import ClassId

STRIDES = (8, 16, 32)
CHANNELS = 5 + len(ClassId)
LOG_LIMIT = 8.0
"""Log of a box side in strides beyond which no frame reaches; keeps ``exp`` finite."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedBoxes:
    """Scored boxes of one image.

    Attributes:
        xyxy: (n, 4) float32 pixels of the network's canvas.
        scores: (n,) float32, objectness times the probability of the class.
        class_id: (n,) int64, see ``ClassId``.
        class_scores: (n, 4) float32, the probability of each class, from 0 to 1 on its own.
    """

    xyxy: Float32
    scores: Float32
    class_id: Int64
    class_scores: Float32

    def take(self, index: Indices | Bools) -> Self:
        """The boxes at ``index``, in its order."""
        return type(self)(
            self.xyxy[index], self.scores[index], self.class_id[index], self.class_scores[index]
        )

    def __len__(self) -> int:
        return len(self.scores)


def stride_maps(outputs: dict[str, Float32]) -> list[Float32]:
    """The three maps (N, 9, h, w) of a detector's outputs, at strides 8, 16 and 32.

    Raises:
        ModelError: the network is no such detector.
    """
    maps = [outputs.get(f"stride_{stride}") for stride in STRIDES]
    found = [level for level in maps if level is not None and level.shape[1:2] == (CHANNELS,)]
    if len(found) < len(STRIDES):
        shapes = ", ".join(f"{name} {level.shape}" for name, level in outputs.items())
        raise ModelError(
            f"A player detector answers stride_8, stride_16 and stride_32, each (N, {CHANNELS}, "
            f"h, w); this network answers {shapes}."
        )
    return found


def decode(maps: list[Float32], thresholds: Float32) -> DecodedBoxes:
    """Boxes of one image that pass the threshold of their class.

    Each cell speaks for its best class only. Scores come before boxes, so what costs time is
    done for the few cells that pass (YOLOX, arXiv:2107.08430: centre = (grid + offset) * stride,
    side = exp(log side) * stride).

    Args:
        maps: (9, h, w) at strides 8, 16 and 32: dx, dy, dw, dh, objectness, then the four
            classes; objectness and classes are probabilities.
        thresholds: (4,) lowest score of each class.
    """
    levels = [_level(grid, stride, thresholds) for grid, stride in zip(maps, STRIDES, strict=True)]
    return DecodedBoxes(
        np.concatenate([level.xyxy for level in levels]),
        np.concatenate([level.scores for level in levels]),
        np.concatenate([level.class_id for level in levels]),
        np.concatenate([level.class_scores for level in levels]),
    )


def _level(grid: Float32, stride: int, thresholds: Float32) -> DecodedBoxes:
    # A score is at most the objectness: this leaves tens of thousands of cells aside.
    rows, columns = np.nonzero(grid[4] >= thresholds.min())
    cells = grid[:, rows, columns]
    class_id = cells[5:].argmax(0)
    scores = cells[4] * cells[5:].max(0)
    centre = (cells[:2] + np.stack([columns, rows])) * stride
    half = np.exp(np.minimum(cells[2:4], LOG_LIMIT)) * (stride / 2)
    corners = np.concatenate([centre - half, centre + half]).T.astype(np.float32)
    boxes = DecodedBoxes(corners, scores, class_id, cells[5:].T)
    return boxes.take(scores >= thresholds[class_id])
