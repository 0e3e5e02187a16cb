import numpy as np
import pytest

from tests.training.detector.frames import drawn_frame
from training.detector import distractors
from training.detector.data import BALL
from training.detector.distractors import distract


@pytest.mark.parametrize("kind", ["ON_GRASS", "FLARES", "CAPTION", "NET"])
def test_what_is_no_ball_is_painted_clear_of_every_ball(kind: str, monkeypatch: pytest.MonkeyPatch):
    for name in ("ON_GRASS", "FLARES", "CAPTION", "NET"):
        monkeypatch.setattr(distractors, name, float(name == kind))
    rng = np.random.default_rng(0)
    frame = drawn_frame()
    balls = frame.xyxy[frame.class_id == BALL]
    left, top, right, bottom = balls[0].astype(int)
    changed = 0
    for _ in range(30):
        image = frame.image.copy()
        distract(image, height=50, balls=balls, rng=rng)
        changed += int((image != frame.image).any())
        if kind != "NET":  # a net hangs before a ball as well
            same = image[top:bottom, left:right] == frame.image[top:bottom, left:right]
            assert same.all()
    assert changed > 15


def test_nothing_is_painted_where_no_share_asks_for_it(monkeypatch: pytest.MonkeyPatch):
    for name in ("ON_GRASS", "FLARES", "CAPTION", "NET"):
        monkeypatch.setattr(distractors, name, 0.0)
    frame = drawn_frame()
    image = frame.image.copy()
    nothing = np.zeros((0, 4), np.float32)
    distract(image, height=50, balls=nothing, rng=np.random.default_rng(0))
    assert np.array_equal(image, frame.image)
