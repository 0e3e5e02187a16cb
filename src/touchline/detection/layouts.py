"""How detectors of others take pictures and give boxes: a layout for each family of exports.

========= ==================================== ============================= ======================
layout    picture                              outputs                       source
========= ==================================== ============================= ======================
yolov5    RGB / 255, grey around it            (N, A, 5 + C): centre, size,  Ultralytics YOLOv5 and
                                               object, classes               v7, ``export.py``
yolov8    RGB / 255, grey around it            (N, 4 + C, A): centre, size,  Ultralytics YOLOv8 to
                                               classes                       12
yolox     BGR, grey to its right and below     (N, A, 5 + C) on strides 8,   Megvii YOLOX,
                                               16, 32: not decoded           arXiv:2107.08430
rf-detr   RGB, ImageNet's mean and deviation,  (N, Q, 4): centre, size,      Roboflow RF-DETR,
          stretched                            shares; (N, Q, C) logits      ``export``
d-fine    RGB / 255, stretched; its size       labels, boxes, scores (N, Q)  D-FINE and RT-DETR,
                                                                             ``export_onnx.py``
========= ==================================== ============================= ======================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from touchline.arrays import AnyArray, Float32, Image, Int64
from touchline.inference import Port

Layout = Literal["yolov5", "yolov8", "yolox", "rf-detr", "d-fine"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
STRIDES = (8, 16, 32)
GREY = 114
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
"""Of ImageNet, RGB."""
ALIKE: tuple[Layout, ...] = ("yolov5", "yolov8", "yolox")
"""Layouts whose pictures keep their shape and are filled up with grey."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture in a network's: ``at * scale + offset``, x and y.

    Attributes:
        scale: float32 (2,) pixels of the network's for one of the picture.
        offset: float32 (2,) pixels.
    """

    scale: Float32
    offset: Float32

    def to_picture(self, xyxy: Float32) -> Float32:
        """Boxes (n, 4) in pixels of the picture."""
        return np.asarray((xyxy - np.tile(self.offset, 2)) / np.tile(self.scale, 2), np.float32)


def placement(layout: Layout, picture: tuple[int, int], size: tuple[int, int]) -> Placement:
    """How a picture of (width, height) lies in a network's."""
    inside = np.array(size, np.float32)
    scale = np.asarray(inside / np.array(picture, np.float32), np.float32)
    if layout not in ALIKE:
        return Placement(scale, np.zeros(2, np.float32))
    scale = np.full(2, scale.min(), np.float32)
    rest = inside - np.round(np.array(picture, np.float32) * scale)
    return Placement(scale, np.asarray(0 * rest if layout == "yolox" else rest // 2, np.float32))


def prepared(layout: Layout, image: Image, size: tuple[int, int]) -> Float32:
    """A picture, uint8 (H, W, 3) BGR, as a layout takes it: float32 (1, 3, height, width)."""
    place = placement(layout, (image.shape[1], image.shape[0]), size)
    inner = np.round(np.array([image.shape[1], image.shape[0]]) * place.scale).astype(int)
    canvas = np.full((size[1], size[0], 3), GREY, np.uint8)
    left, top = place.offset.astype(int)
    small = cv2.resize(image, (int(inner[0]), int(inner[1])), interpolation=cv2.INTER_LINEAR)
    canvas[top : top + inner[1], left : left + inner[0]] = small
    given = np.asarray(canvas if layout == "yolox" else canvas[..., ::-1] / 255, np.float32)
    if layout == "rf-detr":
        given = (given - MEAN) / DEVIATION
    return np.ascontiguousarray(given.transpose(2, 0, 1)[None], np.float32)


def scored(
    layout: Layout,
    outputs: Sequence[AnyArray],
    ports: Sequence[Port],
    size: tuple[int, int],
    classes: int,
) -> tuple[Float32, Float32]:
    """Boxes (n, 4) in pixels of the network's picture, and the score (n, classes) of each class.

    Args:
        layout: Of the network.
        outputs: For one picture.
        ports: Their names and shapes.
        size: (width, height) of the network's picture.
        classes: How many it knows.
    """
    if layout == "d-fine":
        named = {port.name: output[0] for port, output in zip(ports, outputs, strict=True)}
        return _one_hot(named["boxes"], named["labels"].astype(np.int64), named["scores"], classes)
    if layout == "rf-detr":
        boxes, logits = sorted(
            (output[0] for output in outputs), key=lambda each: each.shape[1] != 4
        )
        return _corners(boxes * np.tile(np.array(size), 2)), _sigmoid(logits[:, :classes])
    table = np.asarray(outputs[0][0], np.float32)
    if layout == "yolov8":
        return _corners(table.T[:, :4]), table.T[:, 4:]
    if layout == "yolox":
        table = _decoded(table, size)
    return _corners(table[:, :4]), table[:, 5:] * table[:, 4:5]


def guessed(ports: Sequence[Port], inputs: Sequence[Port], classes: int) -> Layout | None:
    """The layout that a network's ports tell, or None: YOLOX and YOLOv5 look alike from outside."""
    if {"labels", "boxes", "scores"} <= {port.name for port in ports} and len(inputs) == 2:
        return "d-fine"
    if len(ports) == 2 and any(port.shape[-1] == 4 for port in ports):
        return "rf-detr"
    if len(ports) == 1 and len(ports[0].shape) == 3 and ports[0].shape[1] == 4 + classes:
        return "yolov8"
    return None


def _corners(boxes: AnyArray) -> Float32:
    """Centre and size to corners."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1).astype(np.float32)


def _decoded(table: Float32, size: tuple[int, int]) -> Float32:
    """What YOLOX says of each cell of its grids, in pixels."""
    grids = []
    for each in STRIDES:
        columns, rows = np.meshgrid(np.arange(size[0] // each), np.arange(size[1] // each))
        grids.append(np.stack([columns, rows, np.full_like(rows, each)], axis=-1).reshape(-1, 3))
    cells = np.concatenate(grids).astype(np.float32)
    stride = cells[:, 2:]
    centre = (table[:, :2] + cells[:, :2]) * stride
    return np.concatenate([centre, np.exp(table[:, 2:4]) * stride, table[:, 4:]], axis=1)


def _one_hot(
    boxes: AnyArray, labels: Int64, scores: AnyArray, classes: int
) -> tuple[Float32, Float32]:
    every = np.zeros((len(labels), classes), np.float32)
    known = (labels >= 0) & (labels < classes)
    every[np.flatnonzero(known), labels[known]] = scores[known]
    return np.asarray(boxes, np.float32), every


def _sigmoid(logits: AnyArray) -> Float32:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)
