"""Train the student verifier, or a wider teacher of it, for a given time.

`python -m training.verification.train --data DIR --mistakes mined.npz --minutes 12 --out DIR`

As in `training.detector.train`, the learning rate follows the share of the time that has passed.
"""

import argparse
import copy
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.detector.data import frame_paths, load_frames
from training.pitch.data import load_samples
from training.verification.model import StudentNet
from training.verification.scenes import (
    SceneSampler,
    surrounding_grounds,
    synthetic_grounds,
    with_mistakes,
)
from training.verification.views import cut, views_of

PEAK_RATE = 2e-3
FINAL_SHARE = 0.01
WARM_UP_STEPS = 100
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
class Run:
    """Everything that a checkpoint holds. `elapsed` is in seconds, `crops` counts samples."""

    model: StudentNet
    average: StudentNet
    optimiser: torch.optim.Optimizer
    width: int = 1
    elapsed: float = 0.0
    steps: int = 0
    crops: int = 0

    def save(self, path: Path) -> None:
        """Write the checkpoint; the former one stays until the new one is whole."""
        state = {name: getattr(self, name) for name in ("width", "elapsed", "steps", "crops")}
        for name in ("model", "average", "optimiser"):
            state[name] = getattr(self, name).state_dict()
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)


def new_run(width: int) -> Run:
    """A network of random weights and all that trains it."""
    model = StudentNet(width).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY, foreach=True)
    return Run(model, copy.deepcopy(model).eval(), optimiser, width)


def load_average(path: Path) -> StudentNet:
    """The averaged network of a checkpoint, in evaluation mode."""
    state = torch.load(path, weights_only=True)
    model = StudentNet(state["width"])
    model.load_state_dict(state["average"])
    return model.eval()


def learning_rate(progress: float, step: int) -> float:
    """Cosine from PEAK_RATE to its FINAL_SHARE over `progress` 0-1, after a linear warm-up."""
    cosine = (1 + math.cos(math.pi * min(progress, 1.0))) / 2
    rate = PEAK_RATE * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine)
    return rate * min((step + 1) / WARM_UP_STEPS, 1.0)


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


def train_step(run: Run, batch: Batch, progress: float, *, teacher: nn.Module | None) -> float:
    """One step of the optimiser on one batch; also moves the average. Returns the loss."""
    pixels, labels = pixels_of(batch[0]), torch.from_numpy(batch[1])
    for group in run.optimiser.param_groups:
        group["lr"] = learning_rate(progress, run.steps)
    with torch.autocast("cpu", torch.bfloat16):
        logits = run.model(pixels).float()
        loss = F.cross_entropy(logits, labels)
        if teacher is not None:
            with torch.no_grad():
                soft = teacher(pixels).float()
            loss = (1 - TEACHER_SHARE) * loss + TEACHER_SHARE * distillation(logits, soft)
    run.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), MAX_GRADIENT)
    run.optimiser.step()
    run.steps += 1
    run.crops += len(labels)
    update_average(run)
    return float(loss.detach())


@torch.no_grad()
def update_average(run: Run) -> None:
    """Exponential moving average of weights and statistics, faster in the first steps."""
    decay = min(EMA_DECAY, (1 + run.steps) / (10 + run.steps))
    new = run.model.state_dict()
    for name, value in run.average.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(new[name], 1 - decay)


def train(
    run: Run,
    source: Iterator[Batch],
    *,
    minutes: float,
    out: Path,
    teacher: nn.Module | None = None,
) -> None:
    """Train until `minutes` of training have passed in all, saving to `out`/last.pt."""
    run.model.train()
    last = saved = time.monotonic()
    recent: list[float] = []
    while run.elapsed < 60 * minutes:
        progress = run.elapsed / (60 * minutes)
        recent.append(train_step(run, next(source), progress, teacher=teacher))
        now = time.monotonic()
        run.elapsed += now - last
        last = now
        if run.steps % LOG_EVERY_STEPS == 0:
            loss = sum(recent) / len(recent)
            logger.info("%6.1f min %8d crops  loss %.4f", run.elapsed / 60, run.crops, loss)
            recent.clear()
        if now - saved > SAVE_EVERY_S:
            run.save(out / "last.pt")
            saved = now
    run.save(out / "last.pt")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the verifier for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--mistakes", type=Path, required=True, help="what `mine` wrote")
    parser.add_argument("--pitch", type=Path, help="folder of the pitch set, for surroundings")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--hold-out", default="", help="matches to leave out, comma-separated")
    parser.add_argument("--width", type=int, default=1, help="factor of all channels")
    parser.add_argument("--teacher", type=Path, help="checkpoint of a network to learn from")
    parser.add_argument("--start", type=Path, help="checkpoint whose average to go on from")
    parser.add_argument("--done", type=float, default=0.0, help="share of the cosine to skip")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Train as the command line says."""
    args = arguments()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    log = logging.FileHandler(args.out / "log.txt")
    handlers: list[logging.Handler] = [logging.StreamHandler(), log]
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers)
    frames = load_frames(frame_paths(args.data, exclude=args.hold_out.split(",")))
    grounds = [with_mistakes(frame, args.mistakes) for frame in frames] + synthetic_grounds()
    if args.pitch is not None:
        samples = load_samples(args.pitch, without=args.hold_out.split(","))
        grounds += surrounding_grounds(samples, args.mistakes)
    source = batches(SceneSampler(grounds, seed=args.seed), seed=args.seed)
    run = new_run(args.width)
    if args.start is not None:
        for model in (run.model, run.average):
            model.load_state_dict(load_average(args.start).state_dict())
    run.elapsed = args.done * 60 * args.minutes
    teacher = load_average(args.teacher) if args.teacher is not None else None
    train(run, source, minutes=args.minutes, out=args.out, teacher=teacher)


if __name__ == "__main__":
    main()
