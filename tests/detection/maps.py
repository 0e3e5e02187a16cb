"""Maps of a detector written by hand: what it would answer to boxes that we choose."""

import numpy as np

STRIDES = (8, 16, 32)


def empty_maps(width, height):
    """Maps (9, h, w) of a canvas on which nothing is seen."""
    return [np.zeros((9, height // s, width // s), np.float32) for s in STRIDES]


def put(maps, xyxy, class_id, *, score=0.9, level=0, probabilities=None):
    """Let one cell of a level see one box."""
    stride = STRIDES[level]
    x0, y0, x1, y1 = xyxy
    column, row = int((x0 + x1) / 2 / stride), int((y0 + y1) / 2 / stride)
    cell = maps[level][:, row, column]
    cell[:2] = (x0 + x1) / 2 / stride - column, (y0 + y1) / 2 / stride - row
    cell[2:4] = np.log((x1 - x0) / stride), np.log((y1 - y0) / stride)
    cell[4] = score
    cell[5 + class_id] = 1
    if probabilities is not None:
        cell[5:] = probabilities


class MapEngine:
    """An engine that answers the same maps to every image, and notes the batches it gets."""

    name = "hand"
    device = "test"

    def __init__(self, maps, room=10**6):
        self.maps, self.room, self.shapes = maps, room, []

    def run(self, images):
        self.shapes.append(images.shape)
        if len(images) > self.room:
            raise MemoryError
        return {
            f"stride_{s}": np.stack([grid] * len(images))
            for s, grid in zip(STRIDES, self.maps, strict=True)
        }
