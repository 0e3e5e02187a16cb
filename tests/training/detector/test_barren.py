import numpy as np
import pytest

from training.detector import barren
from training.detector.barren import SIZE, barren_frames


def test_barren_frames_have_no_boxes_and_are_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(barren, "STANDS", 1)
    monkeypatch.setattr(barren, "TITLES", 2)
    first, second = barren_frames(), barren_frames()
    assert len(first) == 3
    for one, other in zip(first, second, strict=True):
        assert one.image.shape == (SIZE[1], SIZE[0], 3)
        assert one.image.dtype == np.uint8
        assert len(one.xyxy) == len(one.class_id) == 0
        assert np.array_equal(one.image, other.image)
