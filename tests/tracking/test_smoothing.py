import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchline.tracking.smoothing import SmoothingModel, fit

MODEL = SmoothingModel()
TIMES = np.arange(-7, 8) / 25


def run(speed, *, times=TIMES, noise=0.0, seed=0):
    random = np.random.default_rng(seed)
    x = 400 + speed * times
    boxes = np.stack([x, x * 0 + 100, x + 24, x * 0 + 160], axis=1)
    return boxes + random.normal(0, 1, boxes.shape) * noise


def one_track(boxes, times=TIMES):
    owner = np.zeros(len(boxes), dtype=np.int64)
    return fit(boxes, times, owner, tracks=1, model=MODEL)


@given(st.floats(-150, 150))
def test_a_steady_run_is_not_bent(speed):
    boxes, _ = one_track(run(speed))
    np.testing.assert_allclose(boxes[0], [400, 100, 424, 160], atol=0.02 + abs(speed) * 1e-3)


def test_shaking_is_reduced_by_half():
    errors = [one_track(run(60, noise=2.0, seed=seed))[0][0] for seed in range(60)]
    assert np.std(np.array(errors) - [400, 100, 424, 160]) < 1.0


def test_tracks_do_not_mix():
    left, right = run(50), run(-50) + 700
    owner = np.repeat([0, 1], len(TIMES))
    times = np.tile(TIMES, 2)
    both, _ = fit(np.concatenate([left, right]), times, owner, tracks=2, model=MODEL)
    np.testing.assert_allclose(both[0], one_track(left)[0][0])
    np.testing.assert_allclose(both[1], one_track(right)[0][0])


def test_detections_far_away_in_time_are_not_enough():
    far = np.array([-0.3, 0.3])
    _, weight = one_track(run(0, times=far), far)
    assert weight[0] < MODEL.enough


def test_a_track_without_detections_has_no_weight():
    boxes, weight = fit(
        np.empty((0, 4)), np.empty(0), np.empty(0, dtype=np.int64), tracks=2, model=MODEL
    )
    assert boxes.shape == (2, 4)
    assert weight.tolist() == [0, 0]
