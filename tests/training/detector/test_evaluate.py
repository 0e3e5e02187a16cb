import numpy as np
import supervision as sv

from tests.training.detector.frames import drawn_frame
from training.detector.evaluate import by_match, detect, labels_of, report


class Oracle:
    """A detector that knows the labels of one frame."""

    def __init__(self, frame):
        self._frame = frame

    def detect(self, images):
        count = len(self._frame.xyxy)
        confidence = np.linspace(0.9, 0.8, count, dtype=np.float32)
        found = sv.Detections(
            self._frame.xyxy, confidence=confidence, class_id=self._frame.class_id
        )
        return [found for _ in images]


def test_a_perfect_detector_is_reported_as_perfect():
    frame = drawn_frame()
    text = report([detect(Oracle(frame), frame)], [labels_of(frame)])
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    assert rows["mean"] == ["1.000", "1.000"]
    assert rows["player"] == ["4", "1.000", "1.000"]
    assert rows["0.50:"] == ["1.000", "/", "0.000"]


def test_a_blind_detector_is_reported_as_such():
    frame = drawn_frame()
    blind = drawn_frame()
    nothing = type(blind)("x", blind.image, blind.xyxy[:0], blind.class_id[:0], blind.kit[:0])
    text = report([detect(Oracle(nothing), frame)], [labels_of(frame)])
    assert "mean" in text
    assert [line.split()[1:] for line in text.splitlines() if "mean" in line] == [
        ["0.000", "0.000"]
    ]


def test_frames_of_a_match_are_told_together():
    truth = [labels_of(drawn_frame()) for _ in range(3)]
    rows = by_match(["b", "a", "b"], truth, truth).splitlines()
    assert [row.split()[:2] for row in rows[1:4]] == [["a", "1"], ["b", "2"], ["all", "3"]]
    assert rows[3].split()[2:] == ["1.000"] * 7 + ["0.000"]
