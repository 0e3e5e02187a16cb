"""A detector of plain 3x3 convolutions: what processors compute fastest, whatever they are.

Depthwise convolutions and SiLU wait for memory; a full 3x3 convolution with ReLU is one product of
matrices. While it learns, each has a 1x1 convolution and a shortcut beside it, which are folded
into it afterwards (Ding et al., "RepVGG", arXiv:2101.03697). Strides, cells and channels of the
maps are those of ``yolox.NanoDetector``.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.yolox import STRIDES, double

STAGES = ((16, 1), (32, 1), (64, 2), (128, 3), (192, 2))
"""Channels and convolutions at strides 2, 4, 8, 16 and 32."""
NECK = 48
PRIOR = -4.6
"""Logit of a score to begin with: one cell in a hundred (Lin et al., arXiv:1708.02002)."""


class Branched(nn.Module):
    """3x3 and 1x1 convolution and, where nothing changes its size, the input itself; ReLU."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm: nn.Module = _norm(outputs)
        self.point: nn.Conv2d | None = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        self.point_norm: nn.Module | None = _norm(outputs)
        self.same: nn.Module | None = _norm(outputs) if (inputs, stride) == (outputs, 1) else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.norm(self.conv(x))
        if self.point is not None and self.point_norm is not None:
            y = y + self.point_norm(self.point(x))
        if self.same is not None:
            y = y + self.same(x)
        return F.relu(y)

    def fold(self) -> None:
        """Make all of it one convolution, for inference."""
        weight, bias = _scaled(self.conv.weight, self.norm)
        if self.point is not None:
            point, more = _scaled(self.point.weight, self.point_norm)
            weight, bias = weight + F.pad(point, (1, 1, 1, 1)), bias + more
        if self.same is not None:
            itself, more = _scaled(torch.eye(len(bias))[:, :, None, None], self.same)
            weight, bias = weight + F.pad(itself, (1, 1, 1, 1)), bias + more
        outputs, inputs = weight.shape[:2]
        conv = nn.Conv2d(inputs, outputs, 3, self.conv.stride[0], 1)
        conv.load_state_dict({"weight": weight, "bias": bias})
        self.conv, self.norm = conv, nn.Identity()
        self.point = self.point_norm = self.same = None


class PlainDetector(nn.Module):
    """A straight backbone, a path aggregation neck by sums, one head for all strides."""

    def __init__(self, num_classes: int = 4) -> None:
        super().__init__()
        stages, inputs = [], 3
        for channels, depth in STAGES:
            units = [Branched(inputs, channels, stride=2)]
            units += [Branched(channels, channels) for _ in range(depth - 1)]
            stages.append(nn.Sequential(*units))
            inputs = channels
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(nn.Conv2d(channels, NECK, 1) for channels, _ in STAGES[2:])
        self.down = nn.ModuleList(Branched(NECK, NECK) for _ in STRIDES)
        self.shrink = nn.ModuleList(Branched(NECK, NECK, stride=2) for _ in STRIDES[1:])
        self.up = nn.ModuleList(Branched(NECK, NECK) for _ in STRIDES[1:])
        self.tower = nn.Sequential(Branched(NECK, NECK), Branched(NECK, NECK))
        self.answers = nn.ModuleList(_answer(5 + num_classes) for _ in STRIDES)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Float BGR images 0-255 (N, 3, H, W) to maps (N, 5 + classes, h, w) at the 3 strides."""
        x, levels = images / 255, []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        fine, middle, coarse = (
            lateral(level) for lateral, level in zip(self.lateral, levels[2:], strict=True)
        )
        coarse = self.down[2](coarse)
        middle = self.down[1](middle + double(coarse))
        fine = self.down[0](fine + double(middle))
        middle = self.up[0](middle + self.shrink[0](fine))
        coarse = self.up[1](coarse + self.shrink[1](middle))
        maps = (fine, middle, coarse)
        return [answer(self.tower(level)) for answer, level in zip(self.answers, maps, strict=True)]


def fold_branches(model: nn.Module) -> None:
    """Make each ``Branched`` one convolution, for inference; the model in evaluation mode."""
    with torch.no_grad():
        for unit in model.modules():
            if isinstance(unit, Branched):
                unit.fold()


def _answer(channels: int) -> nn.Conv2d:
    """The last layer of a stride: nothing is anywhere, until it has learnt better."""
    answer = nn.Conv2d(NECK, channels, 1)
    assert answer.bias is not None
    nn.init.constant_(answer.bias[4:], PRIOR)
    return answer


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.03)


def _scaled(weight: Tensor, norm: nn.Module | None) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution without one, and the normalisation after it."""
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    return weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
