"""The network of the student verifier."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from touchline.verification.labels import Label
from touchline.verification.student import PANEL

NEAR = (16, 40, 80, 128)
FAR = (16, 32, 64, 96)
"""Channels after each halving, for the near and the far picture."""
MIDDLE, SCALE = 114.0, 64.0


class Block(nn.Module):
    """Two 3x3 convolutions about a shortcut (He et al., arXiv:1512.03385)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (N, C, h, w) to maps of the same shape."""
        return torch.relu(x + self.second(self.first(x)))


class StudentNet(nn.Module):
    """Two small residual networks, one a picture, and a linear layer on their mean features.

    Args:
        width: Factor of all channels; a teacher is wider.
        dropout: Share of features dropped in training.
    """

    def __init__(self, width: int = 1, *, dropout: float = 0.2) -> None:
        super().__init__()
        near, far = ([width * channels for channels in trunk] for trunk in (NEAR, FAR))
        self.near, self.far = _trunk(near), _trunk(far)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(near[-1] + far[-1], len(Label))

    def forward(self, images: Tensor) -> Tensor:
        """Crops float32 (N, 3, 64, 96) BGR 0-255 to logits (N, 6), a column for each label."""
        pixels = (images - MIDDLE) / SCALE
        near, far = pixels[..., : PANEL[1]], pixels[..., PANEL[1] :]
        features = torch.cat([self.near(near), self.far(far)], 1)
        logits: Tensor = self.head(self.dropout(features))
        return logits


def _trunk(channels: list[int]) -> nn.Sequential:
    """Halve, and from the second halving on add a block each; then the mean of each map."""
    layers: list[nn.Module] = [_convolution(3, channels[0], stride=2)]
    for before, after in pairwise(channels):
        layers += [_convolution(before, after, stride=2), Block(after)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _convolution(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
