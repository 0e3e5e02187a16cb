"""Players, goalkeepers, referees and the ball, found in single frames."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from typing import Protocol, Unpack

import numpy as np
import supervision as sv

from touchline.arrays import Float32, Image, require_pictures
from touchline.detection.added import AddedDetector, added, load_added
from touchline.detection.decode import DecodedBoxes, decode, stride_maps
from touchline.detection.evidence import (
    LARGE,
    REDUCED,
    are_large,
    join_looks,
    one_ball,
    probabilities,
    share_of_people,
    weigh_balls,
)
from touchline.detection.letterbox import Letterbox, require_imgsz
from touchline.detection.nms import suppress
from touchline.errors import UsageError, require_number
from touchline.frame import ClassId
from touchline.inference import (
    Engine,
    Runtime,
    load_engine,
    require_batch_size,
    run_batched,
    weights,
)

PEOPLE_CONFIDENCE = 0.45
BALL_CONFIDENCE = 0.3
"""Finds .89 of the balls of two openly licensed matches that the network had not seen, at .17 false
ones a frame (08fd33, a9f16c; one ball a frame)."""
FAINT = 0.05
"""Score from which two looks at a picture tell each other of a ball."""
BYTES_PER_PIXEL = 128
"""Estimate of what a frame takes in the network: activations in float32, mostly."""


class Detector(Protocol):
    """Finds people and the ball. Keeps no state, so several threads may share one."""

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        """Look at each image on its own.

        Args:
            images: uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            For each image at most 300 boxes, best first: ``xyxy`` (n, 4) float32 pixels of the
            image, ``confidence`` (n,) float32, ``class_id`` (n,) as in ``ClassId``. Those of
            ``YoloxDetector`` have ``data["class_scores"]``, (n, 4) float32: the probability of each
            class, NaN where it cannot tell; ``data["seen_at"]``, (n,) int64: the longer side, in
            pixels, of the picture in which the network saw them, the larger of two; and
            ``data["probability"]``, (n,) float32: how often a box of such a score is right, see
            ``evidence.probabilities``.

        Raises:
            UsageError: something given is no such image.
        """


class YoloxDetector:
    """A YOLOX network of four classes (arXiv:2107.08430); see ``decode`` for its outputs.

    A ball is believed as far as its size fits to the people around, see ``evidence``.

    Args:
        engine: The network.
        confidence: Lowest score, 0 to 1, of every class; None is what the shipped weights were
            measured to do best with, for people and for the ball apart, and one ball at most.
        ball_confidence: Lowest score of the ball, where it is to differ; all that reach it come.
        imgsz: Larger frames are reduced to this longer side, or into this (width, height); None
            is 1920, and where people are large a second look at 960. More finds smaller balls, and
            is slower.
        batch_size: Images in the network at once; None is as many as memory allows.
        second_look: Whether people who are large are looked at again at 960 pixels; None is where
            ``imgsz`` is None.
        may_reduce: Whether ``detect_reduced`` looks at less than ``imgsz``.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        confidence: float | None = None,
        ball_confidence: float | None = None,
        imgsz: int | tuple[int, int] | None = None,
        batch_size: int | None = None,
        second_look: bool | None = None,
        may_reduce: bool = False,
    ) -> None:
        require_imgsz(imgsz)
        require_batch_size(batch_size)
        self._engine = engine
        self._told = (confidence, ball_confidence, imgsz, batch_size)
        self._thresholds = _thresholds(confidence, ball_confidence)
        self._imgsz = imgsz
        self._batch_size = batch_size
        self._looks_again = imgsz is None if second_look is None else second_look
        self._may_reduce = may_reduce

    @property
    def device(self) -> str:
        """Runtime and device, such as ``openvino:cpu``."""
        return self._engine.device

    def or_else(
        self,
        *,
        confidence: float | None,
        imgsz: int | tuple[int, int] | None,
        batch_size: int | None,
        ball_confidence: float | None = None,
    ) -> "YoloxDetector":
        """The same network for a clip: one look a frame, and these where it was not told."""
        told, told_ball, told_imgsz, told_batch_size = self._told
        is_told = told is not None or told_ball is not None
        return YoloxDetector(
            self._engine,
            confidence=told if is_told else confidence,
            ball_confidence=told_ball if is_told else ball_confidence,
            imgsz=imgsz if told_imgsz is None else told_imgsz,
            batch_size=batch_size if told_batch_size is None else told_batch_size,
            second_look=False,
            may_reduce=told_imgsz is None,
        )

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        """Look at each image on its own; see ``Detector.detect``."""
        return self._detect(images, self._imgsz)

    def detect_reduced(self, images: list[Image]) -> list[sv.Detections]:
        """The same at 960 pixels, for half the work; a size told stays.

        Balls and people are found as well there. What small people are is not: their
        ``class_scores`` are NaN, unless they are so large that it is seen even better.
        """
        if not self._may_reduce:
            return self.detect(images)
        found = self._detect(images, REDUCED)
        for each, image in zip(found, images, strict=True):
            if share_of_people(each, image) <= LARGE:
                each.data["class_scores"] = np.full((len(each), len(ClassId)), np.nan, np.float32)
        return found

    def _detect(
        self, images: list[Image], imgsz: int | tuple[int, int] | None
    ) -> list[sv.Detections]:
        images = require_pictures(images)
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, image in enumerate(images):
            groups[image.shape[1], image.shape[0]].append(index)
        found: dict[int, sv.Detections] = {}
        for size, places in groups.items():
            box = min(
                Letterbox.fit(size, imgsz),
                Letterbox.fit(size, self._imgsz),
                key=lambda each: np.prod(each.inner),
            )
            results = self._detect_alike(box, [images[place] for place in places])
            found.update(zip(places, results, strict=True))
        return [found[index] for index in range(len(images))]

    def _detect_alike(self, box: Letterbox, images: list[Image]) -> list[sv.Detections]:
        found = self._look(box, images)
        answers = [self._answer(weigh_balls(boxes), box) for boxes in found]
        small = Letterbox.fit(box.frame, REDUCED)
        if not self._looks_again or max(small.inner) >= max(box.inner):
            return answers
        again = [i for i, boxes in enumerate(found) if are_large(boxes, box.frame)]
        for i, boxes in zip(again, self._look(small, [images[i] for i in again]), strict=True):
            answers[i] = self._answer(weigh_balls(join_looks(found[i], boxes)), box, people=small)
        return answers

    def _look(self, box: Letterbox, images: list[Image]) -> list[DecodedBoxes]:
        """All that may be there, in pixels of the frame."""
        faint = self._thresholds.copy()
        if self._looks_again:
            faint[ClassId.BALL] = min(FAINT, faint[ClassId.BALL])

        def run(batch: Sequence[Image]) -> list[DecodedBoxes]:
            maps = stride_maps(self._engine.run(box.pack(batch)))
            every = (decode([level[i] for level in maps], faint) for i in range(len(batch)))
            return [_in_frame(suppress(boxes), box) for boxes in every]

        return run_batched(
            run,
            images,
            batch_size=self._batch_size,
            item_bytes=box.canvas[0] * box.canvas[1] * BYTES_PER_PIXEL,
        )

    def _answer(
        self, boxes: DecodedBoxes, box: Letterbox, *, people: Letterbox | None = None
    ) -> sv.Detections:
        """What reaches its threshold; ``people`` is how people were seen, if not as the ball."""
        boxes = boxes.take(boxes.scores >= self._thresholds[boxes.class_id])
        if self._told[:2] == (None, None):
            boxes = boxes.take(one_ball(boxes, box.frame))
        seen_at = np.full(len(boxes), max(box.inner))
        if people is not None:
            seen_at[boxes.class_id != ClassId.BALL] = max(people.inner)
        return sv.Detections(
            xyxy=boxes.xyxy,
            confidence=boxes.scores,
            class_id=boxes.class_id,
            data={
                "class_scores": boxes.class_scores,
                "seen_at": seen_at,
                "probability": probabilities(boxes.scores, boxes.class_id),
            },
        )


