"""A run of training by the clock: what its checkpoints hold, and what all networks share of it.

The learning rate follows the share of the time that has passed, so a run always ends annealed
however fast the machine is. A checkpoint every few minutes makes it resumable.
"""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor, nn

CHECKPOINT = "last.pt"

Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate: a linear warm-up by steps, then a cosine over the whole time.

    Attributes:
        peak: The highest rate.
        final_share: What is left of it at the end.
        warm_up: Steps until it is reached.
    """

    peak: float
    final_share: float
    warm_up: int

    def rate(self, progress: float, step: int) -> float:
        """The rate of a step at `progress` 0-1 of the time."""
        cosine = (1 + math.cos(math.pi * min(progress, 1.0))) / 2
        rate = self.peak * (self.final_share + (1 - self.final_share) * cosine)
        return rate * min((step + 1) / self.warm_up, 1.0)


@dataclass
class Run(Generic[Net]):
    """Everything that a checkpoint holds.

    Attributes:
        model: The network that learns.
        average: The moving average of its weights: what is exported.
        optimiser: That of the model.
        elapsed: Seconds of training so far.
        steps: Batches so far.
        samples: Images or crops so far.
        chance: What the samples are drawn with.
    """

    model: Net
    average: Net
    optimiser: torch.optim.Optimizer
    elapsed: float = 0.0
    steps: int = 0
    samples: int = 0
    chance: np.random.Generator = field(default_factory=np.random.default_rng)

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds, as plain containers."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "elapsed": self.elapsed,
            "steps": self.steps,
            "samples": self.samples,
            "chance": self.chance.bit_generator.state,
        }

    def save(self, path: Path) -> None:
        """Write the checkpoint; the former one stays until the new one is whole."""
        part = path.with_suffix(".part")
        torch.save(self.state(), part)
        part.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from the checkpoint at `path`."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.elapsed, self.steps, self.samples = (
            state[name] for name in ("elapsed", "steps", "samples")
        )
        if "chance" in state:  # checkpoints of earlier versions have none
            self.chance.bit_generator.state = state["chance"]

    def set_rate(self, rate: float) -> None:
        """Learn at this rate from now on."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def descend(self, loss: Tensor, *, samples: int, max_gradient: float, decay: float) -> None:
        """One step of the optimiser down a scalar loss; also moves the average.

        Args:
            loss: What the model made of a batch.
            samples: Size of the batch.
            max_gradient: Norm that the gradient is cut to.
            decay: Share of the average that stays, less in the first steps.
        """
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), max_gradient)
        self.optimiser.step()
        self.steps += 1
        self.samples += samples
        soon = (1 + self.steps) / (10 + self.steps)
        follow(self.average, self.model, decay=min(decay, soon))


def follow(average: nn.Module, model: nn.Module, *, decay: float) -> None:
    """Move every weight and statistic of `average` towards `model` by 1 - decay."""
    pairs = zip(average.state_dict().values(), model.state_dict().values(), strict=True)
    with torch.no_grad():
        for mean, value in pairs:
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def progress_of(run: Run[Net], *, minutes: float, out: Path, save_every: float) -> Iterator[float]:
    """The share 0-1 of the time that has passed, before each step until `minutes` are over in all.

    A checkpoint is written to the folder `out` every `save_every` seconds, and at the end.
    """
    run.model.train()
    last = saved = time.monotonic()
    while run.elapsed < 60 * minutes:
        yield run.elapsed / (60 * minutes)
        now = time.monotonic()
        run.elapsed += now - last
        last = now
        if now - saved > save_every:
            run.save(out / CHECKPOINT)
            saved = now
    run.save(out / CHECKPOINT)


def adamw(
    model: nn.Module, *, rate: float, decay: float, foreach: bool | None = None
) -> torch.optim.Optimizer:
    """AdamW whose weight decay spares normalisation and biases."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=decay, foreach=foreach)


def channels_last(model: Net) -> Net:
    """The model with its weights stored as (N, H, W, C), in place: faster on a CPU."""
    move: Any = model.to  # PyTorch's annotations leave this form of `to` out
    moved: Net = move(memory_format=torch.channels_last)
    return moved


def prepare(out: Path, *, seed: int) -> None:
    """Make the folder of a run; log to it and to the screen; one thread, and this seed."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    log = logging.FileHandler(out / "log.txt")
    handlers: list[logging.Handler] = [logging.StreamHandler(), log]
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers)
