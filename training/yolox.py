"""YOLOX-nano in PyTorch: the one backbone that the detector and the pitch model share.

The network is the nano model of Ge et al., "YOLOX: Exceeding YOLO Series in 2021"
(arXiv:2107.08430): CSPDarknet of depth 0.33 and width 0.25 with depthwise convolutions, a path
aggregation neck and a decoupled head. Every module lists its convolutions in the order in which
`forward` runs them, because that is how `stored.load_coco` pairs them with those of an ONNX file.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRIDES = (8, 16, 32)
CHANNELS = (64, 128, 256)


class Unit(nn.Module):
    """Convolution, batch normalisation, SiLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, *, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        padding = kernel // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        return F.silu(self.norm(self.conv(x)))


class Separable(nn.Sequential):
    """A depthwise 3x3 unit followed by a pointwise one."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__(
            Unit(inputs, inputs, 3, stride=stride, groups=inputs), Unit(inputs, outputs)
        )


class Bottleneck(nn.Module):
    """A pointwise and a separable unit, with or without the shortcut around them."""

    def __init__(self, channels: int, *, shortcut: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(Unit(channels, channels), Separable(channels, channels))
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        y: Tensor = self.body(x)
        return x + y if self.shortcut else y


class CrossStage(nn.Module):
    """Cross stage partial layer: half of the channels take the bottlenecks, half a short way."""

    def __init__(self, inputs: int, outputs: int, depth: int = 1, *, shortcut: bool) -> None:
        super().__init__()
        hidden = outputs // 2
        self.main = Unit(inputs, hidden)
        self.skip = Unit(inputs, hidden)
        self.blocks = nn.Sequential(*(Bottleneck(hidden, shortcut=shortcut) for _ in range(depth)))
        self.fuse = Unit(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        main, skip = self.main(x), self.skip(x)  # both before the blocks: the order of registration
        fused: Tensor = self.fuse(torch.cat([self.blocks(main), skip], 1))
        return fused


class Focus(nn.Module):
    """Each 2x2 block of pixels becomes 12 channels of one, then a 3x3 unit."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.unit = Unit(12, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, outputs, H / 2, W / 2)."""
        top, bottom = x[..., ::2, :], x[..., 1::2, :]
        blocks = [top[..., ::2], bottom[..., ::2], top[..., 1::2], bottom[..., 1::2]]
        stem: Tensor = self.unit(torch.cat(blocks, 1))
        return stem


class PyramidPooling(nn.Module):
    """Max pooling over windows of 5, 9 and 13 cells beside the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = Unit(channels, channels // 2)
        self.fuse = Unit(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        pools = [self.squeeze(x)]
        for _ in range(3):  # pooling by 5 again widens the window to 9, then 13
            pools.append(F.max_pool2d(pools[-1], 5, 1, 2))
        fused: Tensor = self.fuse(torch.cat(pools, 1))
        return fused


class Darknet(nn.Module):
    """CSPDarknet of width 0.25 and depth 0.33: 64, 128, 256 channels at strides 8, 16, 32."""

    def __init__(self) -> None:
        super().__init__()
        self.to_8 = nn.Sequential(
            Focus(16),
            Separable(16, 32, stride=2),
            CrossStage(32, 32, shortcut=True),
            Separable(32, 64, stride=2),
            CrossStage(64, 64, 3, shortcut=True),
        )
        self.to_16 = nn.Sequential(
            Separable(64, 128, stride=2), CrossStage(128, 128, 3, shortcut=True)
        )
        self.to_32 = nn.Sequential(
            Separable(128, 256, stride=2),
            PyramidPooling(256),
            CrossStage(256, 256, shortcut=False),
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 3, H, W) to features at strides 8, 16 and 32."""
        fine = self.to_8(images)
        middle = self.to_16(fine)
        return fine, middle, self.to_32(middle)


class NanoBackbone(nn.Module):
    """Darknet and its path aggregation neck: images in, features at strides 8, 16 and 32 out."""

    def __init__(self) -> None:
        super().__init__()
        self.darknet = Darknet()
        self.lateral_32 = Unit(256, 128)
        self.down_16 = CrossStage(256, 128, shortcut=False)
        self.lateral_16 = Unit(128, 64)
        self.down_8 = CrossStage(128, 64, shortcut=False)
        self.shrink_8 = Separable(64, 64, stride=2)
        self.up_16 = CrossStage(128, 128, shortcut=False)
        self.shrink_16 = Separable(128, 128, stride=2)
        self.up_32 = CrossStage(256, 256, shortcut=False)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Float BGR images 0-255 (N, 3, H, W), H and W multiples of 32, to three feature maps.

        They have 64, 128 and 256 channels at strides 8, 16 and 32.
        """
        fine, middle, coarse = self.darknet(images)
        coarse = self.lateral_32(coarse)
        middle = self.lateral_16(self.down_16(torch.cat([double(coarse), middle], 1)))
        out_8 = self.down_8(torch.cat([double(middle), fine], 1))
        out_16 = self.up_16(torch.cat([self.shrink_8(out_8), middle], 1))
        out_32 = self.up_32(torch.cat([self.shrink_16(out_16), coarse], 1))
        return out_8, out_16, out_32


def double(x: Tensor) -> Tensor:
    """(N, C, H, W) to twice the height and width, each cell repeated."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class LevelHead(nn.Module):
    """The decoupled head of one stride: class scores beside box and objectness."""

    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.stem = Unit(inputs, 64)
        self.class_tower = nn.Sequential(Separable(64, 64), Separable(64, 64))
        self.classes = nn.Conv2d(64, classes, 1)
        self.box_tower = nn.Sequential(Separable(64, 64), Separable(64, 64))
        self.box = nn.Conv2d(64, 4, 1)
        self.objectness = nn.Conv2d(64, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, h, w) to (N, 5 + classes, h, w): dx, dy, dw, dh, then logits."""
        x = self.stem(features)
        classes = self.classes(self.class_tower(x))
        x = self.box_tower(x)
        return torch.cat([self.box(x), self.objectness(x), classes], 1)


class NanoDetector(nn.Module):
    """YOLOX-nano: the backbone and one decoupled head a stride."""

    def __init__(self, num_classes: int = 4) -> None:
        super().__init__()
        self.backbone = NanoBackbone()
        self.heads = nn.ModuleList(LevelHead(channels, num_classes) for channels in CHANNELS)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Float BGR images 0-255 (N, 3, H, W) to maps (N, 5 + classes, h, w) at the 3 strides.

        Channels: dx, dy (cells), dw, dh (log strides), logits of objectness and each class.
        """
        features = self.backbone(images)
        return [head(level) for head, level in zip(self.heads, features, strict=True)]