def load_detector(
    name_or_path: str | os.PathLike[str] = "players",
    *,
    confidence: float | None = None,
    ball_confidence: float | None = None,
    imgsz: int | tuple[int, int] | None = None,
    batch_size: int | None = None,
    **runtime: Unpack[Runtime],
) -> YoloxDetector | AddedDetector:
    """Load a detector of people and the ball.

    Args:
        name_or_path: Shipped weights by name, a detector that was added by its name, or an ONNX
            file with the same inputs and outputs as the shipped one. Of the arguments that follow,
            one that was added takes ``confidence`` and those of the runtime.
        confidence: See ``YoloxDetector``.
        ball_confidence: See ``YoloxDetector``.
        imgsz: See ``YoloxDetector``.
        batch_size: See ``YoloxDetector``.
        **runtime: Where and how it runs; see ``Runtime`` of ``touchline.inference``.

    Raises:
        UsageError: an argument has a value that is not allowed.
        ModelError: the weights are missing or damaged, or the device is not there.
    """
    own = isinstance(name_or_path, str) and not weights.is_shipped(name_or_path)
    if own and name_or_path in added(runtime.get("cache")):
        return load_added(str(name_or_path), confidence=confidence, **runtime)
    file = weights.find(name_or_path)
    return YoloxDetector(
        load_engine(file, **runtime),
        confidence=confidence,
        ball_confidence=ball_confidence,
        imgsz=imgsz,
        batch_size=batch_size,
    )


def _thresholds(confidence: float | None, ball_confidence: float | None) -> Float32:
    people = PEOPLE_CONFIDENCE if confidence is None else confidence
    ball = BALL_CONFIDENCE if confidence is None else confidence
    ball = ball if ball_confidence is None else ball_confidence
    are_numbers = all(isinstance(each, Real) for each in (people, ball))
    if not are_numbers or not (0 <= people <= 1 and 0 <= ball <= 1):
        raise UsageError(
            f"A confidence is from 0 to 1; got {people!r:.40} for people and "
            f"{ball!r:.40} for the ball."
        )
    require_number("confidence", people)
    require_number("ball_confidence", ball)
    thresholds = np.full(len(ClassId), people, np.float32)
    thresholds[ClassId.BALL] = ball
    return thresholds


def _in_frame(boxes: DecodedBoxes, box: Letterbox) -> DecodedBoxes:
    """The boxes in pixels of the frame; those in the padding are gone."""
    xyxy = box.to_frame(boxes.xyxy)
    return replace(boxes, xyxy=xyxy).take(np.flatnonzero((xyxy[:, 2:] > xyxy[:, :2]).all(1)))
