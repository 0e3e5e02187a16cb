"""The detector as Touchline ships it: scores instead of logits, as an ONNX file.

Input `images` uint8 (N, H, W, 3) BGR; outputs `stride_8`, `stride_16`, `stride_32` float32
(N, 9, h, w): dx, dy, dw, dh, then objectness and class scores in 0-1.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from training.plain import PlainDetector, fold_branches
from training.stem import merge_stem
from training.stored import fold_batchnorm
from training.yolox import STRIDES, NanoDetector

OUTPUTS = [f"stride_{stride}" for stride in STRIDES]
TOLERANCE = 2e-3


class Shipped(nn.Module):
    """A detector that takes images as they are decoded and gives scores, not logits."""

    def __init__(self, detector: NanoDetector | PlainDetector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """uint8 (N, H, W, 3) BGR to three maps float32 (N, 9, h, w)."""
        maps = self.detector(images.permute(0, 3, 1, 2).float())
        return tuple(torch.cat([m[:, :4], m[:, 4:].sigmoid()], 1) for m in maps)


def load_average(checkpoint: Path) -> NanoDetector | PlainDetector:
    """The averaged network of a checkpoint, in evaluation mode; its weights say which it is."""
    weights = torch.load(checkpoint, weights_only=True)["average"]
    is_plain = any(name.startswith("stages.") for name in weights)
    model = PlainDetector() if is_plain else NanoDetector()
    model.load_state_dict(weights)
    model.eval()
    return model


def export(detector: NanoDetector | PlainDetector, path: Path) -> None:
    """Fold what only helps to learn, write ONNX to `path`, and merge its stem if it has one."""
    fold_batchnorm(detector)
    fold_branches(detector)
    images = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    axes = {"images": {0: "n", 1: "height", 2: "width"}}
    axes |= {name: {0: "n", 2: f"{name}_h", 3: f"{name}_w"} for name in OUTPUTS}
    torch.onnx.export(
        Shipped(detector).eval(),
        (images,),
        str(path),
        input_names=["images"],
        output_names=OUTPUTS,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    if isinstance(detector, NanoDetector):
        merge_stem(path)


def largest_difference(detector: NanoDetector | PlainDetector, path: Path) -> float:
    """Largest difference between the outputs of the network and of the file on random images."""
    images = np.random.default_rng(0).integers(0, 256, (2, 160, 224, 3), np.uint8)
    with torch.no_grad():
        ours = Shipped(detector).eval()(torch.from_numpy(images))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    theirs = session.run(OUTPUTS, {"images": images})
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True))
