import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.detection.letterbox import Letterbox, require_imgsz
from touchline.errors import UsageError

sides = st.integers(1, 4000)
sizes = st.none() | st.integers(32, 4096) | st.tuples(st.integers(32, 4096), st.integers(32, 4096))


@pytest.mark.parametrize(
    ("frame", "imgsz", "canvas"),
    [
        ((1280, 720), None, (1280, 736)),
        ((1920, 1080), None, (1920, 1088)),
        ((3072, 1728), None, (1920, 1088)),
        ((1920, 1080), 1280, (1280, 736)),
        ((1280, 720), (640, 360), (640, 384)),
        ((1080, 1920), (640, 360), (224, 384)),
        ((640, 360), 1280, (640, 384)),
        ((640, 360), (1280, 720), (640, 384)),
    ],
)
def test_known_sizes_get_the_canvas_they_should(frame, imgsz, canvas):
    assert Letterbox.fit(frame, imgsz).canvas == canvas


@given(frame=st.tuples(sides, sides), imgsz=sizes)
def test_a_canvas_is_made_of_whole_cells_and_holds_the_frame(frame, imgsz):
    box = Letterbox.fit(frame, imgsz)
    for canvas, inner in zip(box.canvas, box.inner, strict=True):
        assert canvas % 32 == 0
        assert inner <= canvas < inner + 32
    if isinstance(imgsz, tuple):
        assert box.inner[0] <= imgsz[0]
        assert box.inner[1] <= imgsz[1]


@given(frame=st.tuples(sides, sides), imgsz=sizes, data=st.data())
def test_a_box_put_on_the_canvas_comes_back(frame, imgsz, data):
    box = Letterbox.fit(frame, imgsz)
    x = sorted(data.draw(st.tuples(*[st.floats(0, frame[0], width=32)] * 2)))
    y = sorted(data.draw(st.tuples(*[st.floats(0, frame[1], width=32)] * 2)))
    given_box = np.array([[x[0], y[0], x[1], y[1]]], np.float32)
    back = box.to_frame(given_box * np.float32(box.scale))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, given_box, atol=0.01)


def test_boxes_are_clipped_to_the_frame():
    box = Letterbox.fit((100, 50), None)
    back = box.to_frame(np.array([[-5, -5, 300, 60]], np.float32))
    np.testing.assert_array_equal(back, [[0, 0, 100, 50]])


def test_a_frame_lies_at_the_top_left_and_the_rest_is_grey():
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    batch = Letterbox.fit((70, 50), None).pack([image, image[::-1]])
    assert batch.shape == (2, 64, 96, 3)
    np.testing.assert_array_equal(batch[0, :50, :70], image)
    np.testing.assert_array_equal(batch[1, :50, :70], image[::-1])
    assert (batch[:, 50:] == 114).all()
    assert (batch[:, :, 70:] == 114).all()


def test_a_scaled_frame_fills_its_part_of_the_canvas():
    image = np.full((100, 200, 3), 7, np.uint8)
    batch = Letterbox.fit((200, 100), 100).pack([image])
    assert batch.shape == (1, 64, 128, 3)
    assert (batch[0, :50, :100] == 7).all()
    assert (batch[0, 50:] == 114).all()


def test_a_frame_cut_out_of_a_larger_one_is_as_good_as_a_copy():
    large = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    view = large[20:120, 30:230]
    box = Letterbox.fit((200, 100), 100)
    np.testing.assert_array_equal(box.pack([view]), box.pack([view.copy()]))


@pytest.mark.parametrize("imgsz", [0, -640, 31, 5000, (640, 0), (1, 2, 3)])
def test_a_size_out_of_range_is_refused(imgsz):
    with pytest.raises(UsageError, match="32 to 4096"):
        require_imgsz(imgsz)


@pytest.mark.parametrize("imgsz", [None, 32, 4096, (640, 360)])
def test_a_size_in_range_is_taken(imgsz):
    require_imgsz(imgsz)
