"""How the pitch model learns: a feed of augmented frames, a step, and the run."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.pitch.augment import augment
from training.pitch.data import (
    Sample,
    load_people,
    load_samples,
    sampling_weights,
)
from training.pitch.loss import point_loss
from training.pitch.model import PitchModel
from training.pitch.negatives import People, crowd_cut, negative
from training.run import CHECKPOINT, Run, adamw, channels_last, progress_of
from training.stored import restore_batchnorm

SMALL, LARGE, SWITCH = (480, 288), (640, 384), 0.4
"""Width and height of the images before and after this share of the time."""
SAVE_EVERY_S = 180.0
LOG_EVERY_STEPS = 50


@dataclass(frozen=True)
class Recipe:
    """What a run does; stored in its checkpoints."""

    data: Path
    start: Path
    out: Path
    minutes: float
    hold_out: tuple[str, ...]
    batch: int = 8
    rate: float = 1.5e-3
    decay: float = 5e-4
    ema: float = 0.998
    negatives: float = 0.09
    clip: float = 20.0
    warm_up: int = 60
    seed: int = 0
    extra: Path | None = None


@dataclass
class PitchRun(Run[PitchModel]):
    """A run whose checkpoints say by which recipe they were made."""

    recipe: dict[str, str] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds, as plain containers."""
        return super().state() | {"recipe": self.recipe}


class Feed:
    """Endless augmented batches from the frames that are not held out."""

    def __init__(self, recipe: Recipe) -> None:
        self.samples = load_samples(recipe.data, without=recipe.hold_out, clean=True)
        if recipe.extra is not None:
            self.samples += load_samples(recipe.extra, without=recipe.hold_out)
        self.weights = sampling_weights(self.samples)
        self.people: People = load_people(recipe.data.parent / "players", without=recipe.hold_out)
        self.recipe = recipe
        self.rng = np.random.default_rng(recipe.seed)

    def draw(self, size: tuple[int, int]) -> Sample:
        """Return one augmented frame, or at times one without any point."""
        if self.rng.random() < self.recipe.negatives:
            return negative(self.samples, self.people, size=size, rng=self.rng)
        index = self.rng.choice(len(self.samples), p=self.weights)
        other = self.samples[self.rng.integers(len(self.samples))]
        stands = crowd_cut(other, size=size, rng=self.rng) if self.rng.random() < 0.4 else None
        return augment(self.samples[index], size=size, rng=self.rng, backdrop=stands)

    def batch(self, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
        """Return images (N, 3, H, W) float BGR 0-255, points (N, 32, 2), visibility (N, 32)."""
        return collate([self.draw(size) for _ in range(self.recipe.batch)])


def collate(samples: Sequence[Sample]) -> tuple[Tensor, Tensor, Tensor]:
    """Stack samples of one size: images float (N, 3, H, W) channels last, points, visibility."""
    images = torch.from_numpy(np.stack([sample.image for sample in samples]))
    points = torch.from_numpy(np.stack([sample.points for sample in samples]))
    visibility = torch.from_numpy(np.stack([sample.visibility for sample in samples]))
    # A permuted N, H, W, C array is already channels last.
    return images.permute(0, 3, 1, 2).float(), points, visibility


def rate_at(progress: float, step: int, recipe: Recipe) -> float:
    """Return the learning rate: a linear warm-up by steps, then a cosine over the whole time."""
    warm = min(1.0, (step + 1) / recipe.warm_up)
    return recipe.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def begin(recipe: Recipe, feed: Feed) -> PitchRun:
    """Build the model from the start weights, with its batch normalisation put back."""
    torch.manual_seed(recipe.seed)
    model = PitchModel(recipe.start)
    restore_batchnorm(model, (feed.batch(SMALL)[0] for _ in range(6)))
    channels_last(model)
    return PitchRun(
        model,
        copy.deepcopy(model).eval().requires_grad_(False),
        adamw(model, rate=recipe.rate, decay=recipe.decay),
        recipe={key: str(value) for key, value in asdict(recipe).items()},
    )


def step(
    run: PitchRun, batch: tuple[Tensor, Tensor, Tensor], *, recipe: Recipe, rate: float
) -> float:
    """Train on one batch and move the average. Returns the loss."""
    images, points, visibility = batch
    run.set_rate(rate)
    with torch.autocast("cpu", torch.bfloat16):
        heatmaps, absent = run.model(images)
    loss = point_loss(heatmaps, absent, points=points, visibility=visibility)
    run.descend(loss, samples=len(images), max_gradient=recipe.clip, decay=recipe.ema)
    return float(loss.detach())


def train(recipe: Recipe, *, resume: bool) -> None:
    """Train until the minutes are used up; checkpoint and log go to the folder `out`."""
    recipe.out.mkdir(parents=True, exist_ok=True)
    feed = Feed(recipe)
    run = begin(recipe, feed)
    if resume:
        run.restore(recipe.out / CHECKPOINT)
    losses: list[float] = []
    clock = progress_of(run, minutes=recipe.minutes, out=recipe.out, save_every=SAVE_EVERY_S)
    for progress in clock:
        batch = feed.batch(SMALL if progress < SWITCH else LARGE)
        losses.append(step(run, batch, recipe=recipe, rate=rate_at(progress, run.steps, recipe)))
        if len(losses) == LOG_EVERY_STEPS:
            _log(run, losses, recipe.out)
            losses.clear()
    if losses:
        _log(run, losses, recipe.out)


def _log(run: PitchRun, losses: Sequence[float], out: Path) -> None:
    mean = float(np.mean(losses))
    line = f"{run.elapsed / 60:.1f} min, {run.samples} images, loss {mean:.4f}"
    with (out / "log.txt").open("a") as file:
        print(line, file=file)
