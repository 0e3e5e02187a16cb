"""Who judges: a stand-in that answers for a verifier, and errors that stay errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from touchline.errors import ModelError, UsageError
from touchline.scorevision.report import load_judge, same_for_all, student_judge
from touchline.scorevision.scoring import FrameBoxScore, score_frame_boxes
from touchline.verification import Label, View
from touchline.verification.verifier import nothing_seen

SIZE = (480, 640)


class Told:
    """A verifier that says of each box what it is told, by the box's left edge."""

    def __init__(self, labels: dict[float, Label]) -> None:
        self._labels = labels
        self.asked: list[float] = []

    def judge(self, views: Sequence[View]) -> np.ndarray:
        rows = nothing_seen(len(views))
        for row, view in zip(rows, views, strict=True):
            self.asked.append(float(view.xyxy[0]))
            label = self._labels[float(view.xyxy[0])]
            row[:] = 0.02
            row[label] = 0.9
        return rows


def box(x: float, class_id: int, *, top: float = 200, height: float = 60) -> dict[str, Any]:
    return {"bbox": [x, top, x + 20, top + height], "class_id": class_id}


def scored(objects: list[dict[str, Any]], labels: dict[float, Label]) -> FrameBoxScore:
    image = np.full((*SIZE, 3), 90, np.uint8)
    scorer = student_judge(Told(labels)).of_frame(image, objects)
    return score_frame_boxes(image, objects, scorer=scorer)


def seen(objects: list[dict[str, Any]], labels: dict[float, Label]) -> list[str | None]:
    return [each.seen for each in scored(objects, labels).boxes]


def test_every_label_of_a_verifier_has_one_of_the_validators() -> None:
    labels = {0.0: Label.PLAYER, 40.0: Label.GOALKEEPER, 80.0: Label.REFEREE}
    labels |= {120.0: Label.GRASS, 160.0: Label.BACKGROUND}
    found = seen([box(x, 2) for x in labels], labels)
    assert found == ["football player", "goalkeeper", "referee", "grass", "crowd"]


@pytest.mark.parametrize(("person", "said"), [(0.6, "football player"), (0.4, "grass")])
def test_what_is_likelier_grass_than_a_person_is_grass(person: float, said: str) -> None:
    class Unsure:
        def judge(self, views: Sequence[View]) -> np.ndarray:
            rows = np.zeros((len(views), len(Label)), np.float32)
            rows[:, [Label.PLAYER, Label.GRASS]] = person, 1 - person
            return rows

    image = np.full((*SIZE, 3), 90, np.uint8)
    objects = [box(0, 2)]
    scorer = student_judge(Unsure()).of_frame(image, objects)
    assert score_frame_boxes(image, objects, scorer=scorer).boxes[0].seen == said


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (Label.FOOTBALL, "football"),
        (Label.GRASS, "not a football"),
        (Label.BACKGROUND, "not a football"),
        (Label.PLAYER, "not a football"),
    ],
)
def test_a_football_is_one_where_the_verifier_says_so(label: Label, said: str) -> None:
    assert seen([box(0, 0, height=20)], {0.0: label}) == [said]


def test_boxes_that_do_not_count_do_not_shift_the_others() -> None:
    labels = {0.0: Label.GRASS, 40.0: Label.REFEREE, 80.0: Label.GRASS, 120.0: Label.PLAYER}
    objects = [box(0, 2, height=10), box(40, 3), box(80, 2, top=20), box(120, 2)]
    assert seen(objects, labels) == [None, "referee", None, "football player"]


def test_only_the_first_football_is_looked_at_wherever_it_stands() -> None:
    labels = {0.0: Label.PLAYER, 40.0: Label.FOOTBALL, 80.0: Label.FOOTBALL, 120.0: Label.REFEREE}
    objects = [box(0, 2), box(40, 0), box(80, 0), box(120, 2)]
    assert seen(objects, labels) == ["football player", "football", "not a football", "referee"]


def test_crops_that_pass_the_first_question_keep_their_label_in_the_second() -> None:
    labels = {40.0 * i: Label.GRASS if i % 2 else Label.GOALKEEPER for i in range(6)}
    labels[200.0] = Label.REFEREE
    found = seen([box(x, 1) for x in labels], labels)
    assert found == ["goalkeeper", "grass", "goalkeeper", "grass", "goalkeeper", "referee"]


def test_a_frame_is_looked_at_once() -> None:
    verifier = Told({0.0: Label.PLAYER, 40.0: Label.FOOTBALL})
    image = np.full((*SIZE, 3), 90, np.uint8)
    objects = [box(0, 2), box(40, 0)]
    score_frame_boxes(image, objects, scorer=student_judge(verifier).of_frame(image, objects))
    assert verifier.asked == [0.0, 40.0]


def test_a_verifier_has_no_say_about_whole_frames() -> None:
    judge = student_judge(Told({}))
    assert judge.frames is None
    assert not judge.is_validators
    image = np.full((*SIZE, 3), 90, np.uint8)
    with pytest.raises(ModelError, match="knows crops, not frames"):
        judge.of_frame(image, [])([image], ["a football pitch", "a close-up"])


def test_whatever_a_scorer_raises_is_a_model_error() -> None:
    def broken(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        raise UsageError("no such text")

    image = np.full((*SIZE, 3), 90, np.uint8)
    with pytest.raises(ModelError, match="scorer mine failed on 1 images: no such text"):
        same_for_all("mine", broken).of_frame(image, [])([image], ["person", "grass"])


def test_only_the_clip_of_validators_is_theirs() -> None:
    def zeros(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        return np.zeros((len(images), len(texts)))

    assert same_for_all("clip", zeros).is_validators
    assert not same_for_all("clip-int8", zeros).is_validators


def test_a_clip_that_nobody_knows_is_refused() -> None:
    with pytest.raises((UsageError, ModelError)):
        load_judge("resnet")
