import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.synthetic.ball import BOARDS, RADIUS, Ball


def _at(x: float, y: float) -> Ball:
    return Ball(np.array([x, y, RADIUS]))


@pytest.mark.parametrize("high", [True, False])
def test_a_pass_arrives_in_time(high: bool):
    ball = _at(0, 0)
    ball.kick(np.array([18.0, 4.0]), 1.5, high=high)
    for _ in range(150):
        ball.fly(0.01)
    assert np.linalg.norm(ball.position[:2] - [18, 4]) < 1.0


def test_a_high_ball_flies_and_a_rolling_one_does_not():
    peaks = []
    for high in (True, False):
        ball = _at(0, 0)
        ball.kick(np.array([25.0, 0.0]), 1.8, high=high)
        peaks.append(max(_height_after(ball) for _ in range(45)))
    assert peaks[0] > 3
    assert peaks[1] == pytest.approx(RADIUS)


def _height_after(ball: Ball) -> float:
    ball.fly(0.04)
    return float(ball.position[2])


@given(st.floats(-50, 50), st.floats(-33, 33), st.floats(0.3, 2.5), st.booleans())
def test_the_ball_stays_above_ground_and_within_the_boards(x, y, duration, high):
    ball = _at(0, 0)
    ball.kick(np.array([x, y]), duration, high=high)
    for _ in range(200):
        ball.fly(0.04)
        assert ball.position[2] >= RADIUS - 1e-9
        assert (np.abs(ball.position[:2]) <= BOARDS).all()


def test_a_ball_left_alone_comes_to_rest():
    ball = _at(0, 0)
    ball.kick(np.array([10.0, 0.0]), 1.0, high=False)
    for _ in range(500):
        ball.fly(0.04)
    assert np.linalg.norm(ball.velocity) == pytest.approx(0, abs=1e-6)
