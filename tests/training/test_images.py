from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.images import compressed, motion_kernel, read_image, softened


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


@given(st.integers(2, 15), st.floats(0, np.pi))
def test_a_motion_kernel_sums_to_one(length: int, angle: float):
    kernel = motion_kernel(length, angle=angle)
    assert kernel.shape == (length, length)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)


def test_fewer_pixels_and_compression_blur_an_image_and_keep_its_shape_and_type():
    sharp = noise()
    for worse in (softened(sharp, factor=0.5), compressed(sharp, quality=30)):
        assert worse.shape == sharp.shape
        assert worse.dtype == np.uint8
        assert worse.std() < sharp.std()


def test_what_is_no_image_is_refused_by_name(tmp_path: Path):
    (tmp_path / "none.png").write_text("no image")
    with pytest.raises(ValueError, match=r"none\.png is not an image"):
        read_image(tmp_path / "none.png")
