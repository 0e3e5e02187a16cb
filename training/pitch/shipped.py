"""The pitch model as Touchline ships it: decoded frames in, logits out, as an ONNX file."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn

from touchline.pitch.keypoints import INPUT_SIZE
from training.pitch.model import PitchModel
from training.stem import merge_stem
from training.stored import fold_batchnorm

WIDTH, HEIGHT = INPUT_SIZE
TOLERANCE = 1e-2
"""Largest difference in a logit that passes; the logits span tens."""


class Shipped(nn.Module):
    """The contract around the network: uint8 (N, H, W, 3) BGR in, logits out."""

    def __init__(self, model: PitchModel) -> None:
        super().__init__()
        self.model = copy.deepcopy(model).eval()
        fold_batchnorm(self.model)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """uint8 (N, 384, 640, 3) to heatmaps (N, 32, 96, 160) and absent (N, 32)."""
        heatmaps, absent = self.model(images.permute(0, 3, 1, 2).float())
        return heatmaps, absent


def load_average(checkpoint: Path) -> PitchModel:
    """Read the averaged weights of a checkpoint into a model on the CPU."""
    model = PitchModel()
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model.load_state_dict(state["average"])
    model.eval()
    return model


def write(model: PitchModel, path: Path) -> None:
    """Export a model to `path`; raises ValueError when the file does not give what it gives."""
    shipped = Shipped(model)
    example = torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            shipped,
            (example,),
            str(fresh),
            input_names=["images"],
            output_names=["heatmaps", "absent"],
            dynamic_axes={name: {0: "batch"} for name in ("images", "heatmaps", "absent")},
            opset_version=17,
            dynamo=False,
        )
    merge_stem(fresh)
    _check(model, fresh)
    fresh.replace(path)


def _check(model: PitchModel, path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    stored = session.run(None, {"images": images})
    with torch.no_grad():
        wanted = model.eval()(torch.from_numpy(images).permute(0, 3, 1, 2).float())
    for name, got, want in zip(("heatmaps", "absent"), stored, wanted, strict=True):
        worst = float(np.abs(got - want.numpy()).max())
        if worst > TOLERANCE:
            raise ValueError(f"{name} of {path.name} are off by {worst:.4f}, not by {TOLERANCE}")
