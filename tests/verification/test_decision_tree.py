"""The decision tree, with scorers that say what a test wants to hear.

Quirks of the validator, each with a test that fails without it: a person needs more than 0.08; a
football needs no less than 0.5 (and 0.5 is enough); "other" and "just grass"
make a claimed football "not a football", never grass; of equal kinds the first wins; the prompts
are these, word for word and in this order.
"""

import json
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import SHARED, beside
from touchline.errors import ModelError, UsageError
from touchline.frame import ClassId
from touchline.verification import decision_tree, prompts
from touchline.verification.decision_tree import ask, classify_balls, classify_people


def crop(value: int = 0) -> np.ndarray:
    return np.full((6, 4, 3), value, np.uint8)


class Told:
    """A scorer: crop ``i`` (its grey value) gets the logits that it was given for each text."""

    def __init__(self, *logits: Mapping[str, float]) -> None:
        self.logits = logits
        self.asked: list[tuple[int, tuple[str, ...]]] = []

    def __call__(self, images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        self.asked.append((len(images), tuple(texts)))
        rows = [self.logits[int(image[0, 0, 0])] for image in images]
        return np.array([[row.get(text, 0.0) for text in texts] for row in rows])


def crops(scorer: Told) -> list[np.ndarray]:
    return [crop(i) for i in range(len(scorer.logits))]


def test_a_crop_takes_the_likeliest_kind_of_person() -> None:
    scorer = Told(*({"person": 5.0, kind: 3.0} for kind in prompts.KINDS_OF_PERSON))
    verdicts = classify_people(crops(scorer), scorer)
    assert verdicts.labels == prompts.KINDS_OF_PERSON
    np.testing.assert_allclose(verdicts.probability, np.exp(3) / (np.exp(3) + 4))


def test_a_little_more_than_eight_percent_is_a_person_and_a_little_less_is_grass() -> None:
    edge = np.log(0.08 / 0.92)
    scorer = Told({"person": edge + 1e-9}, {"person": edge - 1e-9})
    assert classify_people(crops(scorer), scorer).labels == ("football player", "grass")


def test_grass_is_as_probable_as_no_person() -> None:
    scorer = Told({"person": -4.0})
    verdicts = classify_people(crops(scorer), scorer)
    np.testing.assert_allclose(verdicts.probability, 1 / (1 + np.exp(-4)))


def test_half_round_is_round_enough_and_a_little_less_is_not() -> None:
    ball = {"a small soccer ball on the field": 2.0}
    scorer = Told(ball, ball | {"a random object": 1e-9})
    verdicts = classify_balls(crops(scorer), scorer)
    assert verdicts.labels == ("football", "not a football")
    np.testing.assert_allclose(verdicts.probability, [np.exp(2) / (np.exp(2) + 2), 0.5])


@pytest.mark.parametrize("text", ["just grass without any ball", "other"])
def test_anything_else_that_is_round_is_not_a_football(text: str) -> None:
    scorer = Told({"a photo of a round object on grass": 3.0, text: 1.0})
    verdicts = classify_balls(crops(scorer), scorer)
    assert verdicts.labels == ("not a football",)
    np.testing.assert_allclose(verdicts.probability, 1 - 1 / (np.e + 2))


def test_of_equal_answers_the_first_wins() -> None:
    scorer = Told({"person": 5.0})
    assert classify_people([crop()], scorer).labels == ("football player",)
    assert classify_balls([crop()], scorer).labels == ("football",)


def test_each_question_is_asked_once_for_all_crops_that_get_so_far() -> None:
    scorer = Told({"person": 5.0}, {"person": -5.0}, {"person": 4.0, "referee": 1.0})
    classify_people(crops(scorer), scorer)
    assert scorer.asked == [(3, ("person", "grass")), (2, prompts.KINDS_OF_PERSON)]
    scorer = Told({}, {"a random object": 1.0})
    classify_balls(crops(scorer), scorer)
    assert scorer.asked == [(2, prompts.ROUND_OR_NOT), (1, prompts.BALL_OR_NOT)]


def test_a_question_that_no_crop_gets_to_is_not_asked() -> None:
    scorer = Told({"person": -9.0})
    classify_people(crops(scorer), scorer)
    assert len(scorer.asked) == 1


def test_no_crops_have_no_labels_and_nobody_is_asked() -> None:
    scorer = Told()
    for verdicts in (classify_people([], scorer), classify_balls([], scorer)):
        assert verdicts.labels == ()
        assert len(verdicts) == 0
        assert verdicts.probability.shape == (0,)
    assert not scorer.asked


leads = st.fixed_dictionaries(
    dict.fromkeys(prompts.ALL_PROMPTS, st.floats(-30, 30, allow_nan=False))
)


@given(st.lists(leads, min_size=1, max_size=6))
def test_a_crop_is_labelled_alike_alone_and_among_others(logits: list[dict[str, float]]) -> None:
    scorer = Told(*logits)
    for classify in (classify_people, classify_balls):
        together = classify(crops(scorer), scorer)
        alone = [classify([one], scorer) for one in crops(scorer)]
        assert together.labels == tuple(verdict.labels[0] for verdict in alone)
        np.testing.assert_allclose(
            together.probability, [verdict.probability[0] for verdict in alone]
        )
        assert ((together.probability >= 0) & (together.probability <= 1)).all()


@given(st.lists(leads, min_size=1, max_size=6))
def test_every_label_has_a_class_or_stands_for_no_object(logits: list[dict[str, float]]) -> None:
    scorer = Told(*logits)
    people, balls = classify_people(crops(scorer), scorer), classify_balls(crops(scorer), scorer)
    assert set(people.labels + balls.labels) <= set(decision_tree.CLASS_OF_LABEL)


def test_the_labels_of_the_game_are_the_four_classes_and_the_rest_is_none() -> None:
    assert dict(decision_tree.CLASS_OF_LABEL) == {
        "football": ClassId.BALL,
        "goalkeeper": ClassId.GOALKEEPER,
        "football player": ClassId.PLAYER,
        "referee": ClassId.REFEREE,
        "grass": None,
        "crowd": None,
        "black shape": None,
        "not a football": None,
    }


def test_a_softmax_of_large_logits_does_not_overflow() -> None:
    answer = ask([crop()], ["a", "b"], lambda images, texts: np.array([[4000.0, 3999.0]]))
    np.testing.assert_allclose(answer, [[np.e / (np.e + 1), 1 / (np.e + 1)]])


def test_what_the_scorer_raises_goes_through() -> None:
    def broken(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        raise ConnectionError("no such device")

    for classify in (classify_people, classify_balls):
        with pytest.raises(ConnectionError, match="no such device"):
            classify([crop()], broken)


@pytest.mark.parametrize(
    "answer",
    [np.zeros((1, 3)), np.zeros((2, 2)), np.zeros(2), np.zeros((1, 2), complex), "many"],
)
def test_an_answer_of_another_shape_is_the_models_fault(answer: object) -> None:
    with pytest.raises(ModelError, match=r"1 images and 2 texts"):
        classify_people([crop()], lambda images, texts: answer)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_answer_that_is_not_finite_is_the_models_fault(value: float) -> None:
    answer = np.array([[0.0, 1.0], [value, 1.0]])
    with pytest.raises(ModelError, match="image 1 is not finite"):
        classify_balls([crop(), crop()], lambda images, texts: answer)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_crop_is_refused_before_anybody_is_asked(image: np.ndarray) -> None:
    scorer = Told({})
    with pytest.raises(UsageError, match="crop 1 is"):
        classify_people([crop(), image], scorer)
    assert not scorer.asked


def test_each_prompt_stands_once_in_the_list_of_all() -> None:
    assert len(set(prompts.ALL_PROMPTS)) == len(prompts.ALL_PROMPTS) == 14


ASKED = {
    *("person", "grass", "football player", "goalkeeper", "referee", "crowd", "black shape"),
    *("a photo of a round object on grass", "a random object"),
    *("a small soccer ball on the field", "just grass without any ball", "other"),
}


@pytest.mark.parametrize("kind", ["written", *beside("recorded")])
def test_the_prompts_are_those_that_the_stand_in_for_clip_knows(kind: str) -> None:
    if kind == "written":
        known = ASKED
    else:
        vectors = json.loads((SHARED / "vectors" / "bbox_scoring.json").read_text())
        known = set(vectors["stand_in_clip"]["text_vectors"])
    assert known == set(prompts.ALL_PROMPTS) - set(prompts.PITCH_OR_CLOSE_UP)
