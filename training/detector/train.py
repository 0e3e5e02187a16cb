"""Train the detector for a given time.

`python -m training.detector.train --data DIR --start COCO.onnx --minutes 105 --out runs/detector`

The learning rate follows the share of the time that has passed, so a run always ends annealed
however fast the machine is. A checkpoint every few minutes makes it resumable.
"""

import argparse
import copy
import logging
import math
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor, nn

from training.detector.closeups import close_ups
from training.detector.crops import Crop, CropSampler
from training.detector.data import frame_paths, load_frames
from training.detector.loss import Losses, Target, detection_loss
from training.yolox import NanoDetector, load_coco, restore_batchnorm

PEAK_RATE = 1e-3
FINAL_SHARE = 0.02
WARM_UP_STEPS = 60
WEIGHT_DECAY = 5e-4
MAX_GRADIENT = 20.0
EMA_DECAY = 0.998
OFFSETS_FROM = 0.85
"""Share of the run after which the L1 loss joins."""
STATISTICS_CROPS = 32
SAVE_EVERY_S = 180.0
LOG_EVERY_STEPS = 50

logger = logging.getLogger("training.detector")


@dataclass
class Run:
    """Everything that a checkpoint holds. `elapsed` is in seconds, `crops` counts samples."""

    model: NanoDetector
    average: NanoDetector
    optimiser: torch.optim.Optimizer
    elapsed: float = 0.0
    steps: int = 0
    crops: int = 0

    def save(self, path: Path) -> None:
        """Write the checkpoint; the former one stays until the new one is whole."""
        state = {name: getattr(self, name) for name in ("elapsed", "steps", "crops")}
        for name in ("model", "average", "optimiser"):
            state[name] = getattr(self, name).state_dict()
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from the checkpoint at `path`."""
        state = torch.load(path, weights_only=True)
        for name in ("model", "average", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.elapsed, self.steps, self.crops = state["elapsed"], state["steps"], state["crops"]


def batch_of(crops: list[Crop]) -> tuple[Tensor, list[Target]]:
    """Crops to images float32 (N, 3, S, S) BGR 0-255, channels last, and their targets."""
    pixels = torch.stack([torch.from_numpy(crop.image) for crop in crops])
    targets = [
        Target(torch.from_numpy(crop.xyxy), torch.from_numpy(crop.class_id)) for crop in crops
    ]
    return pixels.permute(0, 3, 1, 2).float(), targets


def start_model(start: Path, sampler: CropSampler) -> NanoDetector:
    """The COCO network with four classes and its batch normalisation put back."""
    model = NanoDetector()
    load_coco(model, start)
    crops = (sampler.draw() for _ in range(STATISTICS_CROPS))
    restore_batchnorm(model, (batch_of([crop])[0] for crop in crops))
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def make_optimiser(model: nn.Module) -> torch.optim.Optimizer:
    """AdamW whose weight decay spares normalisation and biases."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY, foreach=True)


def learning_rate(progress: float, step: int) -> float:
    """Cosine from PEAK_RATE to its FINAL_SHARE over `progress` 0-1, after a linear warm-up."""
    cosine = (1 + math.cos(math.pi * min(progress, 1.0))) / 2
    rate = PEAK_RATE * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine)
    return rate * min((step + 1) / WARM_UP_STEPS, 1.0)


def train_step(run: Run, crops: list[Crop], progress: float) -> Losses:
    """One step of the optimiser on one batch; also moves the average."""
    images, targets = batch_of(crops)
    for group in run.optimiser.param_groups:
        group["lr"] = learning_rate(progress, run.steps)
    with torch.autocast("cpu", torch.bfloat16):
        maps = run.model(images)
    losses = detection_loss(maps, targets, offsets=progress > OFFSETS_FROM)
    run.optimiser.zero_grad()
    losses.total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), MAX_GRADIENT)
    run.optimiser.step()
    run.steps += 1
    run.crops += len(crops)
    update_average(run)
    return losses


@torch.no_grad()
def update_average(run: Run) -> None:
    """Exponential moving average of weights and statistics, faster in the first steps."""
    decay = min(EMA_DECAY, (1 + run.steps) / (10 + run.steps))
    new = run.model.state_dict()
    for name, value in run.average.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(new[name], 1 - decay)


def train(run: Run, sampler: CropSampler, *, minutes: float, batch: int, out: Path) -> None:
    """Train until `minutes` of training have passed in all, saving to `out`/last.pt."""
    run.model.train()
    last = saved = time.monotonic()
    recent: list[Losses] = []
    while run.elapsed < 60 * minutes:
        losses = train_step(
            run, [sampler.draw() for _ in range(batch)], run.elapsed / (60 * minutes)
        )
        recent.append(losses.detached())
        now = time.monotonic()
        run.elapsed += now - last
        last = now
        if run.steps % LOG_EVERY_STEPS == 0:
            _log(run, recent)
            recent.clear()
        if now - saved > SAVE_EVERY_S:
            run.save(out / "last.pt")
            saved = now
    run.save(out / "last.pt")


def _log(run: Run, recent: list[Losses]) -> None:
    means = [
        (field.name, sum(float(getattr(losses, field.name)) for losses in recent) / len(recent))
        for field in fields(Losses)
    ]
    parts = [f"{name} {mean:.3f}" for name, mean in means]
    logger.info("%6.1f min %7d crops  %s", run.elapsed / 60, run.crops, "  ".join(parts))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the detector for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--start", type=Path, required=True, help="YOLOX-nano COCO weights, ONNX")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--hold-out", default="", help="matches to leave out, comma-separated")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--resume-at", type=float, help="share of the minutes to call done")
    parser.add_argument("--close-ups", action="store_true", help="add synthetic close-ups")
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
    if args.close_ups:
        frames += close_ups()
    sampler = CropSampler(frames, seed=args.seed)
    model = start_model(args.start, sampler)
    run = Run(model, copy.deepcopy(model).eval(), make_optimiser(model))
    if args.resume:
        run.restore(args.out / "last.pt")
    if args.resume_at is not None:
        run.elapsed = args.resume_at * 60 * args.minutes
    train(run, sampler, minutes=args.minutes, batch=args.batch, out=args.out)


if __name__ == "__main__":
    main()
