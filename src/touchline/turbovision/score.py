"""What an answer to an element is paid, and beside it what the rules make of no answer at all."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.evaluation.formats import read_json
from touchline.frame import N_KEYPOINTS
from touchline.turbovision.answer import MinerAnswer
from touchline.turbovision.remarks import remarks
from touchline.turbovision.scoring import (
    Asked,
    Element,
    Known,
    Payment,
    Served,
    pay,
    read_truth,
)
from touchline.video import read_frames

LEAST_FRAMES = 3
"""Frames that a challenge of that many or more needs at least; a shorter one needs all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ElementScore:
    """What an answer is paid.

    Attributes:
        answer: Where it was read.
        element: By whose rules.
        payment: What the validator records.
        empty: What it would record for an answer that says nothing about the same frames.
        remarks: What an honest reader has to know about the figure, a sentence each.
    """

    answer: str
    element: Element
    payment: Payment
    empty: Payment
    remarks: tuple[str, ...]

    @property
    def above_empty(self) -> float:
        """How much of the pay is for what was answered; may be below 0."""
        return self.payment.score - self.empty.score

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return {
            "protocol": "turbovision",
            "answer": self.answer,
            "element": self.element.id,
            **_figures(self.payment),
            "weights": dict(self.element.pillars),
            "theta": self.element.theta,
            "delta_floor": self.element.delta_floor,
            "beta": self.element.beta,
            "empty_answer": _figures(self.empty),
            "above_empty": self.above_empty,
            "remarks": list(self.remarks),
        }


def read_asked(
    frames: str | os.PathLike[str], truth: str | os.PathLike[str] | None, *, element: Element
) -> Asked:
    """Read what an answer is held against.

    Args:
        frames: The video of the challenge, or a folder of its images in their order.
        truth: ``{"annotations": [...]}``; needed unless only keypoints are paid.
        element: Where it pays no keypoints, pictures are not kept.

    Raises:
        InputError: Something cannot be read, or no truth is given that a pillar asks for.
    """
    boxes = element.family != "PitchCalib" and set(element.pillars) - {"keypoints_iou"}
    if boxes and truth is None:
        raise InputError(
            f"element {element.id!r} is paid by {', '.join(element.pillars)}, which need the true "
            "boxes; a file of annotations is missing."
        )
    known: Known = {} if truth is None else read_truth(read_json(truth))
    if boxes and not known:
        raise InputError(f"{truth} has no annotation that can be read; a validator breaks over it.")
    images: dict[Any, Image] = {}
    size = None
    for frame in read_frames(frames):
        size = frame.image.shape[:2]
        images[frame.index] = frame.image if element.pays_keypoints else frame.image[:0]
    return Asked(truth=known, images=images, size=size)


def score_answer(
    answer: MinerAnswer, asked: Asked, *, element: Element, latency_ms: float = 0.0
) -> ElementScore:
    """Score an answer as a validator does.

    Args:
        answer: What was answered.
        asked: By which truth, and about which frames.
        element: By which rules.
        latency_ms: From request to answer.

    Raises:
        UsageError: The validator would break over the answer, and record nothing.
    """
    served = Served(
        success=answer.success,
        latency_ms=latency_ms,
        least_frames=min(LEAST_FRAMES, len(asked.images)),
        most_frames=len(asked.images),
    )
    payment = pay(answer.predictions, asked, element=element, served=served)
    nothing = [
        {"frame_id": key, "boxes": [], "keypoints": [[0, 0]] * N_KEYPOINTS} for key in asked.images
    ]
    empty = pay({"frames": nothing}, asked, element=element, served=Served())
    return ElementScore(
        answer=answer.path,
        element=element,
        payment=payment,
        empty=empty,
        remarks=tuple(remarks(answer.frames, asked, element=element, payment=payment)),
    )


def _figures(payment: Payment) -> dict[str, Any]:
    """A payment as JSON has it: without what its pillars were measured from."""
    return {
        "score": payment.score,
        "shut": payment.shut,
        "rtf": payment.rtf,
        "pillars": dict(payment.pillars),
        "weighted": payment.weighted,
        "gated": payment.gated,
    }


def pillar_rows(score: ElementScore) -> Mapping[str, tuple[float, float, float, float]]:
    """By pillar its weight, its score, what it adds to the sum, and what it adds for nothing."""
    paid, empty = score.payment.pillars, score.empty.pillars
    return {
        name: (weight, paid[name], weight * paid[name], weight * empty.get(name, 0.0))
        for name, weight in score.element.pillars.items()
        if name in paid
    }
