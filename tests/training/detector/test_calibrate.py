import numpy as np
import pytest
import supervision as sv

from training.detector.calibrate import judged, logistic
from training.detector.data import BALL, PLAYER, LabelledFrame


def test_the_fit_finds_the_odds_that_the_boxes_were_drawn_with():
    rng = np.random.default_rng(0)
    odds = rng.uniform(-4, 4, 20000)
    right = rng.random(20000) < 1 / (1 + np.exp(-(1.5 * odds - 0.5)))
    fitted = logistic(1 / (1 + np.exp(-odds)), right.astype(np.float64))
    assert fitted == pytest.approx((1.5, -0.5), abs=0.1)


class Finds:
    """A detector that finds the same in every picture."""

    def detect(self, images):
        boxes = [(100, 100, 110, 110), (500, 500, 510, 510), (0, 0, 20, 50), (1, 0, 21, 50)]
        found = sv.Detections(
            xyxy=np.array(boxes, np.float32),
            confidence=np.array([0.9, 0.8, 0.7, 0.6], np.float32),
            class_id=np.array([BALL, BALL, PLAYER, PLAYER]),
        )
        return [found for _ in images]


def test_a_ball_is_right_near_a_labelled_one_and_each_person_is_found_once():
    labels = np.array([(104, 100, 114, 110), (0, 0, 20, 50)], np.float32)
    classes = np.array([BALL, PLAYER])
    image = np.zeros((720, 1280, 3), np.uint8)
    frame = LabelledFrame("one", image, labels, classes, np.array([-1, 0]))
    balls, people = judged(Finds(), frame)
    assert balls[1].tolist() == [1, 0]
    assert people[1].tolist() == [1, 0]
