import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.maps import STRIDES, empty_maps, put
from touchline.detection.decode import decode, stride_maps
from touchline.errors import ModelError


def plain_decode(maps, thresholds):
    """The formula of the paper, one cell at a time."""
    found = []
    for grid, stride in zip(maps, STRIDES, strict=True):
        for row in range(grid.shape[1]):
            for column in range(grid.shape[2]):
                dx, dy, dw, dh, objectness, *classes = (float(v) for v in grid[:, row, column])
                class_id = max(range(4), key=lambda c: classes[c])
                if objectness * classes[class_id] < thresholds[class_id]:
                    continue
                x, y = (column + dx) * stride, (row + dy) * stride
                w, h = math.exp(dw) * stride, math.exp(dh) * stride
                box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
                found.append((box, objectness * classes[class_id], class_id))
    return found


@given(
    seed=st.integers(0, 2**32 - 1),
    thresholds=st.lists(st.floats(0.013, 0.97), min_size=4, max_size=4),
)
def test_the_fast_way_agrees_with_the_formula_of_the_paper(seed, thresholds):
    rng = np.random.default_rng(seed)
    maps = [rng.normal(size=grid.shape).astype(np.float32) for grid in empty_maps(96, 64)]
    for grid in maps:
        grid[4:] = rng.random(grid[4:].shape)
    boxes = decode(maps, np.array(thresholds, np.float32))
    expected = plain_decode(maps, np.array(thresholds, np.float32).astype(float))
    assert len(boxes) == len(expected)
    for i, (xyxy, score, class_id) in enumerate(expected):
        np.testing.assert_allclose(boxes.xyxy[i], xyxy, atol=1e-2, rtol=1e-4)
        assert boxes.scores[i] == pytest.approx(score, abs=1e-6)
        assert boxes.class_id[i] == class_id


@given(
    x=st.floats(60, 200), y=st.floats(60, 200), w=st.floats(4, 100), h=st.floats(4, 100),
    level=st.integers(0, 2), class_id=st.integers(0, 3),
)  # fmt: skip
def test_a_box_that_a_cell_sees_comes_out_as_it_is(x, y, w, h, level, class_id):
    maps = empty_maps(256, 256)
    box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    put(maps, box, class_id, level=level)
    boxes = decode(maps, np.full(4, 0.5, np.float32))
    np.testing.assert_allclose(boxes.xyxy, [box], atol=1e-2)
    assert boxes.xyxy.dtype == boxes.scores.dtype == np.float32
    assert boxes.class_id.tolist() == [class_id]


def test_each_class_has_its_own_threshold():
    maps = empty_maps(128, 128)
    put(maps, (10, 10, 20, 20), 0, score=0.3)
    put(maps, (40, 40, 60, 90), 2, score=0.3)
    boxes = decode(maps, np.array([0.25, 0.45, 0.45, 0.45], np.float32))
    assert boxes.class_id.tolist() == [0]


def test_a_wild_size_stays_finite():
    maps = empty_maps(64, 64)
    put(maps, (10, 10, 20, 20), 2)
    maps[0][2:4] = 1000
    assert np.isfinite(decode(maps, np.full(4, 0.5, np.float32)).xyxy).all()


def test_another_network_is_refused_with_what_it_answers():
    with pytest.raises(ModelError, match=r"stride_8.*answers heatmaps \(1, 32, 96, 160\)"):
        stride_maps({"heatmaps": np.zeros((1, 32, 96, 160), np.float32)})
    with pytest.raises(ModelError, match=r"each \(N, 9"):
        stride_maps({f"stride_{s}": np.zeros((1, 85, 4, 4), np.float32) for s in STRIDES})
