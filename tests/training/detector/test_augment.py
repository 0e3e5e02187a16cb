import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.training.detector.frames import drawn_frame
from training.detector.augment import (
    Dye,
    degrade,
    grass_mask,
    grass_tone,
    jitter_colours,
    random_dye,
    recolour_kits,
    shadowed,
    sharpened,
)
from training.detector.data import KIT_BALL

BLUE = Dye(hue=115, replaces_hue=True, saturation=(0, 220), value=(1, 0))


def drawn_hsv() -> np.ndarray:
    return cv2.cvtColor(drawn_frame().image, cv2.COLOR_BGR2HSV)


def test_grass_is_told_from_people():
    frame, hsv = drawn_frame(), drawn_hsv()
    mask = grass_mask(hsv, grass_tone(hsv))
    x, y = ((frame.xyxy[0, :2] + frame.xyxy[0, 2:]) / 2).astype(int)
    assert not mask[y, x]
    assert mask[:40].mean() > 0.95


def test_a_picture_without_green_has_no_grass():
    grey = np.full((20, 20, 3), (0, 0, 128), np.uint8)
    assert grass_tone(grey) is None
    assert not grass_mask(grey, None).any()


def test_one_kit_is_dyed_and_nothing_else():
    frame, before = drawn_frame(), drawn_hsv()
    after = before.copy()
    recolour_kits(after, frame.xyxy, frame.kit, dyes={0: BLUE})
    changed = (before != after).any(-1)
    for box, kit in zip(frame.xyxy.astype(int), frame.kit, strict=True):
        inside = changed[box[1] : box[3], box[0] : box[2]]
        assert inside.any() == (kit == 0)
        changed[box[1] : box[3], box[0] : box[2]] = False
    assert not changed.any()


def test_dyed_cloth_has_the_new_hue_and_grass_keeps_its_own():
    frame, hsv = drawn_frame(), drawn_hsv()
    grass = grass_mask(hsv, grass_tone(hsv))
    original = hsv.copy()
    recolour_kits(hsv, frame.xyxy, frame.kit, dyes={1: BLUE})
    left, top, right, bottom = frame.xyxy[2].astype(int)
    assert hsv[(top + bottom) // 2 - 5, (left + right) // 2, 0] == 115
    np.testing.assert_array_equal(hsv[grass], original[grass])


def test_a_ball_before_a_shirt_keeps_its_colour():
    frame = drawn_frame()
    ball = frame.xyxy[frame.kit == KIT_BALL]
    ball[:] = frame.xyxy[0] + [5, 20, -5, -20]
    frame.xyxy[frame.kit == KIT_BALL] = ball
    before = drawn_hsv()
    after = before.copy()
    recolour_kits(after, frame.xyxy, frame.kit, dyes={0: BLUE})
    left, top, right, bottom = ball[0].astype(int)
    area = slice(top, bottom), slice(left, right)
    np.testing.assert_array_equal(after[area], before[area])
    assert (after[top - 5 : top, area[1]] != before[top - 5 : top, area[1]]).any()


def test_sharpening_raises_edges_and_leaves_flat_grass_alone():
    image = np.full((40, 40, 3), 100, np.uint8)
    image[:, 20:] = 150
    sharp = sharpened(image, amount=1.0)
    assert sharp.max() > 150
    assert sharp.min() < 100
    assert (sharp[:, :8] == 100).all()


def test_a_shadow_darkens_a_part_and_keeps_hue_and_saturation():
    hsv = drawn_hsv()
    shaded = shadowed(hsv, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(shaded[..., :2], hsv[..., :2])
    darker = shaded[..., 2] < hsv[..., 2]
    assert 0.05 < darker.mean() < 0.95
    assert (shaded[..., 2] <= hsv[..., 2]).all()


@given(st.integers(0, 2**32 - 1))
def test_every_dye_stays_within_the_channels(seed: int):
    table = random_dye(np.random.default_rng(seed)).table()
    assert table.shape == (1, 256, 3)
    assert table[..., 0].max() < 180


def test_light_and_damage_keep_shape_and_type():
    rng = np.random.default_rng(0)
    image = drawn_frame().image
    for _ in range(10):
        for result in (degrade(image, rng=rng), jitter_colours(image, rng=rng)):
            assert result.shape == image.shape
            assert result.dtype == np.uint8
