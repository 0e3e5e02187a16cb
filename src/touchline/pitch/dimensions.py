"""The pitch in metres: its 32 vertices, its painted lines and its mirror image."""

from dataclasses import dataclass, fields

import numpy as np

from touchline.arrays import Float64
from touchline.errors import UsageError, require_number

FLIP = np.array(
    [
        *(24, 25, 26, 27, 28, 29, 22, 23, 21, 17, 18, 19, 20, 13, 14, 15, 16),
        *(9, 10, 11, 12, 8, 6, 7, 0, 1, 2, 3, 4, 5, 31, 30),
    ]
)
"""Index of each vertex's mirror image about the halfway line: `points[FLIP]` after a
horizontal flip of the image."""

_ARC_STEPS = 48


@dataclass(frozen=True)
class PitchDimensions:
    """Sizes of a pitch in metres, as the Laws of the Game paint it.

    Only `length` and `width` differ between grounds; the rest is fixed by the Laws. The origin
    is the centre spot, x runs along the touchline (the left goal line is at `-length / 2`) and y
    towards the far touchline (the top of the template, at `+width / 2`).

    Raises:
        UsageError: the pitch is too small to hold its own markings.
    """

    length: float = 105.0
    width: float = 68.0
    penalty_box_length: float = 16.5
    penalty_box_width: float = 40.32
    goal_box_length: float = 5.5
    goal_box_width: float = 18.32
    circle_radius: float = 9.15
    penalty_spot: float = 11.0
    goal_width: float = 7.32

    def __post_init__(self) -> None:
        for each in fields(self):
            require_number(each.name, getattr(self, each.name), above=0)
        shortest = 2 * (self.penalty_box_length + self.circle_radius)
        if self.length < shortest or self.width < self.penalty_box_width:
            raise UsageError(
                f"A pitch of {self.length} x {self.width} m cannot hold its markings; at least "
                f"{shortest} x {self.penalty_box_width} m is needed."
            )

    @property
    def arc_half_width(self) -> float:
        """Metres from the long axis to where the penalty arc meets the penalty-box line."""
        reach = self.penalty_box_length - self.penalty_spot
        return float(np.sqrt(self.circle_radius**2 - reach**2))

    def vertices(self) -> Float64:
        """Return the 32 vertices, (32, 2) float64 metres, in the order of the keypoints.

        1-6 left goal line from the far to the near touchline, 7-8 goal box, 9 penalty spot,
        10-13 penalty-box line, 14-17 halfway line, 18-30 the same mirrored (box line 18-21, spot
        22, goal box 23-24, goal line 25-30), 31-32 the centre circle's left and right.

        Points 11, 12, 19 and 20 lie where the penalty arc meets the penalty-box line
        (+-7.31 m). The template that the validator scores with puts them at the width of the
        goal box (+-9.16 m), where no paint is: the labels, and every network trained on them,
        mark the arc.
        """
        left = self._left_half()
        right = [(-x, y) for x, y in left]
        half, radius = self.width / 2, self.circle_radius
        halfway = [(0.0, half), (0.0, radius), (0.0, -radius), (0.0, -half)]
        right = [*right[9:13], right[8], *right[6:8], *right[0:6]]
        return np.array([*left, *halfway, *right, (-radius, 0.0), (radius, 0.0)])

    def _left_half(self) -> list[tuple[float, float]]:
        goal_line = -self.length / 2
        half, box, goal_box = self.width / 2, self.penalty_box_width / 2, self.goal_box_width / 2
        on_line = [half, box, goal_box, -goal_box, -box, -half]
        on_box = [box, self.arc_half_width, -self.arc_half_width, -box]
        return [
            *((goal_line, y) for y in on_line),
            (goal_line + self.goal_box_length, goal_box),
            (goal_line + self.goal_box_length, -goal_box),
            (goal_line + self.penalty_spot, 0.0),
            *((goal_line + self.penalty_box_length, y) for y in on_box),
        ]

    def lines(self) -> list[Float64]:
        """Return every painted line as a polyline: a list of (n, 2) float64 metres.

        Outline, halfway line, both penalty and goal boxes, centre circle and penalty arcs;
        straight runs have only their corners, arcs about one point a metre.
        """
        outline = _box(-self.length / 2, self.length / 2, self.width)
        halfway = np.array([[0.0, self.width / 2], [0.0, -self.width / 2]])
        circle = self._arc(0.0, -np.pi, np.pi)
        return [outline, halfway, circle, *self._end(-1.0), *self._end(1.0)]

    def _end(self, side: float) -> list[Float64]:
        goal_line = side * self.length / 2
        penalty = _box(
            goal_line, goal_line - side * self.penalty_box_length, self.penalty_box_width
        )
        goal_box = _box(goal_line, goal_line - side * self.goal_box_length, self.goal_box_width)
        opening = float(np.arcsin(self.arc_half_width / self.circle_radius))
        middle = 0.0 if side < 0 else np.pi
        spot = goal_line - side * self.penalty_spot
        return [penalty, goal_box, self._arc(spot, middle - opening, middle + opening)]

    def _arc(self, x: float, start: float, end: float) -> Float64:
        angles = np.linspace(start, end, _ARC_STEPS)
        columns = [x + self.circle_radius * np.cos(angles), self.circle_radius * np.sin(angles)]
        return np.stack(columns, axis=1)


def _box(x_start: float, x_end: float, width: float) -> Float64:
    top, bottom = width / 2, -width / 2
    corners = [(x_start, top), (x_end, top), (x_end, bottom), (x_start, bottom), (x_start, top)]
    return np.array(corners)
