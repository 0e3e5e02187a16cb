"""Rules that make the keypoints of a frame 0, each with a view that meets it and no other."""

import cv2
import numpy as np
import pytest

from touchline.arrays import Float64, Image
from touchline.turbovision.scoring import keypoint_frames, keypoints_pillar, template_picture
from touchline.turbovision.scoring.keypoints import _require_ground, _Zero
from touchline.turbovision.scoring.template import CORNERS, template_points

SIZE = (1280, 720)
WHOLE = [(140, 686), (1140, 686), (1140, 34), (140, 34)]
"""Bottom left, bottom right, top right and top left of a pitch that is seen from above, whole."""


def seen(corners: list[tuple[int, int]], size: tuple[int, int] = SIZE) -> tuple[Image, Float64]:
    """A pitch whose corners lie there, and its 32 points in the picture."""
    points = template_points()
    target = np.array(corners, np.float32)
    homography = cv2.getPerspectiveTransform(points[list(CORNERS)], target)
    image = cv2.warpPerspective(template_picture(), homography, size)
    moved = cv2.perspectiveTransform(points[None].astype(np.float64), homography)[0]
    return np.asarray(image, np.uint8), np.asarray(moved, np.float64)


def moved(x: int, y: int, scale: float = 1.0) -> list[tuple[int, int]]:
    """Corners of the template as it is drawn, with its top left pixel at (x, y)."""
    return [(round(x + scale * a), round(y + scale * b)) for a, b in template_points()[[*CORNERS]]]


def scored(image: Image, points: Float64) -> tuple[float, str | None]:
    frame = keypoint_frames([{"frame_id": 0, "keypoints": points.tolist()}], {0: image})[0]
    return frame.score, frame.why


def test_true_points_score_nearly_all() -> None:
    score, why = scored(*seen(WHOLE))
    assert (score > 0.9, why) == (True, None)


@pytest.mark.parametrize(
    ("corners", "why"),
    [
        ([(300, 600), (1000, 100), (1000, 600), (300, 100)], "twisted"),
        (moved(-60, 100), "as wide as it is high"),
        ([(200, 699), (2775, 829), (1063, 341), (937, 290)], "several pieces"),
        (moved(300, 200, 0.5), "less than a fifth"),
        (moved(0, 0, 2.0), "fills the image"),
    ],
)
def test_a_view_that_the_rules_dislike_scores_nothing(
    corners: list[tuple[int, int]], why: str
) -> None:
    size = (900, 720) if why == "as wide as it is high" else SIZE
    score, said = scored(*seen(corners, size))
    assert (score, why in str(said)) == (0, True), said


def test_ground_hangs_together_over_diagonals() -> None:
    ground = np.ones((40, 40), bool)
    ground[:20, 20:] = ground[20:, :20] = False
    _require_ground(ground)  # a chequer of four fields
    ground[19, 19] = False
    with pytest.raises(_Zero, match="several pieces"):
        _require_ground(ground)


def test_nine_tenths_of_ground_are_too_much_and_less_are_not() -> None:
    # 1050 pixels wide throughout; of 720 rows 680 are ground, or 640.
    assert scored(*seen(moved(0, 40), (1050, 720)))[1] == "the ground fills the image"
    assert scored(*seen(moved(0, 80), (1050, 720)))[1] != "the ground fills the image"


def test_lines_that_nobody_expects_may_be_nine_tenths_of_all() -> None:
    image, points = seen(WHOLE)
    crowded = image.copy()
    crowded[:, ::30] = 255
    assert scored(crowded, points)[1] == (
        "nearly all lines that are seen lie where none is expected"
    )
    some = image.copy()
    some[:, ::40] = 255
    assert scored(some, points)[1] is None


def test_points_outside_the_picture_are_absent() -> None:
    image, points = seen(WHOLE)
    points[3:] += 2000
    assert scored(image, points) == (0, "3 points in the image, and four are needed")


def test_no_point_is_left_out_as_an_outlier() -> None:
    image, points = seen(WHOLE)
    wrong = points.copy()
    wrong[15] += (0, 150)
    assert scored(image, wrong)[0] < 0.8 * scored(image, points)[0]


def test_31_points_score_nothing_and_frames_left_out_are_not_counted() -> None:
    image, points = seen(WHOLE)
    assert scored(image, points[:31]) == (0, "31 points, not 32")
    frames = [{"frame_id": 0, "keypoints": points.tolist()}]
    assert keypoints_pillar(keypoint_frames(frames, {0: image, 1: image})) > 0.9
    strange = [*frames, {"frame_id": "0", "keypoints": points.tolist()}]
    assert keypoints_pillar(keypoint_frames(strange, {0: image})) < 0.5
