"""The pitch that the validator scores with: 120 x 70 m, in centimetres.

A real pitch is 105 x 68 m, and points 11, 12, 19 and 20 stand where no paint is, so true keypoints
do not fit it. It belongs to this score alone; ``touchline.pitch.PitchDimensions`` is the pitch.
"""

import numpy as np

from touchline.arrays import Float64

LENGTH, WIDTH = 12000, 7000
"""Centimetres along the touchline (x) and along the goal line (y)."""

_BOX_WIDTH, _BOX_LENGTH = 4100, 2015
_GOAL_BOX_WIDTH, _GOAL_BOX_LENGTH = 1832, 550
_RADIUS, _SPOT = 915, 1100


def _across(width: int) -> tuple[float, float]:
    """Where a box of this width begins and ends along y."""
    return (WIDTH - width) / 2, (WIDTH + width) / 2


def _vertices() -> Float64:
    box, goal_box, middle = _across(_BOX_WIDTH), _across(_GOAL_BOX_WIDTH), WIDTH / 2
    on_goal_line = [0, box[0], goal_box[0], goal_box[1], box[1], WIDTH]
    on_box_line = [box[0], goal_box[0], goal_box[1], box[1]]
    on_halfway = [0, middle - _RADIUS, middle + _RADIUS, WIDTH]
    columns = [
        (0, on_goal_line),
        (_GOAL_BOX_LENGTH, goal_box),
        (_SPOT, [middle]),
        (_BOX_LENGTH, on_box_line),
        (LENGTH / 2, on_halfway),
        (LENGTH - _BOX_LENGTH, on_box_line),
        (LENGTH - _SPOT, [middle]),
        (LENGTH - _GOAL_BOX_LENGTH, goal_box),
        (LENGTH, on_goal_line),
        (LENGTH / 2 - _RADIUS, [middle]),
        (LENGTH / 2 + _RADIUS, [middle]),
    ]
    return np.array([(x, y) for x, column in columns for y in column], np.float64)


VERTICES = _vertices()
"""float64 (32, 2) centimetres, origin at the first corner; none is (0, 0) but the first."""


def scaled_vertices(width: int, height: int) -> Float64:
    """The vertices as an image of ``width`` x ``height`` would hold them, (32, 2).

    x runs along the 12000 side but is scaled by ``width / 7000``, y by ``height / 12000``: the
    template is 1.7 times as wide as the image and 0.58 times as high.
    """
    return VERTICES * (width / WIDTH, height / LENGTH)
