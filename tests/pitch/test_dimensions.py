import itertools

import numpy as np
import pytest

from touchline.errors import UsageError
from touchline.pitch import FLIP, PitchDimensions

PITCH = PitchDimensions()


def test_there_are_32_different_vertices_on_the_pitch():
    vertices = PITCH.vertices()
    assert vertices.shape == (32, 2)
    assert vertices.dtype == np.float64
    assert len(np.unique(vertices, axis=0)) == 32
    assert (np.abs(vertices) <= [52.5, 34]).all()


def test_the_first_vertex_is_the_far_left_corner_and_the_sixth_the_near_one():
    vertices = PITCH.vertices()
    assert vertices[0].tolist() == [-52.5, 34]
    assert vertices[5].tolist() == [-52.5, -34]
    assert vertices[29].tolist() == [52.5, -34]


def test_points_11_12_19_20_lie_on_the_penalty_arc():
    vertices = PITCH.vertices()
    for point, spot in ((11, 9), (12, 9), (19, 22), (20, 22)):
        assert np.linalg.norm(vertices[point - 1] - vertices[spot - 1]) == pytest.approx(9.15)
        assert abs(vertices[point - 1, 1]) == pytest.approx(7.31, abs=0.005)


def test_a_mirrored_pitch_is_the_same_pitch_in_flip_order():
    assert np.allclose(PITCH.vertices()[FLIP], PITCH.vertices() * [-1, 1])
    assert np.array_equal(FLIP[FLIP], np.arange(32))


def test_all_vertices_but_the_spots_lie_on_a_line():
    corners = np.concatenate([_sampled(line) for line in PITCH.lines()])
    gaps = np.linalg.norm(PITCH.vertices()[:, None] - corners[None], axis=2).min(axis=1)
    on_paint = np.delete(np.arange(32), [8, 21])
    assert gaps[on_paint].max() < 0.2
    assert gaps[[8, 21]].min() > 5


def test_the_lines_stay_on_the_pitch():
    for line in PITCH.lines():
        assert line.ndim == 2
        assert line.shape[1] == 2
        assert (np.abs(line) <= np.array([52.5, 34]) + 1e-9).all()


def test_a_pitch_of_another_size_moves_its_outline_but_not_its_boxes():
    small = PitchDimensions(length=100, width=64).vertices()
    assert small[0].tolist() == [-50, 32]
    assert np.allclose(np.abs(small[9] - [-50, 0]), [16.5, 20.16])
    assert np.allclose(small[14], PITCH.vertices()[14])


def test_a_pitch_smaller_than_its_markings_is_refused():
    with pytest.raises(UsageError, match="cannot hold its markings"):
        PitchDimensions(length=50)


def _sampled(line: np.ndarray) -> np.ndarray:
    steps = np.linspace(0, 1, 400)[:, None]
    parts = [a + (b - a) * steps for a, b in itertools.pairwise(line)]
    return np.concatenate(parts)
