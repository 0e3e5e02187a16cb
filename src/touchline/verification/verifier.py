"""What a verifier is: views in, probabilities of what they show out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from touchline.arrays import AnyFloat, Bools, Float32, Float64, Image
from touchline.frame import TrackedFrame
from touchline.verification.labels import PEOPLE, Label


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One look at one object.

    Attributes:
        image: The whole frame, uint8 (H, W, 3) BGR; a verifier cuts from it what it needs.
        xyxy: float (4,), the box in pixels of ``image``; may reach beyond it.
        is_ball: Whether a football is claimed to be there, and not a person.
    """

    image: Image
    xyxy: AnyFloat
    is_ball: bool = False

    @staticmethod
    def of(frame: TrackedFrame, xyxy: Float64, *, is_ball: bool = False) -> "View":
        """A look at a box, in pixels of the frame, of a frame that has a picture."""
        assert frame.image is not None, "only frames with a picture are looked at"
        return View(frame.image, xyxy * frame.scale, is_ball)

    @property
    def visible(self) -> bool:
        """Whether the box is finite and at least a pixel of it lies in the image."""
        if not np.isfinite(self.xyxy).all():
            return False
        height, width = self.image.shape[:2]
        low = np.maximum(self.xyxy[:2], 0)
        high = np.minimum(self.xyxy[2:], (width, height))
        return bool((high - low >= 1).all())


class Verifier(Protocol):
    """Labels what a crop shows. Keeps no state between calls, so several threads may share one."""

    def judge(self, views: Sequence[View]) -> Float32:
        """Look at each view on its own.

        Returns:
            float32 (n, 6): the probability of each ``Label``; rows sum to 1, and the largest is
            the predicted label. A view that is not ``visible`` is BACKGROUND with certainty.

        Raises:
            ModelError: the network failed.
        """


def nothing_seen(count: int) -> Float32:
    """Rows (count, 6), BACKGROUND with certainty: for views that are not visible."""
    rows = np.zeros((count, len(Label)), np.float32)
    rows[:, Label.BACKGROUND] = 1
    return rows


def as_claimed(probabilities: Float64, is_ball: Bools) -> Float64:
    """Probability (n,) that each crop shows what was claimed: a football, or a person of any role.

    Args:
        probabilities: (n, 6), one column per ``Label``.
        is_ball: (n,) whether a football was claimed.
    """
    person = probabilities[:, list(PEOPLE)].sum(axis=1)
    return np.where(is_ball, probabilities[:, Label.FOOTBALL], person)
