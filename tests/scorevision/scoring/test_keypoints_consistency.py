"""Stability of distances within a segment, and of places within a run.

Quirks of the validator tested here, each by a test that fails without it: frames are sorted as
strings in stability and as numbers in runs; the change of a distance is relative to the earlier
frame; only frames with a homography are compared, however far apart; 1 for one frame, 0.5 for fewer
than two homographies and for no two common points; stability asks points outside the image too; 1
for the first frame of a run, also after a gap, also where it is missing; 0 beside a missing frame,
beside a list that has not 32 points, and without common valid points; 1 where neither has a point;
the displacement is a share of the diagonal and goes through the logistic of the lines.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from tests.scorevision.scoring.answers import HEIGHT, WIDTH, Floats, frame
from touchline.scorevision.scoring.answer import read_answer
from touchline.scorevision.scoring.consistency import run_consistencies, stabilities
from touchline.scorevision.scoring.frame_fit import judge_points, logistic

SQUARE = ((300, 100), (700, 100), (700, 500), (300, 500))
DIAGONAL = math.hypot(WIDTH, HEIGHT)


def points(*at: tuple[float, float], first: int = 0) -> Floats:
    keypoints = np.zeros((32, 2))
    keypoints[first : first + len(at)] = np.reshape(at, (-1, 2))
    return keypoints


def scaled(factor: float) -> Floats:
    return points(*((x * factor, y * factor) for x, y in SQUARE))


def stability(frames: Mapping[int, Floats], *, fitted: Sequence[bool] | None = None) -> list[float]:
    answer = read_answer({str(n): frame(keypoints) for n, keypoints in frames.items()})
    counted = judge_points(answer.keypoints, WIDTH, HEIGHT).unbounded
    have = np.array([True] * len(frames) if fitted is None else fitted)
    segment = np.zeros(len(frames), np.int64)
    found = stabilities(answer, counted, fitted=have, segment=segment)
    return [float(stable) for stable in found]


def runs(frames: Mapping[int, Floats], validated: Sequence[int] | None = None) -> list[float]:
    answer = read_answer({str(n): frame(keypoints) for n, keypoints in frames.items()})
    judged = judge_points(answer.keypoints, WIDTH, HEIGHT)
    asked = sorted(frames) if validated is None else validated
    found = run_consistencies(answer, judged, validated=asked, diagonal=DIAGONAL)
    return [float(steady) for steady in found]


def test_stability_falls_with_the_relative_change_of_distances() -> None:
    assert stability({0: scaled(1), 1: scaled(1.1)}) == pytest.approx([math.exp(-1)])
    assert stability({0: scaled(1.1), 1: scaled(1)}) == pytest.approx([math.exp(-10 / 11)])


def test_a_shift_of_all_points_is_stable() -> None:
    assert stability({0: scaled(1), 1: scaled(1) + (scaled(1) > 0) * 9.0}) == [1.0]


def test_frames_are_compared_in_the_order_of_strings() -> None:
    frames = {2: scaled(1), 9: scaled(1), 10: scaled(1.1)}
    # 10, 2, 9: one change of 1/11 and one of 0, where by number it is 0 and 1/10.
    assert stability(frames) == pytest.approx([math.exp(-10 / 11 / 2)])


def test_frames_without_a_homography_are_stepped_over() -> None:
    frames = {0: scaled(1), 1: scaled(1.3), 2: scaled(1.1)}
    assert stability(frames, fitted=[True, False, True]) == pytest.approx([math.exp(-1)])


def test_one_frame_is_stable_and_too_little_is_half() -> None:
    assert stability({0: scaled(1)}) == [1.0]
    assert stability({0: scaled(1)}, fitted=[False]) == [1.0]
    assert stability({0: scaled(1), 1: scaled(1)}, fitted=[True, False]) == [0.5]
    one_in_common = {0: points(*SQUARE), 1: points(*SQUARE, first=3)}
    assert stability(one_in_common) == [0.5]


def test_frames_that_share_too_little_are_left_out_of_the_mean() -> None:
    frames = {0: scaled(1), 1: scaled(1.1), 2: points(*SQUARE, first=20)}
    assert stability(frames) == pytest.approx([math.exp(-1)])


def test_segments_have_their_own_stability() -> None:
    given = {n: frame(scaled(1 + n // 3 * 0.1 * n)) for n in range(4)}
    answer = read_answer({str(n): f for n, f in given.items()})
    counted = judge_points(answer.keypoints, WIDTH, HEIGHT).unbounded
    segment = np.array([0, 0, 1, 1])
    found = stabilities(answer, counted, fitted=np.ones(4, np.bool_), segment=segment)
    assert found.tolist() == pytest.approx([1.0, math.exp(-3)])


def test_points_outside_the_image_count_in_stability() -> None:
    outside = (WIDTH + 100, 100)
    before, after = points((300, 100), outside), points((300, 100), (WIDTH + 198, 100))
    assert stability({0: before, 1: after}) == pytest.approx([math.exp(-10 * 98 / 1080)])


def test_crowded_points_do_not_count_in_stability() -> None:
    before = points((300, 100), (700, 100), (710, 100))
    after = points((300, 100), (700, 100), (719, 100))
    assert stability({0: before, 1: after}) == [1.0]


def test_the_first_frame_of_each_run_scores_1() -> None:
    jump = {0: scaled(0.5), 1: scaled(1), 5: scaled(0.5)}
    assert runs(jump) == pytest.approx([1.0, 0.0, 1.0], abs=1e-6)


def test_a_displacement_is_a_share_of_the_diagonal() -> None:
    off = 0.02 * DIAGONAL
    moved = points(*((round(x + off, 2), y) for x, y in SQUARE))
    assert runs({0: scaled(1), 1: moved}) == pytest.approx([1.0, 0.5], abs=1e-3)
    assert runs({0: scaled(1), 1: scaled(1)})[1] == logistic(0.0)


def test_the_mean_of_the_common_points_goes_through_the_curve() -> None:
    off = 0.04 * DIAGONAL
    moved = points((300 + off, 100), (700, 100), (900, 600))
    assert runs({0: points((300, 100), (700, 100)), 1: moved})[1] == pytest.approx(0.5, abs=1e-3)


def test_runs_follow_numbers_not_strings() -> None:
    frames = {n: scaled(1) for n in (9, 10, 11)}
    assert runs(frames) == [1.0, logistic(0.0), logistic(0.0)]


def test_a_missing_frame_costs_itself_and_the_next_unless_it_comes_first() -> None:
    frames = {n: scaled(1) for n in (0, 1, 3, 4)}
    assert runs(frames, [0, 1, 2, 3, 4]) == [1.0, logistic(0), 0.0, 0.0, logistic(0)]
    assert runs({1: scaled(1), 2: scaled(1)}, [0, 1, 2]) == [1.0, 0.0, logistic(0)]


def test_a_frame_that_was_not_validated_is_no_neighbour() -> None:
    frames = {n: scaled(1) for n in range(3)}
    assert runs(frames, [0, 2]) == [1.0, 1.0]


@pytest.mark.parametrize("length", [0, 20, 31])
def test_a_list_that_has_not_32_points_costs_itself_and_the_next(length: int) -> None:
    frames = {0: scaled(1), 1: scaled(1)[:length], 2: scaled(1)}
    assert runs(frames) == [1.0, 0.0, 0.0]


def test_two_frames_without_any_point_agree() -> None:
    assert runs({0: points(), 1: points()}) == [1.0, 1.0]
    assert runs({0: points(), 1: scaled(1)}) == [1.0, 0.0]


def test_without_common_valid_points_nothing_is_consistent() -> None:
    assert runs({0: points(*SQUARE), 1: points(*SQUARE, first=9)}) == [1.0, 0.0]
    outside = points((WIDTH + 5, 100))
    assert runs({0: outside, 1: outside}) == [1.0, 0.0]
    crowded = points((300, 100), (310, 100))
    swapped = points((0, 0), (310, 100))
    assert runs({0: crowded, 1: swapped}) == [1.0, 0.0]
