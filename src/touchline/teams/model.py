"""What was learnt from labelled matches: the space of kits, what places mean, how roles spread."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from touchline.arrays import Float64
from touchline.inference import weights
from touchline.teams.kits import KitSpace

NAME = "kits"
WORD = 0.65
"""What the detector's word on a role counts: it is sure of kits that it has never seen."""
UNSURE = 8.0
"""Log odds of being nobody of the game for each unit of the detector's score below ``ORDINARY``."""
ORDINARY = 0.62
_FLOOR = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class TeamModel:
    """Everything about kits and places that does not depend on the match.

    Attributes:
        space: Of kits.
        frequency: float64 (4,), log share of nobodies, keepers, players and referees among boxes.
        centre: float64 (r,), mean of the rules of place; see ``place.RULES``.
        scale: float64 (r,), their standard deviation.
        weights: float64 (r + 1, 4), of a multinomial logistic regression on them, the last row for
            the constant.
    """

    space: KitSpace
    frequency: Float64
    centre: Float64
    scale: Float64
    weights: Float64

    def of_place(self, rules: Float64) -> Float64:
        """Log odds (n, 4) of the roles by rules of place (n, r), over how frequent they are."""
        scores = (rules - self.centre) / self.scale @ self.weights[:-1] + self.weights[-1]
        total = np.logaddexp.reduce(scores, axis=1)[:, None]
        return np.asarray(scores - total - self.frequency)

    def of_word(self, class_scores: Float64, confidence: Float64) -> Float64:
        """Log probabilities (n, 4) of the roles by the detector's word.

        Args:
            class_scores: (n, 4), the probability of each ``ClassId``, each from 0 to 1 on its own;
                NaN says no more than how frequent the roles are.
            confidence: (n,), its score.
        """
        usual = np.exp(self.frequency[1:])
        told = np.where(np.isnan(class_scores[:, 1:]), usual, class_scores[:, 1:])
        word = np.log(np.clip(told, _FLOOR, 1))
        word -= np.logaddexp.reduce(word, axis=1)[:, None]
        word = WORD * (word - self.frequency[1:]) + self.frequency[1:]
        word -= np.logaddexp.reduce(word, axis=1)[:, None]
        nobody = self.frequency[0] + np.clip(UNSURE * (ORDINARY - confidence), -3, 4)
        roles = word + np.log1p(-np.exp(self.frequency[0]))
        both = np.concatenate([nobody[:, None], roles], axis=1)
        return np.asarray(both - np.logaddexp.reduce(both, axis=1)[:, None])


@cache
def load_team_model() -> TeamModel:
    """The model that ships with Touchline.

    Raises:
        ModelError: Its file is missing or was changed.
    """
    with np.load(weights.find(NAME), allow_pickle=False) as file:
        given = {name: file[name].astype(np.float64) for name in file.files}
    space = KitSpace(given["mean"], given["matrix"], given["spread"])
    names = ("frequency", "centre", "scale", "weights")
    return TeamModel(space, *(given[name] for name in names))
