from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.tables import labelled
from touchline.errors import InputError
from touchline.evaluation.formats import from_truth, with_pitch
from touchline.evaluation.metrics import (
    joined_parts,
    line_accuracy,
    pitch_accuracy,
    pitch_parts,
    with_lines,
)
from touchline.evaluation.metrics.lines import MIRRORED, pitch_lines, visible_lines
from touchline.evaluation.metrics.pitch import distances_to
from touchline.pitch import PitchDimensions, to_image
from touchline.synthetic import SyntheticMatch

SIZE = (640, 360)


@pytest.fixture(scope="module")
def truth():
    match = SyntheticMatch(seed=3, seconds=0.4, fps=10, size=SIZE, close_up=None)
    return from_truth([truth for _, truth in match], size=SIZE)


def moved(frames, by):
    """The same answer, with every keypoint and the whole picture shifted by pixels."""
    shift = np.eye(3)
    shift[:2, 2] = np.negative(by)
    pitch = frames.pitch
    return replace(
        frames,
        pitch=replace(pitch, keypoints=pitch.keypoints + by, homography=pitch.homography @ shift),
    )


def score(truth, found, **options):
    return pitch_accuracy(pitch_parts(truth, found, **options))


def test_the_labels_themselves_are_perfect(truth):
    found = score(truth, truth)
    assert set(found.pck.values()) == set(found.jac.values()) == {1.0}
    assert found.completeness == 1
    assert found.pixels.p95 < 0.01
    assert found.metres.p95 < 0.01
    assert found.pixels.count > 10


def test_a_shift_costs_as_many_pixels_as_it_is_wide(truth):
    found = score(truth, moved(truth, (4.0, 3.0)))
    assert found.pixels.median == pytest.approx(5, abs=0.02)
    # 5 of 640 pixels is 0.8 % of the width, and 7.5 pixels of an image 960 wide.
    assert found.pck == {0.005: 0, 0.01: 1, 0.02: 1, 0.05: 1}
    assert found.jac[20] == 1
    assert found.jac[5] < 0.5


def test_lines_are_measured_in_an_image_960_wide(truth):
    # 4 pixels down in an image 640 wide are 6 there.
    found = score(truth, moved(truth, (0.0, 4.0)))
    assert found.jac[5] < 0.5
    assert found.jac[10] == 1


def test_a_frame_without_an_answer_costs_completeness_and_keypoints_but_no_line(truth):
    blank = truth.pitch.where(np.arange(len(truth)))
    homography, keypoints = blank.homography.copy(), blank.keypoints.copy()
    homography[0], keypoints[0] = np.nan, np.nan
    found = score(
        truth, replace(truth, pitch=replace(blank, homography=homography, keypoints=keypoints))
    )
    assert found.completeness == pytest.approx(1 - 1 / len(truth))
    assert found.pck[0.05] < 1
    assert found.jac[5] == 1


def test_a_pitch_that_is_the_wrong_way_round_is_forgiven_on_lines_only(truth):
    turned = replace(truth.pitch, homography=np.diag([-1.0, -1.0, 1.0]) @ truth.pitch.homography)
    found = replace(truth, pitch=turned)
    assert score(truth, found).jac[5] == 1
    assert score(truth, found, mirror=False).jac[5] < 0.5
    assert score(truth, found).metres.median > 10


def test_the_parts_of_two_matches_add_up(truth):
    half = len(truth) // 2
    parts = [
        pitch_parts(truth.where(rows), moved(truth, (4.0, 3.0)).where(rows))
        for rows in (np.arange(half), np.arange(half, len(truth)))
    ]
    assert pitch_accuracy(joined_parts(parts)) == score(truth, moved(truth, (4.0, 3.0)))


def test_keypoints_alone_give_the_lines_that_they_support(truth):
    bare = replace(truth.pitch, lines=({},) * len(truth))
    labels = with_lines(replace(truth, pitch=bare))
    found = score(labels, truth)
    assert found.jac[5] > 0.9


def test_labels_that_say_nothing_about_the_pitch_are_refused(truth):
    with pytest.raises(InputError, match="nothing about the pitch"):
        score(truth, labelled([], []))


def test_predicted_keypoints_are_fitted(truth):
    found = with_pitch(labelled([], []), list(truth.pitch.keypoints), size=SIZE)
    assert np.isfinite(found.pitch.homography).all()
    assert score(truth, found).metres.median < 0.2


A = np.array([[0.0, 0.0], [100.0, 0.0]])
B = np.array([[0.0, 50.0], [100.0, 50.0]])


@pytest.mark.parametrize(
    ("true", "found", "expected"),
    [
        ({"a": A}, {"a": A}, 1.0),
        ({"a": A, "b": B}, {"a": A}, 1 / 2),
        ({"a": A}, {"a": A, "b": B}, 1 / 2),
        ({"a": A, "b": B}, {"a": A, "b": B + 5}, 1 / 2),
        ({"a": A}, {"a": np.add(A, [0, 4.99])}, 1.0),
        ({"a": A}, {"a": np.add(A, [0, 5.0])}, 0.0),
        ({"a": np.append(A, [[50, 7]], axis=0)}, {"a": A}, 0.0),
        ({}, {}, 0.0),
        ({"a": A}, {"b": A}, 0.0),
    ],
)
def test_a_line_is_right_when_all_its_points_are_near(true, found, expected):
    assert line_accuracy(true, found, 5.0) == pytest.approx(expected)


@given(
    st.lists(st.tuples(st.floats(-99, 99), st.floats(-99, 99)), min_size=1, max_size=6),
    st.tuples(st.floats(-99, 99), st.floats(-99, 99)),
)
def test_the_distance_to_a_polyline_is_that_to_its_nearest_point(polyline, point):
    line = np.array(polyline)
    start, end = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    dense = np.concatenate(
        [a + np.linspace(0, 1, 401)[:, None] * (b - a) for a, b in zip(start, end, strict=True)]
    )
    nearest = np.linalg.norm(dense - point, axis=1).min()
    exact = distances_to(np.array([point]), line)[0]
    assert exact <= nearest + 1e-6
    assert exact == pytest.approx(nearest, abs=0.5)


def test_turning_the_pitch_twice_gives_each_line_back():
    lines = pitch_lines(PitchDimensions())
    assert set(lines) == set(MIRRORED)
    assert all(MIRRORED[MIRRORED[name]] == name for name in lines)


@pytest.mark.parametrize("name", sorted(MIRRORED))
def test_half_a_turn_puts_each_line_on_the_one_that_it_is_named_after(name):
    lines = pitch_lines(PitchDimensions())
    assert distances_to(-lines[name], lines[MIRRORED[name]]).max() < 0.02


def test_lines_are_cut_where_they_leave_the_image(truth):
    homography = truth.pitch.homography[0]
    lines = visible_lines(homography, SIZE, dimensions=PitchDimensions())
    points = np.concatenate(list(lines.values()))
    assert ((points >= -1e-6) & (points <= SIZE)).all()
    whole = visible_lines(homography, (100_000, 100_000), dimensions=PitchDimensions())
    assert set(lines) <= set(whole)
    for name, cut in lines.items():
        metres = pitch_lines(PitchDimensions())[name]
        drawn = to_image(homography, metres)
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        assert distances_to(cut, drawn).max() < 1e-6


def test_an_unknown_homography_shows_no_line():
    nothing = np.full((3, 3), np.nan)
    assert visible_lines(nothing, SIZE, dimensions=PitchDimensions()) == {}
