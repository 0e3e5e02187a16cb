import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from touchline.errors import UsageError
from touchline.verification.clip import prepare
from touchline.verification.clip.image_tower import DEVIATION, MEAN

sides = st.integers(1, 160)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def normalised(prepared):
    """What the network computes from the pixels that it is given, on the side of RGB."""
    return ((prepared[..., ::-1] / 255 - MEAN) / DEVIATION).transpose(0, 3, 1, 2)


@settings(deadline=None, max_examples=25)
@given(height=sides, width=sides, seed=st.integers(0, 99))
@example(1, 1, 0)
@example(1, 50, 0)
@example(120, 1, 0)
@example(224, 224, 0)
@example(223, 225, 0)
@example(448, 97, 0)
def test_pixels_are_those_of_clip_processor(height, width, seed):
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    image = noise(height, width, seed)
    # Untold, it takes images of 1 or 3 rows for channels; a frame's crop is never laid out so.
    wanted = transformers.CLIPImageProcessorPil()(
        image, return_tensors="np", input_data_format="channels_last"
    )["pixel_values"]
    np.testing.assert_allclose(normalised(prepare([image])), wanted, atol=1e-5)


def test_the_longer_side_is_cut_down_to_a_whole_number():
    # 224 * 301 / 200 = 337.12, and 224 * 299 / 200 = 334.88: neither is rounded up.
    assert prepare([noise(301, 200), noise(299, 200)]).shape == (2, 224, 224, 3)


def test_images_come_out_in_order_as_bgr():
    images = [np.full((9, 5, 3), (10 * i, 2, 3), np.uint8) for i in range(20)]
    prepared = prepare(images)
    assert prepared[:, 7, 7].tolist() == [[3, 2, 10 * i] for i in range(20)]


def test_a_view_into_a_frame_is_as_good_as_a_copy():
    frame = noise(400, 600)
    view = frame[10:100, 50:90, ::-1]
    np.testing.assert_array_equal(prepare([view]), prepare([view.copy()]))


def test_no_images_are_no_rows():
    assert prepare([]).shape == (0, 224, 224, 3)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 0, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((5, 5, 3), np.float32),
    ],
)
def test_what_is_no_image_is_refused_with_what_is_allowed(image):
    with pytest.raises(UsageError, match=r"uint8 \(h, w, 3\) RGB with an area"):
        prepare([image])
