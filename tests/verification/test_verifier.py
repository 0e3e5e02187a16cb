from dataclasses import replace

import numpy as np
import pytest

from tests.verification.worlds import shown
from touchline.verification.verifier import View, as_claimed


def test_a_person_of_any_role_is_as_claimed_and_a_ball_only_a_football():
    row = np.array([[0.1, 0.2, 0.3, 0.1, 0.2, 0.1]])
    assert np.allclose(as_claimed(row, np.array([False])), 0.6)
    assert np.allclose(as_claimed(row, np.array([True])), 0.1)


def test_a_view_is_in_the_pixels_of_the_picture_of_its_frame():
    frame = shown(0, [])
    view = View.of(replace(frame, scale=0.5), np.array([100.0, 150.0, 120.0, 200.0]))
    assert view.image is frame.image
    assert (view.xyxy.tolist(), view.is_ball) == ([50, 75, 60, 100], False)


def test_a_frame_without_a_picture_is_not_looked_at():
    with pytest.raises(AssertionError, match="a picture"):
        View.of(shown(0, [], looked=False), np.zeros(4))
