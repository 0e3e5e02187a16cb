import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pitch.maps import HEIGHT, WIDTH, blobs
from touchline.pitch.heatmaps import decode

columns = st.floats(0.02, 0.98)


@given(st.lists(st.tuples(columns, columns), min_size=32, max_size=32))
@settings(max_examples=20, deadline=None)
def test_a_peak_is_found_between_the_cells(places):
    truth = np.array(places)
    points, confidence = decode(*blobs(truth))
    assert np.abs(points[0] - truth).max() * WIDTH < 0.35
    assert confidence.min() > 0.9


def test_a_peak_on_the_border_stays_inside():
    corners = np.array([[0, 0], [1, 1], [0, 1], [1, 0]] * 8, float)
    points, _ = decode(*blobs(corners))
    assert (points >= 0).all()
    assert (points <= 1).all()
    assert np.abs(points[0] - corners).max() < 2 / HEIGHT


def test_the_absent_bin_takes_the_confidence():
    maps, absent = blobs(np.full((32, 2), 0.5))
    absent[0, 3] = maps.max() + 20
    _, confidence = decode(maps, absent)
    assert confidence[0, 3] < 0.01
    assert np.delete(confidence[0], 3).min() > 0.9


def test_flat_maps_are_nothing_to_be_sure_of():
    _, confidence = decode(np.zeros((1, 32, HEIGHT, WIDTH), np.float32), np.zeros((1, 32), "f4"))
    assert confidence.max() == pytest.approx(49 / (HEIGHT * WIDTH + 1), rel=1)


def test_two_equal_peaks_share_the_confidence():
    left, absent = blobs(np.full((32, 2), 0.25))
    right, _ = blobs(np.full((32, 2), 0.75))
    _, confidence = decode(np.maximum(left, right), absent)
    assert confidence == pytest.approx(0.5, abs=0.05)


def test_very_large_logits_do_not_overflow():
    maps, absent = blobs(np.full((32, 2), 0.5))
    points, confidence = decode(maps + np.float32(1e4), absent + np.float32(1e4))
    assert np.isfinite(points).all()
    assert confidence.min() > 0.9


def test_a_batch_gives_what_its_images_give_alone():
    rng = np.random.default_rng(0)
    maps = rng.normal(0, 4, (3, 32, HEIGHT, WIDTH)).astype(np.float32)
    absent = rng.normal(0, 4, (3, 32)).astype(np.float32)
    together = decode(maps, absent)
    alone = [decode(maps[k : k + 1], absent[k : k + 1]) for k in range(3)]
    for part in (0, 1):
        assert np.array_equal(together[part], np.concatenate([one[part] for one in alone]))


def test_no_images_give_no_points():
    points, confidence = decode(np.zeros((0, 32, 4, 4), "f4"), np.zeros((0, 32), "f4"))
    assert points.shape == (0, 32, 2)
    assert confidence.shape == (0, 32)
