import numpy as np
import pytest

from touchline.pitch import PitchDimensions
from touchline.pitch.markings import Markings


@pytest.mark.parametrize("step", [0.5, 1.0, 5.0])
def test_points_lie_about_a_step_apart_along_every_line(step):
    markings = Markings.of(PitchDimensions(), step=step)
    for line in range(markings.line.max() + 1):
        mine = markings.line == line
        gaps = np.linalg.norm(np.diff(markings.points[mine], axis=0), axis=1)
        assert gaps.max(initial=0) < 1.6 * step + 0.5
    assert np.allclose(np.linalg.norm(markings.along, axis=1), 1)


def test_the_same_lines_lie_at_both_ends():
    markings = Markings.of(PitchDimensions(), step=1.0)
    apart = np.linalg.norm(markings.points[:, None] + markings.points[None], axis=2)
    assert apart.min(axis=1).max() < 1.0


def test_a_pitch_of_another_size_has_its_lines_where_they_are():
    markings = Markings.of(PitchDimensions(length=100, width=64), step=1.0)
    assert np.abs(markings.points).max(axis=0) == pytest.approx([50, 32])
    assert markings.width == 64
