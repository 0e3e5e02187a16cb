"""How much a frame looks like a pitch to the validator.

Quirks of the validator tested here, each by a test that fails without it: large blobs that are less
than half green are taken out, small ones stay; a goal net takes all lines out, from 15 lines on and
with more than 15 of either direction; a close-up costs 0.29 after the cap at 1, and is seen on the
mask before opening; the score never falls below 0; every step's constants, by the recorded frames.
"""

import cv2
import numpy as np
import pytest

from tests.scorevision.scoring.test_lines import GREEN, RED, WHITE, grass, known, picture
from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.scorevision.scoring.pitch_score import (
    field_mask,
    is_close_up,
    looks_like_net,
    pitch_frame_score,
)


def ring(thickness: int) -> Image:
    """A green mask with one square ring of 200 pixels."""
    mask = np.zeros((300, 300), np.uint8)
    mask[50:250, 50:250] = 255
    mask[50 + thickness : 250 - thickness, 50 + thickness : 250 - thickness] = 0
    return mask


def net(*, steep: int = 16, flat: int = 16, length: int = 40) -> np.ndarray:
    columns = [[9 * i, 0, 9 * i, length] for i in range(steep)]
    rows = [[0, 9 * i, length, 9 * i] for i in range(flat)]
    return np.array([*columns, *rows], np.int64).reshape(-1, 4)


@pytest.mark.parametrize("name", known())
def test_frames_score_as_the_validator_scored_them(name: str) -> None:
    assert pitch_frame_score(picture(name)) == pytest.approx(
        known()[name]["pitch_frame_score"], rel=1e-9
    )


def test_grass_is_worth_its_share_of_the_image_and_its_edge_is_a_line() -> None:
    half = grass(400, 400)
    half[:200] = RED
    assert pitch_frame_score(half) == pytest.approx(0.15 + 0.7 * 400 / 4500, abs=0.002)


def test_a_frame_of_grass_to_all_borders_is_a_close_up() -> None:
    assert pitch_frame_score(grass(400, 400)) == pytest.approx(0.01)


def test_no_grass_scores_0_and_never_less() -> None:
    assert pitch_frame_score(np.zeros((90, 90, 3), np.uint8)) == 0.0
    framed = np.zeros((400, 400, 3), np.uint8)
    cv2.rectangle(framed, (0, 0), (399, 399), GREEN, 24)
    assert pitch_frame_score(framed) == 0.0


def test_lines_add_their_length_and_the_score_is_capped_before_the_close_up() -> None:
    image = grass(720, 1280)
    image[:20] = RED
    plain = pitch_frame_score(image)
    cv2.line(image, (100, 300), (500, 300), WHITE, 5)
    # At least the two edges of the line, about 400 px each; the paint itself is no grass.
    assert pitch_frame_score(image) - plain > 0.7 * 780 / 4500
    for y in range(60, 700, 40):
        cv2.line(image, (40, y), (1240, y + 8), WHITE, 5)
    assert pitch_frame_score(image) == 1.0
    image[:20] = GREEN
    assert pitch_frame_score(image) == pytest.approx(0.71)


def test_large_blobs_less_than_half_green_are_taken_out() -> None:
    assert not field_mask(ring(20)).any()
    # The opening, with a kernel of even size, moves by a pixel what it keeps.
    kept = np.count_nonzero(field_mask(ring(40)))
    assert kept == pytest.approx(np.count_nonzero(ring(40)), rel=0.03)


def test_small_blobs_stay_whatever_they_hold() -> None:
    hollow = np.zeros((100, 100), np.uint8)
    hollow[15:85, 15:85] = 255
    hollow[25:75, 25:75] = 0
    assert (hollow > 0)[15:85, 15:85].mean() < 0.5
    assert field_mask(hollow).any()


def test_specks_are_opened_away() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[10:19, 10:19] = mask[50:60, 50:60] = 255
    assert np.count_nonzero(field_mask(mask)) == 100


def test_a_close_up_has_all_four_borders_over_80_percent_green() -> None:
    mask = np.full((400, 800), 255, np.uint8)
    assert is_close_up(mask)
    mask[:10, :160] = 0
    assert not is_close_up(mask)
    mask[:10, :160] = 255
    mask[:10, :150] = 0
    assert is_close_up(mask)


@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
def test_one_border_without_grass_is_no_close_up(side: str) -> None:
    mask = np.full((400, 800), 255, np.uint8)
    # One row or column of the band more than a fifth.
    band = {
        "top": mask[:3],
        "bottom": mask[-3:],
        "left": mask[:, :5],
        "right": mask[:, -5:],
    }[side]
    band[:] = 0
    assert not is_close_up(mask)


def test_borders_are_judged_before_opening() -> None:
    image = grass(478, 800)
    plain = image.copy()
    image[:28:9] = RED
    plain[:28] = RED
    # Stripes of 8 rows: opening leaves none of them, and 9 of the 11 rows of the band are green.
    assert pitch_frame_score(image) == pytest.approx(pitch_frame_score(plain) - 0.29, abs=0.01)


def test_a_grid_of_short_lines_is_a_net() -> None:
    assert looks_like_net(net())
    assert not looks_like_net(net(steep=15))
    assert not looks_like_net(net(flat=15))
    assert not looks_like_net(np.empty((0, 4), np.int64))


def test_a_grid_of_long_lines_is_a_net_where_all_are_as_long() -> None:
    assert looks_like_net(net(length=200))
    mixed = net(length=200)
    mixed[::2, 2:] = mixed[::2, :2] + (mixed[::2, 2:] - mixed[::2, :2]) // 2
    assert not looks_like_net(mixed)


def test_lines_at_10_and_80_degrees_are_neither_flat_nor_steep() -> None:
    def at(degrees: float, count: int) -> np.ndarray:
        x, y = 1000 * np.cos(np.radians(degrees)), 1000 * np.sin(np.radians(degrees))
        return np.array([[0, 0, round(x), round(y)]] * count, np.int64)

    assert looks_like_net(np.concatenate([at(9, 16), at(81, 16)]))
    assert not looks_like_net(np.concatenate([at(10.5, 16), at(81, 16)]))
    assert not looks_like_net(np.concatenate([at(9, 16), at(79.5, 16)]))


def test_a_net_takes_all_lines_out_of_the_score() -> None:
    steep, both = grass(720, 1280), grass(720, 1280)
    for i in range(20):
        x, y = 100 + 110 * (i % 10), 60 + 150 * (i // 10)
        cv2.line(steep, (x, y), (x, y + 70), WHITE, 9)
        cv2.line(both, (x, y), (x, y + 70), WHITE, 9)
        cv2.line(both, (x, y + 320), (x + 70, y + 320), WHITE, 9)
    # Both are close-ups.
    assert pitch_frame_score(steep) > 0.3
    assert pitch_frame_score(both) < 0.01


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^an image"):
        pitch_frame_score(np.zeros((9, 9), np.uint8))
