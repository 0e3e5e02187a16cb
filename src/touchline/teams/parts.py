"""One match that was seen in parts: which team is which from one part to the next."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.teams.mixture import KEEPERS, TEAMS, Kits, People, kits_of


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is known of a part of a match.

    Attributes:
        memory: ``Teams.memory`` of who has seen it.
        new_id: By which id a track of it is known in the whole match.
        begin: Seconds from which it is taken: parts may overlap.
        end: Seconds before which it is.
    """

    memory: object
    new_id: Callable[[int], int]
    begin: float
    end: float


def numbered_alike(shares: Float64, people: People, known: Kits, spread: Float64) -> Float64:
    """Shares (n, 6) of people with teams, and keepers, numbered as those whose kits are known.

    Each part numbers them by chance. Of both ways the one is taken in which kits of one number lie
    closer, in the variances (d,) of kits; what nobody wore in one of the two says nothing.
    """
    for pair in (TEAMS, KEEPERS):
        swapped = shares.copy()
        swapped[:, pair] = shares[:, pair][:, ::-1]
        if _apart(kits_of(people, swapped), known, pair, spread) < _apart(
            kits_of(people, shares), known, pair, spread
        ):
            shares = swapped
    return shares


def _apart(one: Kits, other: Kits, pair: slice, spread: Float64) -> float:
    """How far the kits of a pair lie from those of the same numbers."""
    weight = np.minimum(one.precision[pair], other.precision[pair])
    far = ((one.mean[pair] - other.mean[pair]) ** 2 / spread).sum(axis=1)
    return float((weight * np.nan_to_num(far)).sum())
