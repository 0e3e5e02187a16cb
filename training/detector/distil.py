"""What one detector learns from another that looks at the same crops: its teacher.

Labels say what is there; a teacher says of every cell how sure one can be. Both have the same
cells, so they are compared cell by cell (Hinton et al., arXiv:1503.02531); where teacher and pupil
agree, nothing counts (Li et al., "Generalized Focal Loss", arXiv:2006.04388).
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from touchline.detection.decode import stride_maps
from touchline.inference import Engine, load_engine
from training.detector.crops import Crop
from training.detector.loss import IOU_WEIGHT, decode, generalised_iou

LEAST = 0.05
"""Objectness from which the teacher's box and classes in a cell count."""


class Teacher:
    """An exported detector that answers crops.

    Args:
        path: What ``training.detector.export`` wrote.
    """

    def __init__(self, path: Path) -> None:
        self._engine: Engine = load_engine(path, device="cpu", threads=1)

    def maps(self, crops: list[Crop]) -> list[Tensor]:
        """What it says of n crops: maps (n, 9, h, w) of the three strides, scores in 0-1."""
        answers = self._engine.run(np.stack([crop.image for crop in crops]))
        return [torch.from_numpy(level) for level in stride_maps(answers)]


def distillation_loss(maps: list[Tensor], taught: list[Tensor]) -> Tensor:
    """How far a pupil is from its teacher, a scalar; a mean over the cells that show something.

    Args:
        maps: The pupil's, (N, 9, h, w) of the three strides, logits for scores.
        taught: The teacher's, with scores.
    """
    ours, theirs = decode(maps), decode(taught)
    sure = theirs.objectness
    count = sure.sum().clamp(min=1)
    apart = (ours.objectness.sigmoid() - sure).abs().detach() ** 2
    objectness = F.binary_cross_entropy_with_logits(ours.objectness, sure, reduction="none")
    at = sure > LEAST
    classes = F.binary_cross_entropy_with_logits(
        ours.classes[at], theirs.classes[at], reduction="none"
    )
    _, giou = generalised_iou(ours.xyxy[at], theirs.xyxy[at])
    parts = (
        (objectness * apart).sum(),
        (classes.sum(1) * sure[at]).sum(),
        IOU_WEIGHT * ((1 - giou) * sure[at]).sum(),
    )
    return torch.stack(parts).sum() / count
