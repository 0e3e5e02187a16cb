import numpy as np
import supervision as sv

from tests.training.detector.frames import drawn_frame
from touchline.verification.labels import Label
from touchline.verification.verifier import View
from training.detector.data import BALL, PLAYER
from training.verification.evaluate import UNSEEN, looks_at, report, roles_with_detector


class Known:
    """A detector that finds the first player as a referee, the ball, and somebody who is none."""

    def detect(self, images):
        frame = drawn_frame()
        stranger = [[500, 20, 520, 70]]
        boxes = np.concatenate([frame.xyxy[[0, 6]], stranger]).astype(np.float32)
        confidence = np.array([0.8, 0.7, 0.3], np.float32)
        return [sv.Detections(boxes, confidence=confidence, class_id=np.array([3, BALL, PLAYER]))]


def looks():
    return looks_at(drawn_frame(), Known(), np.random.default_rng(0))


def perfect(truth: np.ndarray) -> np.ndarray:
    return np.eye(len(Label), dtype=np.float32)[truth]


def test_labels_come_first_then_mistakes_then_empty_places():
    found = looks()
    assert found.truth[:7].tolist() == drawn_frame().class_id.tolist()
    assert found.truth[7] == Label.BACKGROUND
    assert found.views[7].xyxy.tolist() == [500, 20, 520, 70]
    assert set(found.truth[8:].tolist()) <= {Label.GRASS, Label.BACKGROUND}
    assert all(isinstance(view, View) for view in found.views)


def test_the_word_of_the_detector_is_kept_where_it_found_something():
    found = looks()
    assert found.claimed[[0, 6]].tolist() == [3, BALL]
    assert (found.claimed[1:6] == UNSEEN).all()
    assert found.confidence[0] == np.float32(0.8)


def test_a_sure_detector_turns_a_doubting_verifier():
    rows = np.zeros((3, 6), np.float32)
    rows[:, [Label.PLAYER, Label.REFEREE]] = [0.6, 0.4]
    claimed = np.array([Label.REFEREE, Label.REFEREE, UNSEEN])
    roles = roles_with_detector(rows, claimed, np.array([0.9, 0.36, 0.0], np.float32))
    assert roles.tolist() == [Label.REFEREE, Label.PLAYER, Label.PLAYER]


def test_a_perfect_verifier_gets_perfect_figures():
    found = looks()
    text = report([found], perfect(found.truth))
    assert "person or not: 1.0000" in text
    assert "ball or not:   1.0000" in text
    assert "verifier 1.000 1.000 1.000 1.000" in text
    assert "detector 1.000 1.000 1.000 1.000" not in text


def test_a_verifier_that_confirms_everybody_is_found_out():
    found = looks()
    text = report([found], perfect(np.full(len(found.truth), Label.PLAYER)))
    assert "of 6 that are: 1.0000" in text
    assert "that are not: 0.0000" in text
