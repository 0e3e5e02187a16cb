"""What the detector learns from: SimOTA assignment and the losses on what it assigns.

Ge et al., "YOLOX: Exceeding YOLO Series in 2021" (arXiv:2107.08430), with the generalised IoU of
Rezatofighi et al. (arXiv:1902.09630) in place of the squared IoU. All boxes are in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from training.detector.data import BALL, PERSON
from training.yolox import STRIDES

CENTRE_RADIUS = 1.5
"""Cells whose centre is within this many strides of a box centre (on both axes) may match it."""
CANDIDATES = 10
"""How many best overlaps are summed to say how many cells a box gets."""
BALL_WEIGHT = 2.0
IOU_WEIGHT = 5.0
NEVER = 1e8


@dataclass(frozen=True)
class Predictions:
    """A batch over all cells (A) of the three strides.

    `xyxy` (N, A, 4) decoded pixels, `raw` (N, A, 4) dx, dy, dw, dh, `objectness` (N, A) and
    `classes` (N, A, C) logits; `centre` (A, 2) pixels and `stride` (A,) of the cells.
    """

    xyxy: Tensor
    raw: Tensor
    objectness: Tensor
    classes: Tensor
    centre: Tensor
    stride: Tensor


@dataclass(frozen=True)
class Target:
    """The truth of one image: `xyxy` float32 (n, 4) pixels, `class_id` int64 (n,).

    A class of PERSON is somebody of unknown role. Objects of the classes `unlabelled` may have no
    box.
    """

    xyxy: Tensor
    class_id: Tensor
    unlabelled: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Losses:
    """Scalar tensors, each a mean over assigned cells; `total` is what is minimised."""

    box: Tensor
    objectness: Tensor
    classes: Tensor
    offsets: Tensor

    @property
    def total(self) -> Tensor:
        """The weighted sum."""
        return IOU_WEIGHT * self.box + self.objectness + self.classes + self.offsets

    def detached(self) -> Self:
        """The same numbers without what they were computed from."""
        return type(self)(*(getattr(self, field.name).detach() for field in fields(self)))


def decode(maps: list[Tensor]) -> Predictions:
    """Raw maps (N, 5 + C, h, w) of the three strides to predictions in pixels."""
    flat = torch.cat([level.flatten(2) for level in maps], 2).transpose(1, 2).float()
    cells = torch.cat([_cells(level, stride) for level, stride in zip(maps, STRIDES, strict=True)])
    corner, stride = cells[:, :2], cells[:, 2]
    raw = flat[..., :4]
    centre = corner + raw[..., :2] * stride[:, None]
    half = raw[..., 2:].clamp(max=8).exp() * stride[:, None] / 2
    xyxy = torch.cat([centre - half, centre + half], -1)
    middle = corner + stride[:, None] / 2
    return Predictions(xyxy, raw, flat[..., 4], flat[..., 5:], middle, stride)


def _cells(level: Tensor, stride: int) -> Tensor:
    """Left, top and side in pixels of the cells of a map (N, C, h, w): (h * w, 3)."""
    rows, columns = torch.arange(level.shape[2]), torch.arange(level.shape[3])
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([x, y, torch.ones_like(x)], -1).reshape(-1, 3).float() * stride


def pairwise_iou(first: Tensor, second: Tensor) -> Tensor:
    """Intersection over union of xyxy boxes (n, 4) and (m, 4): (n, m)."""
    low = torch.maximum(first[:, None, :2], second[None, :, :2])
    high = torch.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (first, second)]
    return shared / (areas[0][:, None] + areas[1][None] - shared).clamp(min=1e-6)


def generalised_iou(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU of boxes paired row by row, (n, 4) each: two tensors (n,)."""
    low = torch.maximum(first[:, :2], second[:, :2])
    high = torch.minimum(first[:, 2:], second[:, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (first, second)]
    union = (areas[0] + areas[1] - shared).clamp(min=1e-6)
    low = torch.minimum(first[:, :2], second[:, :2])
    high = torch.maximum(first[:, 2:], second[:, 2:])
    hull = (high - low).prod(-1).clamp(min=1e-6)
    iou = shared / union
    return iou, iou - (hull - union) / hull


def assign(predictions: Predictions, image: int, target: Target) -> tuple[Tensor, Tensor]:
    """SimOTA for one image: cells (k,) that carry a box and which box (k,) each carries."""
    middle = (target.xyxy[:, :2] + target.xyxy[:, 2:]) / 2
    distance = (predictions.centre[None] - middle[:, None]).abs().amax(-1)
    near = distance < CENTRE_RADIUS * predictions.stride
    cells = near.any(0).nonzero()[:, 0]
    if not len(cells):
        return cells, cells
    near = near[:, cells]
    iou = pairwise_iou(target.xyxy, predictions.xyxy[image, cells]) * near
    costs = _class_cost(predictions, image, cells)
    somebody = costs[BALL + 1 :].amin(0, keepdim=True)  # of unknown role: whichever fits best
    cost = torch.cat([costs, somebody])[target.class_id]
    cost = cost - 3 * (iou + 1e-8).log() + NEVER * ~near
    matching = _cheapest(cost, iou, near)
    taken = matching.any(0)
    return cells[taken], matching[:, taken].float().argmax(0)


def _class_cost(predictions: Predictions, image: int, cells: Tensor) -> Tensor:
    """Cross-entropy (C, cells) of giving a cell each class."""
    classes = predictions.classes[image, cells].sigmoid()
    score = (classes * predictions.objectness[image, cells, None].sigmoid()).sqrt()
    negative = -(1 - score).clamp(min=1e-6).log()
    positive = -score.clamp(min=1e-6).log()
    return (negative.sum(1, keepdim=True) - negative + positive).T


def _cheapest(cost: Tensor, iou: Tensor, near: Tensor) -> Tensor:
    """Each box takes its cheapest cells, as many as its overlaps sum to: bool (n, cells)."""
    wanted = iou.topk(min(CANDIDATES, iou.shape[1]), 1).values.sum(1).int().clamp(min=1)
    rank = cost.argsort(1).argsort(1)
    matching = (rank < wanted[:, None]) & near
    shared = matching.sum(0) > 1
    winner = cost[:, shared].argmin(0)
    matching[:, shared] = F.one_hot(winner, len(cost)).T.bool()
    return matching


def detection_loss(maps: list[Tensor], targets: list[Target], *, offsets: bool) -> Losses:
    """Losses of raw maps (N, 5 + C, h, w) against one target an image.

    With `offsets` the L1 distance of dx, dy, dw, dh counts too: late in training, for tighter
    boxes. People of unknown role count in objectness and box alone, and a cell without a box that
    is best explained by an unlabelled class does not count.
    """
    predictions = decode(maps)
    with torch.no_grad():
        pairs = [assign(predictions, i, target) for i, target in enumerate(targets)]
    image = torch.cat([torch.full_like(cells, i) for i, (cells, _) in enumerate(pairs)])
    cells = torch.cat([cells for cells, _ in pairs])
    truth = [(t.xyxy[of], t.class_id[of]) for t, (_, of) in zip(targets, pairs, strict=True)]
    xyxy, class_id = (torch.cat(column) for column in zip(*truth, strict=True))
    weight = 1 + (BALL_WEIGHT - 1) * (class_id == BALL)
    iou, giou = generalised_iou(predictions.xyxy[image, cells], xyxy)
    found = torch.zeros_like(predictions.objectness)
    found[image, cells] = 1
    importance = (~_left_out(predictions, targets)).float()
    importance[image, cells] = weight
    logits = predictions.classes[image, cells]
    known = class_id != PERSON
    wanted = F.one_hot(class_id * known, logits.shape[1]) * iou.detach().clamp(min=0)[:, None]
    count = max(len(cells), 1)
    return Losses(
        box=((1 - giou) * weight).sum() / count,
        objectness=_cross_entropy(predictions.objectness, found, importance) / count,
        classes=_cross_entropy(logits, wanted, (weight * known)[:, None]) / count,
        offsets=_offset_loss(predictions, (image, cells), xyxy) / count
        if offsets
        else torch.zeros(()),
    )


def _left_out(predictions: Predictions, targets: Sequence[Target]) -> Tensor:
    """Cells (N, A) whose best class is one that is not labelled in their image: bool."""
    left_out = torch.zeros(predictions.classes.shape[::2], dtype=torch.bool)
    for image, target in enumerate(targets):
        left_out[image, sorted(target.unlabelled)] = True
    best = predictions.classes.detach().argmax(-1)
    return left_out.gather(1, best)


def _cross_entropy(logits: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    return (F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * weight).sum()


def _offset_loss(predictions: Predictions, at: tuple[Tensor, Tensor], xyxy: Tensor) -> Tensor:
    """Sum of the L1 distances between the raw box outputs and those that decode to `xyxy`."""
    stride = predictions.stride[at[1], None]
    corner = predictions.centre[at[1]] - stride / 2
    centre = ((xyxy[:, :2] + xyxy[:, 2:]) / 2 - corner) / stride
    size = ((xyxy[:, 2:] - xyxy[:, :2]).clamp(min=1e-3) / stride).log()
    return (predictions.raw[at] - torch.cat([centre, size], -1)).abs().sum()
