"""CLIP as a verifier: the validator's decision tree on crops of its own."""

from collections.abc import Sequence

import numpy as np

from touchline.arrays import Float32, Float64, Image
from touchline.verification.clip.clip import ClipModel
from touchline.verification.decision_tree import (
    FOOTBALL,
    GRASS,
    MIN_ROUND,
    Scorer,
    ask,
    classify_balls,
    classify_people,
)
from touchline.verification.labels import Label
from touchline.verification.prompts import (
    BALL_OR_NOT,
    KINDS_OF_PERSON,
    PERSON_OR_GRASS,
    ROUND_OR_NOT,
)
from touchline.verification.verifier import View, nothing_seen

BALL_SCALE = 4
"""The crop of a football is this many times its box, about the same centre."""
_ROLES = [Label.PLAYER, Label.GOALKEEPER, Label.REFEREE]
"""In the order of the first three of ``KINDS_OF_PERSON``."""


class ClipVerifier:
    """The labels that a validator gives, where nothing is painted black; see ``Verifier``.

    A validator cuts its crops from a frame in which those before it have been blackened, and takes
    only the first football of a frame. Here each view is judged as if it were alone.

    Args:
        clip: Compares images and texts.
    """

    def __init__(self, clip: ClipModel) -> None:
        self._clip = clip

    @property
    def device(self) -> str:
        """Runtime and device, such as ``openvino:cpu``."""
        return self._clip.device

    def judge(self, views: Sequence[View]) -> Float32:
        """Look at each view on its own; see ``Verifier.judge``.

        The largest of a row is the tree's label. The others are what CLIP gave to the answers of
        the question that decided. "Not a football" is BACKGROUND, or GRASS where CLIP saw that.

        Raises:
            ModelError: the network failed, or answers something else than embeddings.
        """
        rows = nothing_seen(len(views))
        crops = {i: crop(view) for i, view in enumerate(views) if view.visible}
        scorer = self._clip.scorer()
        for is_ball, rows_of in ((False, _people), (True, _balls)):
            at = [i for i, cut in crops.items() if cut.size and views[i].is_ball is is_ball]
            if at:
                rows[at] = rows_of([crops[i] for i in at], scorer)
        return rows


def crop(view: View) -> Image:
    """What a validator cuts out of a frame, uint8 (h, w, 3) RGB, for a ``visible`` view.

    Corners are rounded to two decimals, as on the wire and as Python rounds. Those of a person are
    truncated to whole pixels. A football's box is made four times as large about its centre and
    rounded half to even, and the last row and column of the frame are never in it: of a frame one
    pixel wide it has nothing.
    """
    height, width = view.image.shape[:2]
    left, top, right, bottom = (round(corner, 2) for corner in view.xyxy.tolist())
    if view.is_ball:
        left, right = _around(left, right, width - 1)
        top, bottom = _around(top, bottom, height - 1)
    x1, x2 = (int(min(max(x, 0), width)) for x in (left, right))
    y1, y2 = (int(min(max(y, 0), height)) for y in (top, bottom))
    return view.image[y1:y2, x1:x2, ::-1]


def _around(low: float, high: float, end: int) -> tuple[int, int]:
    centre, half = low + (high - low) / 2, (high - low) * BALL_SCALE / 2
    return max(0, round(centre - half)), min(end, round(centre + half))


def _people(crops: list[Image], scorer: Scorer) -> Float64:
    """Rows (n, 6) of crops that are claimed to show a person.

    The likelier of crowd and black shape is BACKGROUND and the other GRASS: together they could
    outweigh the role that the tree decided for.
    """
    labels = np.array(classify_people(crops, scorer).labels, object)
    person = ask(crops, PERSON_OR_GRASS, scorer)[:, 0]
    kinds = ask(crops, KINDS_OF_PERSON, scorer)
    rows = np.zeros((len(crops), len(Label)))
    rows[:, _ROLES] = kinds[:, :3]
    rows[:, Label.BACKGROUND] = kinds[:, 3:].max(axis=1)
    rows[:, Label.GRASS] = kinds[:, 3:].min(axis=1)
    grass = labels == GRASS
    rows[grass] *= person[grass, None]
    rows[grass, Label.GRASS] += 1 - person[grass]
    return rows


def _balls(crops: list[Image], scorer: Scorer) -> Float64:
    """Rows (n, 6) of crops that are claimed to show a football."""
    is_football = np.array(classify_balls(crops, scorer).labels, object) == FOOTBALL
    is_round = ask(crops, ROUND_OR_NOT, scorer)[:, 0]
    kinds = ask(crops, BALL_OR_NOT, scorer)
    rows = np.zeros((len(crops), len(Label)))
    rows[:, [Label.FOOTBALL, Label.GRASS, Label.BACKGROUND]] = kinds
    other = ~is_football & (is_round < MIN_ROUND)
    rows[other] = 0
    rows[other, Label.FOOTBALL] = is_round[other]
    rows[other, Label.BACKGROUND] = 1 - is_round[other]
    return rows
