import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchline.synthetic.camera import look_at
from touchline.synthetic.surface import Surface, before_the_lens, mipmaps

SIZE = (320, 180)
CAMERA = look_at((0, -20, 3), (0, 0, 1), focal=400, size=SIZE)


def _wall(texture: np.ndarray, *, flip: bool = False, both_sides: bool = False) -> Surface:
    sign = -1.0 if flip else 1.0
    corner, along = np.array([-4.0 * sign, 0, 0]), np.array([8.0 * sign, 0, 0])
    return Surface(corner, along, np.array([0, 0, 3.0]), (mipmaps(texture),), both_sides)


def _red() -> np.ndarray:
    texture = np.zeros((60, 160, 3), np.uint8)
    texture[..., 2] = 200
    return texture


def test_a_wall_covers_its_projection():
    image = np.zeros((180, 320, 3), np.uint8)
    _wall(_red()).draw(image, CAMERA)
    rows, columns = np.nonzero(image[..., 2] > 100)
    corners = CAMERA.project(np.array([[-4.0, 0, 0], [4.0, 0, 3.0]]))[0]
    assert np.allclose([columns.min(), rows.max() + 1], corners[0], atol=2)
    assert np.allclose([columns.max() + 1, rows.min()], corners[1], atol=2)


def test_a_wall_is_not_seen_from_behind_unless_it_is_a_net():
    image = np.zeros((180, 320, 3), np.uint8)
    _wall(_red(), flip=True).draw(image, CAMERA)
    assert image.max() == 0
    _wall(_red(), flip=True, both_sides=True).draw(image, CAMERA)
    assert image.max() > 100


def test_the_texture_lies_where_it_belongs():
    texture = _red()
    texture[:30, :80] = (0, 255, 0)
    image = np.zeros((180, 320, 3), np.uint8)
    _wall(texture).draw(image, CAMERA)
    for x, z, channel in ((-2, 2.2, 1), (2, 2.2, 2), (-2, 0.8, 2), (2, 0.8, 2)):
        column, row = CAMERA.project(np.array([float(x), 0, z]))[0].astype(int)
        assert image[row, column].argmax() == channel


def test_see_through_texture_lets_the_ground_shine_through():
    texture = np.full((60, 160, 4), 255, np.uint8)
    texture[..., 3] = 128
    image = np.full((180, 320, 3), 50, np.uint8)
    _wall(texture).draw(image, CAMERA)
    column, row = CAMERA.project(np.array([0.0, 0, 1.5]))[0].astype(int)
    assert np.allclose(image[row, column], 153, atol=4)


@given(st.floats(-200, 200), st.floats(-60, 60), st.floats(1, 300))
def test_nothing_behind_the_lens_is_kept(x, y, width):
    square = np.array([[x, y, 0], [x + width, y, 0], [x + width, y + 40, 0], [x, y + 40, 0.0]])
    kept = before_the_lens(square, CAMERA)
    assert kept.shape[1:] == (3,)
    assert (CAMERA.project(kept)[1] > 0).all() if len(kept) else True
