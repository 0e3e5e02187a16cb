"""The validator's decision tree: crops in, labels out, whoever compares image and text.

::

    claimed to be a person                       claimed to be a football, the first of its frame
    "person" against "grass"                     "round object" against "random object"
    ├── P(person) <= 0.08: grass                 ├── P(round) < 0.5: not a football
    └── else the likeliest of football player,   └── else "soccer ball", "grass", "other":
        goalkeeper, referee, crowd, black shape      football if the first is likeliest,
                                                     not a football otherwise

A probability is a softmax over the prompts of one question. Of equal ones the first wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from touchline.arrays import AnyFloat, Bools, Float64, Image
from touchline.errors import ModelError, UsageError
from touchline.frame import ClassId
from touchline.verification.prompts import (
    BALL_OR_NOT,
    KINDS_OF_PERSON,
    PERSON_OR_GRASS,
    ROUND_OR_NOT,
)

MIN_PERSON = 0.08
"""P(person) up to which a crop is grass."""
MIN_ROUND = 0.5
"""P(round) below which a crop shows no football."""

FOOTBALL = "football"
NOT_A_FOOTBALL = "not a football"
PLAYER, GOALKEEPER, REFEREE, CROWD, BLACK_SHAPE = KINDS_OF_PERSON
GRASS = PERSON_OR_GRASS[1]

CLASS_OF_LABEL: Mapping[str, ClassId | None] = MappingProxyType(
    {
        FOOTBALL: ClassId.BALL,
        GOALKEEPER: ClassId.GOALKEEPER,
        PLAYER: ClassId.PLAYER,
        REFEREE: ClassId.REFEREE,
        GRASS: None,
        CROWD: None,
        BLACK_SHAPE: None,
        NOT_A_FOOTBALL: None,
    }
)
"""The class of each label that the tree can give; None where there is no object of the game."""

Scorer = Callable[[list[Image], list[str]], AnyFloat]
"""``scorer(images_rgb, texts)``: logits (n, m) of n images uint8 (h, w, 3) RGB against m texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """The tree's labels of n crops.

    Attributes:
        labels: n labels, keys of ``CLASS_OF_LABEL``.
        probability: float64 (n,), of each label in the last question about its crop: of grass
            1 - P(person), of a person's label its share among the kinds of person, of a football
            its share of the second question; of "not a football" what is left to 1 in the question
            that ruled the football out.
    """

    labels: tuple[str, ...]
    probability: Float64

    def __len__(self) -> int:
        return len(self.labels)


def classify_people(images_rgb: Sequence[Image], scorer: Scorer) -> Verdicts:
    """Label crops that are claimed to show people, of one frame or of many.

    Args:
        images_rgb: n crops, uint8 (h, w, 3) RGB, none of them empty.
        scorer: Compares images and texts. It is called at most twice, and not at all for no crops.

    Returns:
        The labels of the tree's left side.

    Raises:
        UsageError: A crop is no image or has no area.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    crops = _checked(images_rgb)
    person = _ask(crops, PERSON_OR_GRASS, scorer)[:, 0]
    maybe = person > MIN_PERSON
    kinds = _ask(_chosen(crops, maybe), KINDS_OF_PERSON, scorer)
    labels = np.full(len(crops), GRASS, object)
    labels[maybe] = np.array(KINDS_OF_PERSON, object)[kinds.argmax(axis=1)]
    probability = 1 - person
    probability[maybe] = kinds.max(axis=1)
    return Verdicts(tuple(labels.tolist()), probability)


def classify_balls(images_rgb: Sequence[Image], scorer: Scorer) -> Verdicts:
    """Label crops that are claimed to show a football, each the first of its frame.

    The caller cuts the crop: four times the size of the box, about its centre.

    Args:
        images_rgb: n crops, uint8 (h, w, 3) RGB, none of them empty.
        scorer: Compares images and texts. It is called at most twice, and not at all for no crops.

    Returns:
        The labels of the tree's right side.

    Raises:
        UsageError: A crop is no image or has no area.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    crops = _checked(images_rgb)
    is_round = _ask(crops, ROUND_OR_NOT, scorer)[:, 0]
    maybe = is_round >= MIN_ROUND
    ball = _ask(_chosen(crops, maybe), BALL_OR_NOT, scorer)
    is_ball = np.zeros(len(crops), np.bool_)
    is_ball[maybe] = ball.argmax(axis=1) == 0
    football = is_round.copy()
    football[maybe] = ball[:, 0]
    labels = tuple(FOOTBALL if yes else NOT_A_FOOTBALL for yes in is_ball.tolist())
    return Verdicts(labels, np.where(is_ball, football, 1 - football))


def ask(images_rgb: Sequence[Image], texts: Sequence[str], scorer: Scorer) -> Float64:
    """One question: how well each text fits each image.

    Args:
        images_rgb: n images, uint8 (h, w, 3) RGB, none of them empty.
        texts: m prompts.
        scorer: Compares images and texts; not called for no images.

    Returns:
        float64 (n, m), a softmax over the texts: rows sum to 1.

    Raises:
        UsageError: An image is none or has no area.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    return _ask(_checked(images_rgb), texts, scorer)


def _ask(crops: list[Image], texts: Sequence[str], scorer: Scorer) -> Float64:
    if not crops:
        return np.zeros((0, len(texts)))
    logits = np.asarray(scorer(crops, list(texts)))
    if logits.shape != (len(crops), len(texts)) or logits.dtype.kind not in "fiu":
        raise ModelError(
            f"the scorer answered {logits.dtype} {logits.shape} to {len(crops)} images and "
            f"{len(texts)} texts; numbers of shape ({len(crops)}, {len(texts)}) are needed."
        )
    if not np.isfinite(logits).all():
        row = int(np.argmin(np.isfinite(logits).all(axis=1)))
        raise ModelError(f"the scorer's answer to image {row} is not finite.")
    exact = logits.astype(np.float64)
    powers = np.exp(exact - exact.max(axis=1, keepdims=True))
    shares: Float64 = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _checked(images_rgb: Sequence[Image]) -> list[Image]:
    for i, crop in enumerate(images_rgb):
        if crop.ndim != 3 or crop.shape[2] != 3 or crop.dtype != np.uint8 or not crop.size:
            raise UsageError(
                f"crop {i} is {crop.dtype} {crop.shape}; a crop is uint8 (h, w, 3) with an area."
            )
    return list(images_rgb)


def _chosen(crops: list[Image], which: Bools) -> list[Image]:
    return [crop for crop, yes in zip(crops, which.tolist(), strict=True) if yes]
