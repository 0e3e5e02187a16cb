"""All objects of a window of frames as one table: what travels inside the room."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from touchline.arrays import Float64, Int64
from touchline.frame import Objects, TrackedFrame, concatenate


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rows(Objects):
    """The objects of a window, in frame order.

    Attributes:
        place: int (n,) number of the frame in the window.
        probability: float64 (n,) that the object is one of its class, as the verifier says; NaN
            where it did not look.
    """

    place: Int64
    probability: Float64

    @classmethod
    def of(cls, window: Sequence[TrackedFrame]) -> "Rows":
        """Gather the objects of all frames."""
        objects = concatenate([each.objects for each in window])
        lengths = [len(each.objects) for each in window]
        own = {each.name: getattr(objects, each.name) for each in fields(Objects)}
        place = np.repeat(np.arange(len(window)), lengths)
        return cls(**own, place=place, probability=np.full(len(objects), np.nan))

    def sorted(self) -> "Rows":
        """The same in frame order; stable."""
        return self[np.argsort(self.place, kind="stable")]


def answered(window: Sequence[TrackedFrame], rows: Rows) -> list[Objects]:
    """The objects of each frame of a window, with the verifier's word as ``verified``."""
    verified = rows.with_columns(verified=rows.probability.astype(np.float32))
    own = {each.name: getattr(verified, each.name) for each in fields(Objects)}
    objects = Objects(**own)
    return [objects[rows.place == place] for place in range(len(window))]
