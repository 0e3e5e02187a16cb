import numpy as np
import pytest
import supervision as sv
from hypothesis import given
from hypothesis import strategies as st

from touchline.detection.decode import DecodedBoxes
from touchline.detection.evidence import (
    BALL,
    CLEAR,
    join_looks,
    likely_sizes,
    median_height,
    one_ball,
    probabilities,
    share_of_people,
    weigh_balls,
)
from touchline.frame import ClassId

sides = st.floats(1, 400)


def boxes(*rows: tuple[tuple[float, float, float, float], float, int]) -> DecodedBoxes:
    """Rows of (xyxy, score, class)."""
    class_id = np.array([row[2] for row in rows], np.int64)
    return DecodedBoxes(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        class_id,
        np.eye(4, dtype=np.float32)[class_id],
    )


def square(x: float, y: float, side: float) -> tuple[float, float, float, float]:
    return (x, y, x + side, y + side)


MAN = ((0.0, 0.0, 40.0, 100.0), 0.9, ClassId.PLAYER)


@given(height=st.floats(20, 400), factor=st.floats(0.75, 1.34))
def test_a_ball_of_its_usual_size_loses_nothing(height: float, factor: float) -> None:
    ball = np.array([square(0, 0, BALL * height * factor)], np.float32)
    assert likely_sizes(ball, height)[0] == pytest.approx(1)


@given(height=st.floats(20, 400), first=sides, second=sides)
def test_the_further_from_its_usual_size_the_less_a_ball_is_believed(
    height: float, first: float, second: float
) -> None:
    near, far = sorted((first, second), key=lambda side: abs(np.log(side / BALL / height)))
    fits = likely_sizes(np.array([square(0, 0, near), square(5, 5, far)], np.float32), height)
    assert 1 >= fits[0] >= fits[1] - 1e-5 >= -1e-5


@given(scale=st.floats(0.2, 5), side=st.floats(2, 100), height=st.floats(20, 400))
def test_the_size_of_the_picture_does_not_matter(scale: float, side: float, height: float) -> None:
    ball = np.array([square(3, 4, side)], np.float32)
    scaled = likely_sizes((scale * ball).astype(np.float32), scale * height)
    assert scaled == pytest.approx(likely_sizes(ball, height), abs=1e-3)


def test_a_blurred_ball_is_as_wide_as_it_is_far_flown_but_no_higher() -> None:
    assert likely_sizes(np.array([[0, 0, 90, 19]], np.float32), 100)[0] == 1


def test_without_people_every_ball_is_as_good_as_before() -> None:
    found = boxes((square(0, 0, 300), 0.8, ClassId.BALL), (square(0, 0, 2), 0.7, ClassId.BALL))
    assert weigh_balls(found).scores.tolist() == found.scores.tolist()


def test_a_badge_and_a_flare_come_after_a_ball_and_people_keep_their_scores() -> None:
    found = boxes(
        (square(0, 0, 5), 0.95, ClassId.BALL), (square(50, 50, 60), 0.9, ClassId.BALL), MAN,
        (square(200, 90, 19), 0.5, ClassId.BALL),
    )  # fmt: skip
    weighed = weigh_balls(found)
    assert weighed.class_id.tolist() == [ClassId.PLAYER, *[ClassId.BALL] * 3]
    assert weighed.scores[:2] == pytest.approx([0.9, 0.5])
    assert (weighed.scores[2:] < 0.1).all()


def test_only_clear_people_say_how_large_people_are() -> None:
    faint = ((0.0, 0.0, 40.0, 300.0), CLEAR - 0.01, ClassId.REFEREE)
    found = boxes(MAN, faint, faint, (square(0, 0, 500), 0.9, ClassId.BALL))
    assert median_height(found.xyxy, found.scores, found.class_id) == 100


@pytest.mark.parametrize(("width", "share"), [(2000, 0.05), (800, 0.125)])
def test_how_large_people_are_is_told_in_shares_of_the_picture(width: int, share: float) -> None:
    found = sv.Detections(np.array([MAN[0]]), confidence=np.ones(1), class_id=np.array([2]))
    assert share_of_people(found, np.zeros((360, width, 3), np.uint8)) == pytest.approx(share)
    assert share_of_people(sv.Detections.empty(), np.zeros((9, width, 3), np.uint8)) == 0


ball_rows = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.floats(0.05, 1)), max_size=6
)


@given(first=ball_rows, second=ball_rows)
def test_two_looks_at_balls_are_one_list_that_adds_up(
    first: list[tuple[int, int, float]], second: list[tuple[int, int, float]]
) -> None:
    full, reduced = (
        boxes(*((square(9 * x, 9 * y, 10), score, ClassId.BALL) for x, y, score in rows))
        for rows in (first, second)
    )
    both, turned = join_looks(full, reduced), join_looks(reduced, full)
    assert max(len(full), len(reduced)) <= len(both) <= len(full) + len(reduced)
    assert both.scores.sum() == pytest.approx((full.scores.sum() + reduced.scores.sum()) / 2)
    assert turned.scores.sum() == pytest.approx(both.scores.sum())
    assert (np.diff(both.scores) <= 0).all()


def test_people_are_those_of_the_reduced_look() -> None:
    other = ((1.0, 2.0, 41.0, 102.0), 0.6, ClassId.REFEREE)
    both = join_looks(boxes(MAN), boxes(other))
    assert both.xyxy.tolist() == [[1, 2, 41, 102]]
    assert both.class_id.tolist() == [ClassId.REFEREE]


FRAME = (1280, 720)


def test_of_several_balls_the_first_stays_and_everybody() -> None:
    found = boxes((square(0, 0, 9), 0.8, 0), MAN, (square(60, 0, 9), 0.5, 0), MAN)
    assert one_ball(found, FRAME).tolist() == [True, True, False, True]


@pytest.mark.parametrize("height", [0.0, 400.0])
def test_where_nobody_plays_around_it_a_ball_must_be_sure(height: float) -> None:
    """Nobody is there, or whoever is fills the picture."""
    around = [((0.0, 0.0, 150.0, height), 0.9, ClassId.PLAYER)] * bool(height)
    for score, stays in ((0.55, False), (0.65, True)):
        found = boxes(*around, (square(600, 300, 40), score, ClassId.BALL))
        assert one_ball(found, FRAME).tolist() == [True] * len(around) + [stays]


def test_a_surer_box_is_right_more_often_and_a_person_more_often_than_a_ball() -> None:
    scores = np.linspace(0, 1, 21, dtype=np.float32)
    ball = probabilities(scores, np.full(21, ClassId.BALL, np.int64))
    person = probabilities(scores, np.full(21, ClassId.PLAYER, np.int64))
    assert ball.dtype == np.float32
    for each in (ball, person):
        assert (np.diff(each) >= 0).all()
        assert 0 <= each.min() < 0.01
        assert 0.99 < each.max() <= 1
    assert (person[9:] >= ball[9:]).all()
