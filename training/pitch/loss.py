"""Cross-entropy of each point's softmax (all cells and "absent") to where the label puts it."""

from __future__ import annotations

import torch
from torch import Tensor

SIGMA = 1.2
"""Standard deviation of the target around a visible point, in cells."""


def _bump(centres: Tensor, length: int, sigma: float) -> Tensor:
    """Gaussian weights (N, P, length) around centres (N, P) in cells, each row summing to one."""
    cells = torch.arange(length, device=centres.device, dtype=torch.float32) + 0.5
    return torch.softmax(-((cells - centres[..., None]) ** 2) / (2 * sigma**2), dim=-1)


def point_loss(
    heatmaps: Tensor, absent: Tensor, *, points: Tensor, visibility: Tensor, sigma: float = SIGMA
) -> Tensor:
    """Return the mean cross-entropy over all points that are not ignored: a scalar.

    heatmaps (N, P, h, w) and absent (N, P) are logits; points (N, P, 2) are normalised x, y;
    visibility (N, P) is 1 (visible), 0 (absent) or -1 (ignored).
    """
    heatmaps, absent = heatmaps.float(), absent.float()
    height, width = heatmaps.shape[-2:]
    along_x = _bump(points[..., 0] * width, width, sigma)
    along_y = _bump(points[..., 1] * height, height, sigma)
    # The target is separable, so its mean logit needs no map of its own.
    expected = ((heatmaps @ along_x[..., None])[..., 0] * along_y).sum(-1)
    total = torch.logaddexp(torch.logsumexp(heatmaps.flatten(2), dim=2), absent)
    losses = total - torch.where(visibility > 0, expected, absent)
    counted = visibility >= 0
    return (losses * counted).sum() / counted.sum().clamp(min=1)
