import numpy as np
import pytest

from touchline.analytics.smoother import RunningModel, smooth

TIMES = np.arange(0, 6, 0.04)


def test_a_steady_run_has_its_speed_and_no_acceleration():
    places = (3.0 * TIMES)[:, None]
    mean, variance = smooth(places, np.full_like(places, 0.05), TIMES, model=RunningModel())
    assert mean[20:-20, 0, 1] == pytest.approx(3.0, abs=0.02)
    assert mean[20:-20, 0, 2] == pytest.approx(0.0, abs=0.05)
    assert (variance > 0).all()


def test_what_is_drawn_from_the_model_lies_within_its_errors_two_times_of_three():
    model, rng = RunningModel(), np.random.default_rng(3)
    move, noise = model.step(0.04)
    state, spread = model.start(200)
    spread[:, 0, 0] = 1.0
    draw = np.linalg.cholesky(spread[0])
    state = rng.normal(size=state.shape) @ draw.T
    states = []
    for _ in TIMES:
        states.append(state)
        state = state @ move.T + rng.multivariate_normal(np.zeros(4), noise, len(state))
    true = np.array(states)
    white = rng.normal(0, np.sqrt(model.white), true.shape[:2])
    places = true[:, :, 0] + 0.1 * (true[:, :, 3] + white)
    mean, variance = smooth(places, np.full_like(places, 0.1), TIMES, model=model)
    within = np.abs(mean - true[:, :, :3]) < np.sqrt(variance)
    assert within.mean(axis=(0, 1)) == pytest.approx(0.68, abs=0.03)


def test_a_gap_is_bridged_and_less_sure():
    places = (3.0 * TIMES)[:, None].copy()
    places[60:90] = np.nan
    mean, variance = smooth(places, np.full_like(places, 0.05), TIMES, model=RunningModel())
    assert mean[60:90, 0, 0] == pytest.approx(3.0 * TIMES[60:90], abs=0.1)
    assert variance[75, 0, 1] > 3 * variance[30, 0, 1]


def test_an_outlier_hardly_moves_the_path():
    places = (3.0 * TIMES)[:, None].copy()
    places[70] += 3.0
    mean, _ = smooth(places, np.full_like(places, 0.05), TIMES, model=RunningModel())
    assert mean[:, 0, 0] == pytest.approx(3.0 * TIMES, abs=0.12)


def test_uneven_times_give_the_same_speed():
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.choice([0.02, 0.04, 0.08], 100))
    places = (2.0 * times)[:, None]
    mean, _ = smooth(places, np.full_like(places, 0.05), times, model=RunningModel())
    assert mean[20:-20, 0, 1] == pytest.approx(2.0, abs=0.03)
