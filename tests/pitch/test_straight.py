import numpy as np
import pytest

from tests.pitch.painted import BEHIND_GOAL, MAIN, MARKINGS, MIDDLE, camera_at, painted
from touchline.pitch.alignment import seen_markings
from touchline.pitch.paint import find_paint
from touchline.pitch.straight import MOST, find_straight


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_the_best_supported_lines_are_straight_lines_of_the_pitch(view):
    paint = find_paint(painted(view))
    lines = find_straight(paint).lines
    seen = seen_markings(camera_at(view), MARKINGS, paint.height)
    on = np.abs(seen.pixels @ lines[:, :2].T + lines[:, 2]) < 3
    assert 3 <= len(lines) <= MOST
    of_line = MARKINGS.line[seen.rows]
    shares = [on[of_line == each].mean(axis=0) for each in set(of_line)]
    # What comes after them may be a part of an arc.
    assert np.all(np.max(shares, axis=0)[:3] > 0.7)


def test_normals_are_of_length_one_and_members_lie_on_a_line():
    paint = find_paint(painted(MAIN))
    straight = find_straight(paint)
    assert np.allclose(np.linalg.norm(straight.lines[:, :2], axis=1), 1)
    off = paint.points[straight.members] @ straight.lines[:, :2].T + straight.lines[:, 2]
    assert np.abs(off).min(axis=1).max() < 4
    assert 0 < straight.members.sum() <= len(paint)


def test_a_picture_without_paint_has_no_lines():
    straight = find_straight(find_paint(np.zeros((360, 640, 3), np.uint8)))
    assert straight.lines.shape == (0, 3)
    assert len(straight.members) == 0
