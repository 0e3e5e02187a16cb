"""How the detector learns: batches of crops, the losses of a step, and the run."""

import copy
import logging
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor

from touchline.pipeline.prefetch import prefetch
from training.detector.crops import Crop, CropSampler
from training.detector.distil import Teacher, distillation_loss
from training.detector.loss import Losses, Target, detection_loss
from training.plain import PlainDetector
from training.run import Run, Schedule, adamw, channels_last, progress_of
from training.stored import is_exported, load_coco, load_exported, restore_batchnorm
from training.yolox import NanoDetector

DetectorNet = NanoDetector | PlainDetector

SCHEDULE = Schedule(peak=1e-3, final_share=0.02, warm_up=60)
WEIGHT_DECAY = 5e-4
MAX_GRADIENT = 20.0
EMA_DECAY = 0.998
OFFSETS_FROM = 0.85
"""Share of the run after which the L1 loss joins."""
STATISTICS_CROPS = 32
SAVE_EVERY_S = 180.0
LOG_EVERY_STEPS = 50
AHEAD = 2
"""Batches that are drawn while another is learned from."""

logger = logging.getLogger("training.detector")


def batch_of(crops: list[Crop]) -> tuple[Tensor, list[Target]]:
    """Crops to images float32 (N, 3, S, S) BGR 0-255, channels last, and their targets."""
    pixels = torch.stack([torch.from_numpy(crop.image) for crop in crops])
    targets = [
        Target(torch.from_numpy(crop.xyxy), torch.from_numpy(crop.class_id), crop.unlabelled)
        for crop in crops
    ]
    return pixels.permute(0, 3, 1, 2).float(), targets


def start_model(start: Path, sampler: CropSampler) -> NanoDetector:
    """The network of a file, COCO's or our own export, its batch normalisation put back."""
    model = NanoDetector()
    load = load_exported if is_exported(start) else load_coco
    load(model, start)
    crops = (sampler.draw() for _ in range(STATISTICS_CROPS))
    restore_batchnorm(model, (batch_of([crop])[0] for crop in crops))
    return channels_last(model)


def new_run(model: DetectorNet, sampler: CropSampler | None = None) -> Run[DetectorNet]:
    """A network and all that trains it; checkpoints keep what `sampler` draws with."""
    optimiser = adamw(model, rate=SCHEDULE.peak, decay=WEIGHT_DECAY, foreach=True)
    run = Run(model, copy.deepcopy(model).eval(), optimiser)
    if sampler is not None:
        run.chance = sampler.rng
    return run


def train_step(
    run: Run[DetectorNet],
    crops: list[Crop],
    progress: float,
    *,
    schedule: Schedule = SCHEDULE,
    taught: list[Tensor] | None = None,
) -> Losses:
    """One step of the optimiser on one batch; also moves the average.

    Args:
        run: What learns.
        crops: The batch.
        progress: Share of the run that has passed.
        schedule: Of the learning rate.
        taught: What a teacher says of the crops, which counts as much as their labels.
    """
    images, targets = batch_of(crops)
    run.set_rate(schedule.rate(progress, run.steps))
    with torch.autocast("cpu", torch.bfloat16):
        maps = run.model(images)
    losses = detection_loss(maps, targets, offsets=progress > OFFSETS_FROM)
    total = losses.total
    if taught is not None:
        total = total + distillation_loss([level.float() for level in maps], taught)
    run.descend(total, samples=len(crops), max_gradient=MAX_GRADIENT, decay=EMA_DECAY)
    return losses


def train(
    run: Run[DetectorNet],
    sampler: CropSampler,
    *,
    minutes: float,
    batch: int,
    out: Path,
    schedule: Schedule = SCHEDULE,
    teacher: Teacher | None = None,
) -> None:
    """Train until `minutes` of training have passed in all; the checkpoint goes to `out`."""
    recent: list[Losses] = []
    batches = prefetch(_batches(sampler, batch, teacher), AHEAD)
    for progress in progress_of(run, minutes=minutes, out=out, save_every=SAVE_EVERY_S):
        crops, taught = next(batches)
        losses = train_step(run, crops, progress, schedule=schedule, taught=taught)
        recent.append(losses.detached())
        if run.steps % LOG_EVERY_STEPS == 0:
            _log(run, recent)
            recent.clear()


def _batches(
    sampler: CropSampler, size: int, teacher: Teacher | None
) -> Iterator[tuple[list[Crop], list[Tensor] | None]]:
    while True:
        crops = [sampler.draw() for _ in range(size)]
        yield crops, None if teacher is None else teacher.maps(crops)


def _log(run: Run[DetectorNet], recent: list[Losses]) -> None:
    means = [
        (field.name, sum(float(getattr(losses, field.name)) for losses in recent) / len(recent))
        for field in fields(Losses)
    ]
    parts = [f"{name} {mean:.3f}" for name, mean in means]
    logger.info("%6.1f min %7d crops  %s", run.elapsed / 60, run.samples, "  ".join(parts))
