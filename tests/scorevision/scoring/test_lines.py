"""The painted lines that the validator sees.

Quirks of the validator tested here, each by a test that fails without it: 30 samples of a segment
must lie on opened grass; 3 pixels at each side are ignored, by the middle of a segment, which
another segment's paint may save; more than 80 middles within 80 pixels, the segment's own too, drop
a segment, all counted before any is dropped; every step's constants, by the recorded frames.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from tests.scorevision.scoring import made
from tests.scorevision.scoring.answers import Floats
from tests.scorevision.scoring.made import PAINT
from tests.shared import SHARED
from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.scorevision.scoring import lines as module
from touchline.scorevision.scoring.frame_fit import fit_template, judge_points, on_line_score
from touchline.scorevision.scoring.lines import pitch_lines, pitch_lines_of

GREEN, WHITE, RED = (60, 160, 60), (255, 255, 255), (0, 0, 200)
PITCH = SHARED / "data" / "pitch"


@cache
def known() -> dict[str, dict[str, Any]]:
    """Pictures whose numbers are known: those that are made here, and those of the recordings."""
    path = SHARED / "vectors" / "pitch_lines.json"
    recorded = json.loads(path.read_text())["images"] if path.exists() else {}
    return made.scores("pictures") | recorded


def grass(height: int = 240, width: int = 320) -> Image:
    return np.full((height, width, 3), GREEN, np.uint8)


def painted(*lines: tuple[int, int, int, int]) -> Image:
    image = grass()
    for x1, y1, x2, y2 in lines:
        cv2.line(image, (x1, y1), (x2, y2), PAINT, 5)
    return image


def picture(name: str) -> Image:
    if name in made.PICTURES:
        return made.pitch_picture(name)[0]
    image = cv2.imread(str(PITCH / "images" / name))
    assert image is not None
    return np.asarray(image, np.uint8)


def labels(name: str, width: int, height: int) -> Floats:
    if name in made.PICTURES:
        return made.pitch_picture(name)[1]
    row = (PITCH / "labels" / name).with_suffix(".txt").read_text().split()
    points = np.array(row[5:], np.float64).reshape(32, 3)
    return points[:, :2] * (width, height) * (points[:, 2:] > 0)


@pytest.mark.parametrize("name", known())
def test_frames_have_the_lines_and_scores_of_the_validator(name: str) -> None:
    expected = known()[name]
    image = picture(name)
    height, width = image.shape[:2]
    lines = np.array(pitch_lines(image), np.float64).reshape(-1, 4)
    assert len(lines) == expected["line_segments"]
    length = np.hypot(*(lines[:, 2:] - lines[:, :2]).T).sum()
    assert length == pytest.approx(expected["total_segment_length"], rel=1e-9)
    keypoints = labels(name, width, height)
    valid = judge_points(keypoints[None], width, height).valid[0]
    score = on_line_score(keypoints[valid], lines, width=width, height=height)
    assert score == pytest.approx(expected["label_keypoints_on_line_score"], abs=1e-9)
    fit = fit_template(keypoints, valid, width=width, height=height)
    assert (fit is None) == (expected["label_reprojection_error"] is None)
    if fit is not None:
        assert fit.inlier_ratio == pytest.approx(expected["label_inlier_ratio"], rel=1e-9)
        error = pytest.approx(expected["label_reprojection_error"], rel=1e-6)
        assert fit.reprojection_error == error


def test_a_painted_line_is_found_along_its_edges() -> None:
    lines = pitch_lines(painted((40, 120, 280, 120)))
    assert lines
    for x1, y1, x2, y2 in lines:
        assert 110 <= min(y1, y2) <= max(y1, y2) <= 130
        assert all(type(value) is int for value in (x1, y1, x2, y2))
    assert max(x2 - x1 for x1, _, x2, _ in lines) > 200


def test_plain_grass_and_lines_off_grass_have_none() -> None:
    assert pitch_lines(grass()) == []
    off = painted((40, 120, 280, 120))
    off[off[..., 0] == GREEN[0]] = RED
    assert pitch_lines(off) == []


def test_paint_that_is_not_green_at_all_is_not_seen() -> None:
    image = grass()
    cv2.line(image, (40, 120), (280, 120), WHITE, 5)
    assert pitch_lines(image) == []


def test_the_image_is_not_changed() -> None:
    image = painted((40, 120, 280, 120))
    before = image.copy()
    pitch_lines(image)
    assert (image == before).all()


def test_one_sample_off_grass_drops_a_segment() -> None:
    segments = np.array([[0, 5, 290, 5]])
    mask = np.full((10, 300), 255, np.uint8)
    assert module._on_grass(segments, mask).tolist() == [True]
    # Samples are 10 px apart here, and truncated.
    mask[5, 101:110] = 0
    assert module._on_grass(segments, mask).tolist() == [True]
    mask[5, 100] = 0
    assert module._on_grass(segments, mask).tolist() == [False]


def test_segments_whose_middle_lies_at_the_border_are_dropped() -> None:
    shape = (100, 100)
    rows = np.array([[10, 2, 90, 2], [10, 4, 90, 4], [10, 97, 90, 97], [1, 10, 1, 90]])
    assert module._away_from_border(rows, shape).tolist() == [False, True, False, False]


def test_a_middle_is_rounded_down() -> None:
    rows = np.array([[0, 2, 9, 3], [0, 3, 9, 4]])
    assert module._away_from_border(rows, (50, 50)).tolist() == [False, True]


def test_more_than_80_neighbours_drop_a_segment() -> None:
    def crowd(count: int) -> Iterator[list[int]]:
        return ([i, 0, i, 20] for i in range(count))

    assert module._uncrowded(np.array(list(crowd(80)))).all()
    # Of 81, the first and the last have their 80 px neighbours at the open end.
    found = module._uncrowded(np.array(list(crowd(81))))
    assert found.tolist() == [True, *[False] * 79, True]


def test_neighbours_are_counted_before_any_is_dropped() -> None:
    rows = np.array([[0, 0, 20, 0]] * 90 + [[60, 0, 80, 0]])
    assert not module._uncrowded(rows).any()


def test_neighbours_are_near_along_both_axes() -> None:
    rows = np.array([[0, 0, 20, 0]] * 80 + [[0, 80, 20, 80], [79, 79, 99, 79]])
    assert module._uncrowded(rows).tolist() == [False] * 80 + [True, False]


def test_many_frames_give_the_lines_of_each_in_order() -> None:
    images = [painted((40, 60 + 10 * i, 280, 120)) for i in range(7)]
    assert list(pitch_lines_of(images, workers=2)) == [pitch_lines(image) for image in images]
    assert list(pitch_lines_of([])) == []


def test_a_video_is_read_no_further_than_needed() -> None:
    read = []

    def video() -> Iterator[Image]:
        for i in range(20):
            read.append(i)
            yield grass(40, 40)

    next(pitch_lines_of(video(), workers=2))
    assert len(read) <= 4


@pytest.mark.parametrize(
    "image",
    [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)],
    ids=["grey", "float", "empty"],
)
def test_what_is_no_image_is_refused(image: Image) -> None:
    with pytest.raises(UsageError, match=r"^an image"):
        pitch_lines(image)


def test_no_worker_is_refused() -> None:
    with pytest.raises(UsageError, match="workers is from 1; got 0"):
        pitch_lines_of([], workers=0)
