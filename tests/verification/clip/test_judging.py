"""The decision tree on views, with a network that sees colours."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from touchline.scorevision.scoring.boxes import frame_box_score
from touchline.verification.clip import ClipModel, ClipVerifier
from touchline.verification.clip.judging import crop
from touchline.verification.decision_tree import CLASS_OF_LABEL, classify_balls, classify_people
from touchline.verification.labels import CLASS_OF, Label
from touchline.verification.prompts import ALL_PROMPTS
from touchline.verification.verifier import View


class Table:
    """The embedding of an image is the row of a table that the red of its middle names."""

    name, device = "table", "none"

    def __init__(self, rows):
        self.rows = np.asarray(rows, np.float32)
        self.shown = 0

    def run(self, images):
        self.shown += len(images)
        return {"embedding": self.rows[images[:, 112, 112, 2]]}


def verifier(rows):
    """Logit 100 x of text t for an image whose row has x at t, before it gets unit length."""
    texts = dict(zip(ALL_PROMPTS, np.eye(len(ALL_PROMPTS), dtype=np.float32), strict=True))
    engine = Table(rows)
    return ClipVerifier(ClipModel(engine, texts, logit_scale=np.log(100))), engine


def row(**strengths):
    """An embedding by text; `_` stands for a blank."""
    found = np.zeros(len(ALL_PROMPTS), np.float32)
    for text, strength in strengths.items():
        found[ALL_PROMPTS.index(text.replace("_", " "))] = strength
    return found


ROUND = {"a_photo_of_a_round_object_on_grass": 1}
CASES = {
    "player": (row(person=1, football_player=1), False, Label.PLAYER),
    "goalkeeper": (row(person=1, goalkeeper=1), False, Label.GOALKEEPER),
    "referee": (row(person=1, referee=1), False, Label.REFEREE),
    "crowd": (row(person=1, crowd=1), False, Label.BACKGROUND),
    "black": (row(person=1, black_shape=1), False, Label.BACKGROUND),
    "grass": (row(grass=1, football_player=1), False, Label.GRASS),
    "split": (
        row(person=1, football_player=1, crowd=0.999, black_shape=0.999),
        False,
        Label.PLAYER,
    ),
    "ball": (row(**ROUND, a_small_soccer_ball_on_the_field=1), True, Label.FOOTBALL),
    "no ball": (row(**ROUND, just_grass_without_any_ball=1), True, Label.GRASS),
    "other": (row(**ROUND, other=1), True, Label.BACKGROUND),
    "not round": (
        row(a_random_object=1, a_small_soccer_ball_on_the_field=1),
        True,
        Label.BACKGROUND,
    ),
}


def frame(red):
    return np.full((80, 60, 3), (0, 0, red), np.uint8)


def views_of_cases():
    box = np.array([10, 10, 30, 60], np.float32)
    return [View(frame(i), box, is_ball) for i, (_, is_ball, _) in enumerate(CASES.values())]


def test_each_branch_of_the_tree_has_its_label():
    looks, engine = verifier([each for each, _, _ in CASES.values()])
    rows = looks.judge(views_of_cases())
    assert [Label(i) for i in rows.argmax(axis=1)] == [label for _, _, label in CASES.values()]
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-6)
    assert engine.shown == len(CASES)  # each image once, though up to four questions were asked


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), spread=st.floats(0.01, 0.3))
def test_the_largest_of_a_row_is_the_label_of_the_tree(seed, spread):
    rng = np.random.default_rng(seed)
    looks, engine = verifier(1 + spread * rng.normal(size=(12, len(ALL_PROMPTS))))
    box = np.array([10, 10, 30, 60], np.float32)
    views = [View(frame(i), box, is_ball=i % 2 == 1) for i in range(12)]
    rows = looks.judge(views)
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
    scorer = ClipModel(engine, looks._clip._texts, logit_scale=np.log(100)).scorer()
    people = classify_people([crop(view) for view in views[::2]], scorer).labels
    balls = classify_balls([crop(view) for view in views[1::2]], scorer).labels
    for labels, seen in ((people, rows[::2]), (balls, rows[1::2])):
        for label, one in zip(labels, seen, strict=True):
            assert CLASS_OF[Label(one.argmax())] == CLASS_OF_LABEL[label]


def test_every_football_is_judged_as_if_it_were_the_first():
    looks, _ = verifier([CASES["ball"][0]])
    views = [View(frame(0), np.array([5, 5, 12, 12]), is_ball=True)] * 3
    assert looks.judge(views).argmax(axis=1).tolist() == [Label.FOOTBALL] * 3


@pytest.mark.parametrize(
    "box",
    [
        [10, 10, 10, 40],
        [30, 40, 10, 10],
        [np.nan, 0, 5, 5],
        [0, 0, np.inf, 50],
        [-50, 0, -1, 50],
        [60, 0, 90, 50],
        [10, 80, 30, 200],
        [10, 10, 10.5, 40],
    ],
)
def test_a_view_of_nothing_is_background_and_not_shown_to_the_network(box):
    looks, engine = verifier([CASES["player"][0]])
    views = [View(frame(0), np.array(box, np.float32), is_ball) for is_ball in (False, True)]
    rows = looks.judge(views)
    assert rows[:, Label.BACKGROUND].tolist() == [1, 1]
    assert engine.shown == 0


def test_no_views_are_no_rows():
    looks, engine = verifier([CASES["player"][0]])
    assert looks.judge([]).shape == (0, 6)
    assert (engine.shown, looks.device) == (0, "none")


def numbered():
    """An image (40, 50) whose pixels say where they are, in BGR."""
    y, x = np.mgrid[:40, :50]
    return np.stack([x, y, np.zeros_like(x)], axis=2).astype(np.uint8)


@pytest.mark.parametrize(
    ("box", "is_ball", "inside"),
    [
        ([3, 4, 10, 12], False, (3, 4, 10, 12)),
        ([3.9, 4.9, 10.9, 12.9], False, (3, 4, 10, 12)),
        ([-5.5, -0.9, 10, 12], False, (0, 0, 10, 12)),
        ([45, 30, 99, 99], False, (45, 30, 50, 40)),
        ([3.994, 4.996, 10.99, 12], False, (3, 5, 10, 12)),
        ([20, 20, 24, 24], True, (14, 14, 30, 30)),
        ([20, 20, 23, 23], True, (16, 16, 28, 28)),  # 15.5 and 27.5, half to even
        ([20.9, 20.9, 24.9, 24.9], True, (15, 15, 31, 31)),
        ([0, 0, 4, 4], True, (0, 0, 10, 10)),
        ([46, 36, 50, 40], True, (40, 30, 49, 39)),
    ],
)
def test_a_crop_is_cut_as_a_validator_cuts_it(box, is_ball, inside):
    image = numbered()
    left, top, right, bottom = inside
    found = crop(View(image, np.array(box, np.float32), is_ball))
    np.testing.assert_array_equal(found, image[top:bottom, left:right, ::-1])


@settings(deadline=None)
@given(corners=st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4), ball=st.booleans())
@example([49.0, 39.0, 50.0, 40.0], True)
@example([-3.0, -3.0, 1.0, 1.0], True)
def test_whatever_is_visible_has_a_crop_with_an_area(corners, ball):
    view = View(numbered(), np.array(corners, np.float32), ball)
    if view.visible:
        assert crop(view).size


def test_a_football_in_a_frame_one_pixel_wide_is_background():
    looks, engine = verifier([CASES["ball"][0]])
    view = View(np.zeros((40, 1, 3), np.uint8), np.array([0, 5, 1, 9]), is_ball=True)
    assert looks.judge([view])[0, Label.BACKGROUND] == 1
    assert engine.shown == 0


def test_crops_are_those_of_the_validator_s_score():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    for _ in range(60):
        corner, size = rng.uniform((0, 151), (1260, 660)), rng.uniform((15, 40), (60, 100))
        box = np.concatenate([corner, corner + size])
        for is_ball in (False, True):
            shown = first_crop_of_the_score(image, box, is_ball)
            # There the football's own box is black by the time its surroundings are cut.
            found = crop(View(painted(image, box) if is_ball else image, box, is_ball))
            np.testing.assert_array_equal(found, shown)


def painted(image, box):
    x1, y1, x2, y2 = (int(round(each, 2)) for each in box.tolist())
    black = image.copy()
    black[y1:y2, x1:x2] = 0
    return black


def first_crop_of_the_score(image, box, is_ball):
    """What ``frame_box_score`` shows its scorer of a frame with one object."""
    seen = []

    def scorer(images, texts):
        seen.extend(images)
        return np.zeros((len(images), len(texts)))

    bbox = [round(each, 2) for each in box.tolist()]
    frame_box_score(
        image, [{"id": 1, "bbox": bbox, "class_id": 0 if is_ball else 2}], scorer=scorer
    )
    return seen[0]
