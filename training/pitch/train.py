"""Train the pitch model for a number of minutes.

`python -m training.pitch.train --data DIR --start ONNX --minutes 105 --hold-out A,B --out DIR`
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

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
from training.yolox import restore_batchnorm

SMALL, LARGE, SWITCH = (480, 288), (640, 384), 0.4
"""Width and height of the images before and after this share of the time."""


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
class Run:
    """Everything that changes while training, and that a checkpoint therefore holds."""

    model: PitchModel
    average: PitchModel
    optimiser: torch.optim.Optimizer
    seconds: float = 0.0
    steps: int = 0
    losses: list[float] = field(default_factory=list)

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as plain containers."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "seconds": self.seconds,
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a stored state."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.seconds, self.steps = state["seconds"], state["steps"]


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


def _groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weights decay, biases and normalisation do not."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": decay},
        {"params": vectors, "weight_decay": 0.0},
    ]


def begin(recipe: Recipe, feed: Feed) -> Run:
    """Build the model from the start weights, with its batch normalisation put back."""
    torch.manual_seed(recipe.seed)
    model = PitchModel(recipe.start)
    restore_batchnorm(model, (feed.batch(SMALL)[0] for _ in range(6)))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(_groups(model, recipe.decay), recipe.rate)
    return Run(model, copy.deepcopy(model).eval().requires_grad_(False), optimiser)


def step(run: Run, batch: tuple[Tensor, Tensor, Tensor], *, recipe: Recipe, rate: float) -> None:
    """Train on one batch and move the average."""
    images, points, visibility = batch
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.model.train()
    with torch.autocast("cpu", torch.bfloat16):
        heatmaps, absent = run.model(images)
    loss = point_loss(heatmaps, absent, points=points, visibility=visibility)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), recipe.clip)
    run.optimiser.step()
    run.steps += 1
    run.losses.append(loss.item())
    follow(run.average, run.model, decay=min(recipe.ema, (1 + run.steps) / (10 + run.steps)))


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, *, decay: float) -> None:
    """Move every weight and statistic of `average` towards `model` by 1 - decay."""
    pairs = zip(average.state_dict().values(), model.state_dict().values(), strict=True)
    for mean, value in pairs:
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def train(recipe: Recipe, *, resume: bool) -> None:
    """Train until the minutes are used up; checkpoints and log go to the folder `out`."""
    recipe.out.mkdir(parents=True, exist_ok=True)
    feed = Feed(recipe)
    run = begin(recipe, feed)
    last = recipe.out / "last.pt"
    if resume:
        run.restore(torch.load(last, weights_only=True))
    budget = recipe.minutes * 60
    mark = time.monotonic()
    saved = run.seconds
    while run.seconds < budget:
        progress = run.seconds / budget
        batch = feed.batch(SMALL if progress < SWITCH else LARGE)
        step(run, batch, recipe=recipe, rate=rate_at(progress, run.steps, recipe))
        now = time.monotonic()
        run.seconds, mark = run.seconds + now - mark, now
        if len(run.losses) == 50:
            _log(run, recipe)
        if run.seconds - saved > 180:
            saved = run.seconds
            _save(run, recipe, last)
    if run.losses:
        _log(run, recipe)
    _save(run, recipe, last)


def _log(run: Run, recipe: Recipe) -> None:
    mean = float(np.mean(run.losses))
    line = f"{run.seconds / 60:.1f} min, {run.steps * recipe.batch} images, loss {mean:.4f}"
    with (recipe.out / "log.txt").open("a") as file:
        print(line, file=file)
    run.losses.clear()


def _save(run: Run, recipe: Recipe, path: Path) -> None:
    plain = {key: str(value) for key, value in asdict(recipe).items()}
    fresh = path.with_suffix(".new")
    torch.save({**run.state(), "recipe": plain}, fresh)
    # A reader never sees half a checkpoint.
    fresh.replace(path)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--hold-out", default="08fd33,a9f16c,video_3")
    parser.add_argument("--extra", type=Path, help="frames that training.pitch.pseudo labelled")
    parser.add_argument("--seed", type=int, default=0, help="another one after --resume")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    cv2.setNumThreads(1)
    hold_out = tuple(given.hold_out.split(","))
    recipe = Recipe(
        given.data,
        given.start,
        given.out,
        given.minutes,
        hold_out,
        seed=given.seed,
        extra=given.extra,
    )
    train(recipe, resume=given.resume)


if __name__ == "__main__":
    main()
