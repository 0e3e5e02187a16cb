"""The pitch network: a YOLOX-nano backbone under a decoder of large depthwise kernels.

For each of the 32 points it gives one map of logits at stride 4 and the logit of one more bin,
"absent": a softmax over both says where the point is and how surely it is anywhere at all.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.pitch.data import POINTS
from training.stored import load_coco
from training.yolox import NanoBackbone, Separable, Unit

STRIDE = 4
WIDTHS = (32, 64, 96, 128)
"""Channels of the decoder at strides 4, 8, 16 and 32."""


class LargeKernel(nn.Module):
    """A depthwise 7x7 and a pointwise unit around a shortcut: lines are seen from afar."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Unit(channels, channels, 7, groups=channels), Unit(channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        y: Tensor = self.body(x)
        return x + y


def _blocks(channels: int) -> nn.Sequential:
    return nn.Sequential(LargeKernel(channels), LargeKernel(channels))


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class PitchModel(nn.Module):
    """Images in, maps of 32 points and their absent logits out."""

    def __init__(self, start: Path | None = None) -> None:
        """Build the network; `start` is a YOLOX-nano ONNX file whose weights the backbone takes."""
        super().__init__()
        backbone = NanoBackbone()
        if start is not None:
            load_coco(backbone, start)
        # The backbone is cut at stride 4: the decoder needs those maps for exact places.
        layers = list(backbone.darknet.to_8.named_children())
        self.stem = nn.Sequential(OrderedDict(layers[:3]))
        backbone.darknet.to_8 = nn.Sequential(OrderedDict(layers[3:]))
        self.backbone = backbone
        quarter, eighth, sixteenth, coarse = WIDTHS
        self.enter_32 = Unit(256, coarse)
        self.mix_32 = _blocks(coarse)
        self.context = nn.Sequential(nn.Linear(2 * coarse, coarse), nn.SiLU())
        self.absent = nn.Linear(coarse, POINTS)
        self.share = nn.Linear(coarse, sixteenth)
        self.enter_16 = Unit(128, sixteenth)
        self.lift_16 = Unit(coarse, sixteenth)
        self.mix_16 = _blocks(sixteenth)
        self.enter_8 = Unit(64, eighth)
        self.lift_8 = Unit(sixteenth, eighth)
        self.mix_8 = _blocks(eighth)
        self.rough = nn.Conv2d(eighth, POINTS, 1)
        self.enter_4 = Unit(32, quarter)
        self.lift_4 = Unit(eighth, quarter)
        self.mix_4 = Separable(quarter, quarter)
        self.exact = nn.Conv2d(quarter, POINTS, 1)
        # A softmax over ten thousand cells starts even with "absent" at the log of their number.
        nn.init.constant_(self.absent.bias, 9.5)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Float BGR images 0-255 (N, 3, H, W), H and W multiples of 32, to two sets of logits.

        Maps (N, 32, H / 4, W / 4); cell (i, j) lies at pixel ((j + 0.5) 4, (i + 0.5) 4). Absent
        logits (N, 32).
        """
        fine = self.stem(images)
        level_8, level_16, level_32 = self.backbone(fine)
        x = self.mix_32(self.enter_32(level_32))
        context = self.context(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))
        x = self.enter_16(level_16) + _double(self.lift_16(x))
        x = self.mix_16(x + self.share(context)[:, :, None, None])
        x = self.mix_8(self.enter_8(level_8) + _double(self.lift_8(x)))
        rough = _double(self.rough(x))
        x = self.mix_4(self.enter_4(fine) + _double(self.lift_4(x)))
        return rough + self.exact(x), self.absent(context)
