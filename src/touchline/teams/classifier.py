"""Two teams told apart in crops of players, wherever the crops come from."""

from collections.abc import Sequence

import numpy as np

from touchline.arrays import Float64, Image, Images, Int64, require_pictures
from touchline.errors import UsageError
from touchline.teams.kits import CROP, cut, describe, grass_colour
from touchline.teams.mixture import halves
from touchline.teams.model import TeamModel, load_team_model

FEWEST = 2
"""Crops that two teams are learnt from."""


class TeamClassifier:
    """Sorts crops of outfield players into two teams by their kits.

    ::

        classifier = tl.TeamClassifier()
        classifier.fit(crops)
        classifier.predict(crops)  # array([0, 1, 1, 0, ...])

    It knows crops only. ``tl.analyze`` says more: tracks, places and the detector's word count
    there too, and keepers and referees are told apart.

    Args:
        model: What is known of kits; None is the one that ships.

    Raises:
        ModelError: The model that ships is missing or was changed.
    """

    def __init__(self, model: TeamModel | None = None) -> None:
        self._space = (model or load_team_model()).space
        self._kits: Float64 | None = None
        self._grass: Float64 | None = None

    def fit(self, crops: Sequence[Image]) -> None:
        """Learn the two kits.

        Args:
            crops: At least two of outfield players of both teams, each uint8 (H, W, 3) BGR, cut
                along the box.

        Raises:
            UsageError: There are too few crops, or one is no such image.
        """
        crops = require_pictures(crops, noun="crop")
        if len(crops) < FEWEST:
            raise UsageError(f"two teams are learnt from {FEWEST} crops or more; got {len(crops)}")
        reduced = _reduced(crops)
        self._grass = grass_colour(reduced.reshape(-1, CROP[0], 3))
        place = self._space.place(describe(reduced, self._grass)[0])
        half = halves(place, np.ones(len(place)), np.random.default_rng(0))
        self._kits = np.stack([place[~half].mean(axis=0), place[half].mean(axis=0)])

    def predict(self, crops: Sequence[Image]) -> Int64:
        """The team (n,) of each crop, 0 or 1.

        Raises:
            UsageError: Nothing was learnt yet, or a crop is no image.
        """
        if self._kits is None or self._grass is None:
            raise UsageError("TeamClassifier.fit comes before predict")
        crops = require_pictures(crops, noun="crop")
        if not crops:
            return np.zeros(0, np.int64)
        place = self._space.place(describe(_reduced(crops), self._grass)[0])
        apart = ((place[:, None] - self._kits) ** 2).sum(axis=2)
        return np.asarray(apart.argmin(axis=1), np.int64)


def _reduced(crops: Sequence[Image]) -> Images:
    whole = [cut(crop, np.array([[0, 0, crop.shape[1], crop.shape[0]]])) for crop in crops]
    return np.concatenate(whole)
