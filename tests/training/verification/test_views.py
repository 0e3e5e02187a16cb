import cv2
import numpy as np
import pytest

from tests.training.detector.frames import drawn_frame
from touchline.verification.labels import PEOPLE, Label
from training.detector.augment import grass_tone
from training.detector.data import BALL, PLAYER
from training.detector.metrics import iou_matrix
from training.verification.scenes import FALSE_BALL, FALSE_PERSON, Scene
from training.verification.views import (
    MIN_IOU,
    NEAR_MISS,
    PAIR_IOU,
    Sample,
    cut,
    empty_places,
    green_share,
    jittered,
    views_of,
)

ROUNDS = 15
MISTAKES = np.array([[500, 20, 520, 70], [100, 40, 108, 48]], np.float32)


def scene(*, is_labelled: bool = True) -> Scene:
    frame = drawn_frame()
    return Scene(
        frame.image,
        np.concatenate([frame.xyxy, MISTAKES]),
        np.concatenate([frame.class_id, [FALSE_PERSON, FALSE_BALL]]),
        np.concatenate([frame.kit, [-1, -1]]),
        is_labelled=is_labelled,
    )


def drawn(given: Scene) -> list[Sample]:
    rng = np.random.default_rng(0)
    return [sample for _ in range(ROUNDS) for sample in views_of(given, rng)]


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return drawn(scene())


def overlaps(sample: Sample, boxes: np.ndarray) -> np.ndarray:
    return iou_matrix(sample[0].xyxy[None], boxes)[0]


def test_every_label_is_drawn(samples: list[Sample]):
    assert {label for _, label in samples} == set(Label)


def test_a_view_of_a_person_is_nearly_the_labelled_box(samples: list[Sample]):
    given = scene()
    for sample in samples:
        if sample[1] in PEOPLE:
            mine = given.xyxy[given.class_id == sample[1]]
            assert overlaps(sample, mine).max() >= MIN_IOU


def test_what_is_called_background_is_no_box_of_a_person(samples: list[Sample]):
    people = scene().xyxy[:6]
    wrong = [s for s in samples if s[1] in (Label.BACKGROUND, Label.GRASS) and not s[0].is_ball]
    assert len(wrong) > 4 * ROUNDS
    assert all(overlaps(sample, people).max() <= PAIR_IOU for sample in wrong)
    near = [s for s in wrong if NEAR_MISS[0] <= overlaps(s, people).max() <= NEAR_MISS[1]]
    assert len(near) > ROUNDS


def test_only_the_ball_is_a_football(samples: list[Sample]):
    given = scene()
    ball = given.xyxy[given.class_id == BALL]
    for sample in samples:
        if sample[1] == Label.FOOTBALL:
            assert sample[0].is_ball
            assert overlaps(sample, ball).max() > 0.3
        elif sample[0].is_ball:
            assert overlaps(sample, ball).max() < NEAR_MISS[0]


def test_two_who_touch_give_a_box_about_both():
    given = scene()
    given.xyxy[1] = given.xyxy[0] + [14, 4, 14, 4]
    both = np.concatenate([given.xyxy[:2, :2].min(0), given.xyxy[:2, 2:].max(0)])
    wide = [s for s in drawn(given) if overlaps(s, both[None])[0] >= MIN_IOU]
    assert any(label is Label.BACKGROUND for _, label in wide)


def test_of_an_unlabelled_scene_only_the_mistakes_are_used():
    found = drawn(scene(is_labelled=False))
    given = scene()
    mistakes = given.xyxy[given.class_id >= FALSE_PERSON]
    background = [sample for sample in found if sample[1] is Label.BACKGROUND]
    assert len(background) == 2 * ROUNDS
    assert all(overlaps(sample, mistakes).max() > 0.3 for sample in background)


def test_nothing_is_called_empty_beside_what_the_border_cuts():
    given = scene()
    height, width = given.image.shape[:2]
    given.hidden = np.array([[-5, -5, width + 5, height + 5]], np.float32)
    rng = np.random.default_rng(0)
    small = [s for _ in range(50) for s in empty_places(given, rng)]
    assert all(overlaps(sample, given.hidden)[0] < NEAR_MISS[0] for sample in small)
    given.hidden = np.array([[0, 0, 40, 100], [60, 0, 100, 100]], np.float32)
    assert all(
        overlaps(sample, given.hidden).max() < NEAR_MISS[0]
        for _ in range(50)
        for sample in empty_places(given, rng)
    )


def test_empty_places_are_grass_where_they_are_green():
    given = scene()
    given.image[:, :320] = (90, 60, 160)
    rng = np.random.default_rng(0)
    places = [sample for _ in range(40) for sample in empty_places(given, rng)]
    labels = {True: set(), False: set()}
    for view, label in places:
        left, _, right, _ = view.xyxy
        if right < 310 or left > 330:
            labels[bool(left > 330)].add(label)
    assert labels == {True: {Label.GRASS}, False: {Label.BACKGROUND}}


def test_jitter_keeps_most_of_the_overlap():
    rng, box = np.random.default_rng(0), np.array([10, 20, 40, 100], np.float32)
    moved = np.stack([jittered(box, rng=rng, is_ball=False) for _ in range(100)])
    overlap = iou_matrix(moved, box[None])[:, 0]
    assert overlap.min() >= MIN_IOU
    assert overlap.max() < 1


def test_the_share_of_green_is_that_of_the_box():
    given = scene()
    given.image[:, :320] = (90, 60, 160)
    tone = grass_tone(cv2.cvtColor(given.image, cv2.COLOR_BGR2HSV))
    half = np.array([300, 5, 340, 45], np.float32)
    assert green_share(given.image, half, tone) == pytest.approx(0.5, abs=0.05)
    assert green_share(given.image, half + 5000, tone) == 0


def test_crops_come_with_their_labels(samples: list[Sample]):
    crops, labels = cut(samples[:9])
    assert crops.shape == (9, 64, 96, 3)
    assert labels.tolist() == [label for _, label in samples[:9]]
    assert PLAYER == Label.PLAYER
