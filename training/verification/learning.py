"""How the student verifier, or a wider teacher of it, learns: batches of crops, a step, the run."""

import copy
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.run import Run, Schedule, adamw, channels_last, progress_of
from training.verification.model import StudentNet
from training.verification.scenes import SceneSampler
from training.verification.views import cut, views_of

SCHEDULE = Schedule(peak=2e-3, final_share=0.01, warm_up=100)
WEIGHT_DECAY = 0.02
MAX_GRADIENT = 5.0
EMA_DECAY = 0.998
SCENES = 8
"""Scenes in a batch; about twenty crops each."""
SOFTNESS = 2.0
TEACHER_SHARE = 0.7
SAVE_EVERY_S = 120.0
LOG_EVERY_STEPS = 100

Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]

logger = logging.getLogger("training.verification")


@dataclass
class StudentRun(Run[StudentNet]):
    """A run whose checkpoints say how wide the network is."""

    width: int = 1

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds, as plain containers."""
        return super().state() | {"width": self.width}


def new_run(width: int) -> StudentRun:
    """A network of random weights and all that trains it."""
    model = channels_last(StudentNet(width))
    optimiser = adamw(model, rate=SCHEDULE.peak, decay=WEIGHT_DECAY, foreach=True)
    return StudentRun(model, copy.deepcopy(model).eval(), optimiser, width=width)


def load_average(path: Path) -> StudentNet:
    """The averaged network of a checkpoint, in evaluation mode."""
    state = torch.load(path, weights_only=True)
    model = StudentNet(state["width"])
    model.load_state_dict(state["average"])
    model.eval()
    return model


def batches(sampler: SceneSampler, *, seed: int) -> Iterator[Batch]:
    """Crops (n, 64, 96, 3) and labels (n,) of SCENES scenes at a time, without end."""
    rng = np.random.default_rng([seed, 1])
    while True:
        scenes = (sampler.draw() for _ in range(SCENES))
        yield cut([sample for scene in scenes for sample in views_of(scene, rng)])


def pixels_of(crops: NDArray[np.uint8]) -> Tensor:
    """Crops to float32 (N, 3, 64, 96) BGR 0-255, channels last in memory."""
    return torch.from_numpy(crops).permute(0, 3, 1, 2).float()


def distillation(logits: Tensor, soft: Tensor) -> Tensor:
    """Divergence from a teacher's logits at SOFTNESS (Hinton et al., arXiv:1503.02531)."""
    ours, theirs = (F.log_softmax(each / SOFTNESS, 1) for each in (logits, soft))
    return SOFTNESS**2 * F.kl_div(ours, theirs, reduction="batchmean", log_target=True)


def train_step(
    run: StudentRun, batch: Batch, progress: float, *, teacher: nn.Module | None
) -> float:
    """One step of the optimiser on one batch; also moves the average. Returns the loss."""
    pixels, labels = pixels_of(batch[0]), torch.from_numpy(batch[1])
    run.set_rate(SCHEDULE.rate(progress, run.steps))
    with torch.autocast("cpu", torch.bfloat16):
        logits = run.model(pixels).float()
        loss = F.cross_entropy(logits, labels)
        if teacher is not None:
            with torch.no_grad():
                soft = teacher(pixels).float()
            loss = (1 - TEACHER_SHARE) * loss + TEACHER_SHARE * distillation(logits, soft)
    run.descend(loss, samples=len(labels), max_gradient=MAX_GRADIENT, decay=EMA_DECAY)
    return float(loss.detach())


def train(
    run: StudentRun,
    source: Iterator[Batch],
    *,
    minutes: float,
    out: Path,
    teacher: nn.Module | None = None,
) -> None:
    """Train until `minutes` of training have passed in all; the checkpoint goes to `out`."""
    recent: list[float] = []
    for progress in progress_of(run, minutes=minutes, out=out, save_every=SAVE_EVERY_S):
        recent.append(train_step(run, next(source), progress, teacher=teacher))
        if run.steps % LOG_EVERY_STEPS == 0:
            loss = sum(recent) / len(recent)
            logger.info("%6.1f min %8d crops  loss %.4f", run.elapsed / 60, run.samples, loss)
            recent.clear()
