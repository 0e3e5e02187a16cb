import cv2
import numpy as np
import pytest

from benchmarks.pitch import Score as PitchScore
from benchmarks.pitch import frames, judge, read_label
from tests.shared import SHARED, needs_shared
from touchline.pitch import HeatmapPitchModel, PitchTrack, load_pitch_model

pytestmark = needs_shared


@pytest.fixture(scope="module")
def model() -> HeatmapPitchModel:
    return load_pitch_model()


def test_the_shipped_model_finds_a_match_it_was_not_trained_on(model):
    score = PitchScore()
    for path in sorted((SHARED / "data/pitch/images").glob("08fd33_*.jpg"))[:8]:
        label = read_label(SHARED / f"data/pitch/labels/{path.stem}.txt")
        judge(score, model.locate([cv2.imread(str(path))])[0], label)
    summary = score.summary()
    assert summary["within 1 %"] > 0.9
    assert summary["precision"] > 0.95
    assert summary["metres, median"] < 0.6


def test_the_shipped_model_finds_nothing_in_a_close_up(model):
    for image in frames(SHARED / "data/clips/shot_cut_360p.mp4", [490, 540, 580]):
        assert not model.locate([image])[0].keypoint_confidence.any()


def test_a_batch_gives_what_its_images_give_alone(model):
    images = list(frames(SHARED / "data/clips/broadcast_720p.mp4", [0, 10, 20]))
    alone = [model.locate([image])[0] for image in images]
    for one, other in zip(alone, model.locate(images), strict=True):
        assert np.allclose(one.xy, other.xy, atol=0.5)


def test_a_real_shot_has_a_homography_in_every_frame(model):
    images = list(frames(SHARED / "data/clips/dfl_848x478.mp4", list(range(20))))
    track = PitchTrack(25.0, (848, 478))
    states = []
    for index, image in enumerate(images):
        look = model.locate([image])[0] if index % 5 == 0 else None
        states += track.push(look, np.eye(3))
    states += track.flush()
    assert all(state.homography is not None for state in states)
    assert max(state.uncertainty for state in states) < 1.0
