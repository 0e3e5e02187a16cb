"""How large the ground of a match is: what one picture cannot tell, many can.

Grounds are 100 to 110 m long and 64 to 75 m wide; boxes, circle and arcs have one size. Where a
picture shows both an end and the middle, or both touchlines, its lines tell the distance.
"""

import numpy as np

from touchline.arrays import Float64
from touchline.pitch.alignment import GROUND_NOISE
from touchline.pitch.view import PitchCamera

ALIKE = 0.5
"""What a further look at the ground's size counts: neighbours err alike."""
LARGEST, SURE = 6.0, 0.25
"""Metres by which a ground may differ, and to which its size can be known."""


class GroundSize:
    """What the looks of a match say of its ground, together.

    Attributes:
        size: float64 (2,) metres by which it is longer and wider than the dimensions say.
        information: float64 (2,) 1 / variance of both.
    """

    def __init__(self) -> None:
        self.size = np.zeros(2)
        self.information = np.full(2, GROUND_NOISE**-2)

    @property
    def noise(self) -> Float64:
        """Standard errors (2,) in metres."""
        return np.asarray(self.information**-0.5)

    def learn(self, camera: PitchCamera, covariance: Float64) -> None:
        """Take in what a look says beyond what was believed of it before.

        Args:
            camera: Aligned under what is known so far.
            covariance: (12, 12) of its parameters where nothing is known of the ground.
        """
        variance = np.diag(covariance)[[9, 8]]
        fresh = np.maximum(1 / variance - GROUND_NOISE**-2, 1e-9)
        found = np.array([camera.longer, camera.wider])
        alone = found + (found - self.size) * self.information / fresh
        weight = ALIKE * fresh
        alone = np.clip(alone, -LARGEST, LARGEST)
        self.size = (self.size * self.information + alone * weight) / (self.information + weight)
        self.information = np.minimum(self.information + weight, SURE**-2)
