import pytest

pytest.importorskip("torch")

from training.detector import closeups
from training.detector.data import BALL


def test_a_close_up_shows_a_few_large_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closeups, "MATCHES", 2)
    frames = closeups.close_ups()
    assert len({frame.name for frame in frames}) == len(frames) >= 2 * closeups.FRAMES_EACH
    heights = [
        (frame.xyxy[:, 3] - frame.xyxy[:, 1])[frame.class_id != BALL].max(initial=0)
        for frame in frames
    ]
    assert max(heights) > frames[0].image.shape[0] / 3
    assert {frame.match for frame in frames} == {"synthetic"}
