"""Who compares image and text: the validator's CLIP where it was pulled, else a stand-in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from touchline.arrays import AnyFloat, Float64, Image
from touchline.errors import ModelError
from touchline.inference import Device
from touchline.scorevision.scoring import read_boxes, score_frame_boxes
from touchline.scorevision.wire import WireObject
from touchline.verification import (
    BALL_OR_NOT,
    KINDS_OF_PERSON,
    MIN_PERSON,
    PEOPLE,
    PERSON_OR_GRASS,
    ROUND_OR_NOT,
    Label,
    Scorer,
    Verifier,
    View,
    load_student,
)
from touchline.verification.clip import installed, load_clip

VALIDATORS = "clip"
"""The name of the CLIP that validators use: ViT-B/32 of openai, in 32 bits."""
LEAST = 1e-6
"""The probability that stands for none: a logarithm needs one."""

EVEN_ODDS = float(np.log(MIN_PERSON / (1 - MIN_PERSON)))
"""Added to the logit of a person, so that P(person) = 0.5 lands on the tree's threshold of 0.08:
that suits CLIP, which is seldom sure of a person; a calibrated verifier means what it says."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who compares image and text, and what that may be called.

    Attributes:
        name: ``clip`` for the CLIP that validators use, ``student`` or another name otherwise.
        of_frame: ``of_frame(image_bgr, objects)`` gives the scorer for the boxes of one frame, as
            ``score_frame_boxes`` takes it.
        frames: Scorer for whole frames; None where it cannot say of one that it shows a pitch.
            Frames are then selected as by a validator that has no CLIP: only those with a pitch
            score of 1.
    """

    name: str
    of_frame: Callable[[Image, Sequence[WireObject]], Scorer]
    frames: Scorer | None

    @property
    def is_validators(self) -> bool:
        """Whether a validator would come to the same labels."""
        return self.name == VALIDATORS


def same_for_all(name: str, scorer: Scorer, *, sees_frames: bool = True) -> Judge:
    """A judge with one scorer for every box and, if it ``sees_frames``, for whole frames.

    Whatever the scorer raises comes out as a ``ModelError``.
    """
    safe = guarded(name, scorer)
    return Judge(name, lambda image, objects: safe, safe if sees_frames else None)


def guarded(name: str, scorer: Scorer) -> Scorer:
    """The same scorer, of which whatever is raised comes out as a ``ModelError``."""

    def ask(images_rgb: list[Image], texts: list[str]) -> AnyFloat:
        try:
            return scorer(images_rgb, texts)
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(
                f"the scorer {name} failed on {len(images_rgb)} images: {error}"
            ) from error

    return ask


def load_judge(
    name: str = "auto",
    *,
    cache: Path | None = None,
    device: Device = "auto",
    threads: int | None = None,
) -> Judge:
    """Load who judges.

    Args:
        name: ``student``, the name of a CLIP that was pulled, or ``auto``: ``clip`` where it was,
            else the student.
        cache: Folder of the networks that were pulled; None is the usual one.
        device: See ``load_engine``.
        threads: See ``load_engine``.

    Raises:
        UsageError: There is no CLIP of that name.
        ModelError: Its weights are missing, damaged, or were not pulled.
    """
    if name == "student" or (name == "auto" and not installed(VALIDATORS, cache)):
        return student_judge(load_student(cache=cache, device=device, threads=threads))
    chosen = VALIDATORS if name == "auto" else name
    clip = load_clip(chosen, cache=cache, device=device, threads=threads)
    return same_for_all(chosen, clip.scorer())


def student_judge(student: Verifier, *, name: str = "student") -> Judge:
    """A judge that answers the validator's questions from the probabilities of a verifier.

    The verifier looks at each box in the frame as it is, with what surrounds it, and not at the
    validator's crops, in which other boxes are painted black: a network that never saw such crops
    takes the football, black as it is when its crop is cut, for none. So it never sees a black
    shape either. A logit is the logarithm of what the verifier gives to the labels of the text:

    ============================  ==================================================
    person                        goalkeeper, player, referee, background
    grass (first question)        grass, football
    football player               player
    goalkeeper, referee           each its own
    crowd                         background
    black shape                   nothing: the verifier knows no such label
    round object                  football
    random object                 everything else
    soccer ball on the field      football
    just grass                    grass
    other                         everything but football and grass
    ============================  ==================================================

    The logit of a person is lowered so that even odds lie on the tree's threshold (``EVEN_ODDS``).
    """

    def of_frame(image_bgr: Image, objects: Sequence[WireObject]) -> Scorer:
        return guarded(name, _Told(student, image_bgr, objects))

    return Judge(name, of_frame, frames=None)


class _Told:
    """Knows what is to be said of each crop of a frame by the order in which crops are asked about.

    People come in list order, first all of them and then some again; then the first football.
    """

    def __init__(self, student: Verifier, image_bgr: Image, objects: Sequence[WireObject]) -> None:
        # Which boxes count follows from the score itself, whatever the scorer answers.
        looked = score_frame_boxes(
            image_bgr, objects, scorer=lambda images, texts: np.zeros((len(images), len(texts)))
        ).boxes
        boxes = read_boxes(objects)
        kept = [box.index for box in looked if box.dropped is None]
        self._people = iter([i for i in kept if not boxes.is_ball[i]])
        self._balls = [i for i in kept if boxes.is_ball[i]]
        self._views = [
            View(image_bgr, xyxy, bool(ball))
            for xyxy, ball in zip(boxes.xyxy, boxes.is_ball, strict=True)
        ]
        self._student = student
        self._place: dict[int, int] = {}
        self._rows: Float64 | None = None

    def __call__(self, images_rgb: list[Image], texts: list[str]) -> Float64:
        question = tuple(texts)
        if question not in _LABELS:
            raise ModelError(f"a verifier cannot answer {texts}; it knows crops, not frames.")
        if self._rows is None:
            self._rows = np.asarray(self._student.judge(self._views), np.float64)
        rows = self._rows[[self._place_of(image, question) for image in images_rgb]]
        shares = [rows[:, list(labels)].sum(axis=1) for labels in _LABELS[question]]
        logits: Float64 = np.log(np.maximum(np.stack(shares, axis=1), LEAST))
        if question == PERSON_OR_GRASS:
            logits[:, 0] += EVEN_ODDS
        return logits

    def _place_of(self, image: Image, question: tuple[str, ...]) -> int:
        if question == PERSON_OR_GRASS:
            self._place[id(image)] = next(self._people)
        elif question == ROUND_OR_NOT:
            self._place[id(image)] = self._balls[0]
        return self._place[id(image)]


_NOT_BALL = tuple(label for label in Label if label != Label.FOOTBALL)
_NEITHER = tuple(label for label in _NOT_BALL if label != Label.GRASS)
_LABELS: dict[tuple[str, ...], tuple[tuple[Label, ...], ...]] = {
    PERSON_OR_GRASS: ((*PEOPLE, Label.BACKGROUND), (Label.GRASS, Label.FOOTBALL)),
    KINDS_OF_PERSON: (
        (Label.PLAYER,),
        (Label.GOALKEEPER,),
        (Label.REFEREE,),
        (Label.BACKGROUND,),
        (),
    ),
    ROUND_OR_NOT: ((Label.FOOTBALL,), _NOT_BALL),
    BALL_OR_NOT: ((Label.FOOTBALL,), (Label.GRASS,), _NEITHER),
}
