import numpy as np
import pytest

from tests.training.detector.frames import GRASS, drawn_frame
from training.detector.balls import OUTLINE, SIDES, covered, draw_net, painted_ball, place_ball
from training.detector.data import BALL
from training.detector.paste import Placement, centred, cut_out


@pytest.fixture(scope="module")
def bank():
    return cut_out([drawn_frame()])


def test_balls_land_on_grass_or_at_feet(bank):
    rng = np.random.default_rng(0)
    frame = drawn_frame()
    people = frame.xyxy[frame.class_id != BALL]
    placed = [place_ball(bank[BALL][0], frame.image, people, scale=1, rng=rng) for _ in range(40)]
    sizes = [p.xyxy[2:] - p.xyxy[:2] for p in placed if p is not None]
    assert len(sizes) > 20
    assert np.min(sizes) >= 4
    assert np.max(sizes) <= 24


def test_a_ball_needs_no_people(bank):
    rng = np.random.default_rng(1)
    image = drawn_frame().image
    nobody = np.zeros((0, 4), np.float32)
    placed = [place_ball(bank[BALL][0], image, nobody, scale=1, rng=rng) for _ in range(5)]
    assert any(placed)


@pytest.mark.parametrize("height", [30, 120, 300])
def test_a_ball_is_as_large_as_the_people_around_say(bank, height: int):
    rng = np.random.default_rng(0)
    image = np.full((640, 640, 3), GRASS, np.uint8)
    people = np.array([[300, 200, 300 + height / 2, 200 + height]], np.float32)
    for cutout in (bank[BALL][0], painted_ball(12, rng=rng)):
        placed = [place_ball(cutout, image, people, scale=1, rng=rng) for _ in range(60)]
        boxes = [placement.xyxy for placement in placed if placement is not None]
        sides = [np.sqrt((box[2:] - box[:2]).prod()) / height for box in boxes]
        assert len(sides) > 20
        assert SIDES[0] - 3 / height < np.median(sides) < SIDES[1] + 3 / height


def test_a_painted_ball_is_round_light_and_outlined():
    rng = np.random.default_rng(0)
    for _ in range(10):
        ball = painted_ball(20, rng=rng)
        assert ball.side == pytest.approx(20 * OUTLINE, rel=0.1)
        assert ball.alpha[0].max() == ball.alpha[:, 0].max() == 0
        assert ball.alpha.sum() == pytest.approx(np.pi * 100, rel=0.1)
        assert ball.image[ball.alpha == 1].mean() > 90


def test_a_ball_behind_legs_is_partly_hidden_and_its_box_tells_what_is_left():
    rng = np.random.default_rng(0)
    image = np.full((100, 100, 3), GRASS, np.uint8)
    image[:, :50] = (30, 30, 200)
    placement = centred(painted_ball(20, rng=rng), 52, 50)
    left = covered(placement, image)
    assert left is not None
    assert left.xyxy[0] > placement.xyxy[0] + 4
    assert left.xyxy[2] > 60
    before = image.copy()
    left.draw(image)
    assert (image[:, :48] == before[:, :48]).all()
    assert (image[:, 52:] != before[:, 52:]).any()


def test_a_ball_that_is_wholly_hidden_is_none():
    image = np.full((100, 100, 3), (30, 30, 200), np.uint8)
    image[::6, ::6] = GRASS
    ball = painted_ball(20, rng=np.random.default_rng(0))
    assert covered(Placement(ball, 40, 40), image) is None


def test_a_net_hangs_near_what_is_behind_it():
    image = np.full((200, 200, 3), GRASS, np.uint8)
    around = np.array([90, 90, 110, 110], np.float32)
    draw_net(image, around, rng=np.random.default_rng(0))
    changed = (image != GRASS).any(-1)
    assert 0.02 < changed.mean() < 0.7
    assert changed[60:140, 60:140].any()
    draw_net(image, around + 1000, rng=np.random.default_rng(0))
