from dataclasses import replace

import numpy as np
import pytest

from tests.training.detector.frames import drawn_frame
from training.detector.augment import motion_kernel
from training.detector.data import BALL, GOALKEEPER, PERSON, PLAYER, REFEREE
from training.detector.paste import Placement, cut_out, place_person


@pytest.fixture(scope="module")
def bank():
    return cut_out([drawn_frame()])


def test_everybody_who_stands_alone_is_cut_out(bank):
    counts = {class_id: len(cutouts) for class_id, cutouts in bank.items()}
    assert counts == {BALL: 1, GOALKEEPER: 1, REFEREE: 1, PLAYER: 4}


def test_people_who_overlap_are_left_in_place():
    frame = drawn_frame()
    frame.xyxy[1] = frame.xyxy[0] + 5
    assert len(cut_out([frame])[PLAYER]) == 2


def test_a_mask_covers_the_person_and_not_the_grass(bank):
    alpha = bank[GOALKEEPER][0].alpha
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == pytest.approx(1)
    assert alpha[0].max() == alpha[:, 0].max() == 0


def test_what_is_pasted_is_where_its_box_says(bank):
    image = np.zeros((100, 100, 3), np.uint8)
    placement = Placement(bank[REFEREE][0], 20, 30)
    image[:] = 128
    placement.draw(image)
    rows, columns = np.nonzero((image != 128).any(-1))
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(placement.xyxy, seen, atol=2)


def test_people_land_inside_apart_from_others_and_at_their_height(bank):
    rng = np.random.default_rng(0)
    frame = drawn_frame()
    people = frame.xyxy[frame.class_id != BALL]
    placed = [place_person(bank[GOALKEEPER][0], frame.image, people, rng=rng) for _ in range(60)]
    landed = [placement for placement in placed if placement is not None]
    assert len(landed) > 5
    for placement in landed:
        left, top, right, bottom = placement.xyxy
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 360
        assert 35 < bottom - top < 65
        sides = np.minimum(placement.xyxy[2:], people[:, 2:])
        sides = sides - np.maximum(placement.xyxy[:2], people[:, :2])
        assert sides.clip(min=0).prod(1).max() <= 0.2 * (right - left) * (bottom - top)


def test_an_outline_makes_the_box_larger_than_what_is_seen(bank):
    ball = bank[BALL][0]
    tight = Placement(ball, 20, 30).xyxy
    wide = Placement(replace(ball, outline=1.5), 20, 30).xyxy
    np.testing.assert_allclose(wide[2:] - wide[:2], 1.5 * (tight[2:] - tight[:2]))
    np.testing.assert_allclose(wide[:2] + wide[2:], tight[:2] + tight[2:])


def test_somebody_of_unknown_role_is_not_pasted():
    frame = drawn_frame()
    frame.class_id[frame.class_id != BALL] = PERSON
    assert {class_id for class_id, cutouts in cut_out([frame]).items() if cutouts} == {BALL}


def test_motion_makes_a_ball_longer_and_fainter(bank):
    ball = bank[BALL][0]
    moved = ball.blurred(motion_kernel(7, angle=0))
    assert moved.alpha.shape[1] == ball.alpha.shape[1] + 6
    assert moved.alpha.sum() == pytest.approx(ball.alpha.sum(), rel=0.05)
