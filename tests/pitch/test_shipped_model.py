from itertools import islice

import cv2
import numpy as np
import pytest
import supervision as sv

from benchmarks.pitch import SIZE, frames, judge, read_label
from benchmarks.pitch import Score as PitchScore
from tests.shared import SHARED, beside
from touchline.pitch import HeatmapPitchModel, PitchFinder, PitchTrack, load_pitch_model
from touchline.synthetic import read_truth
from touchline.video import VideoReader, read_frames


@pytest.fixture(scope="module")
def model() -> HeatmapPitchModel:
    return load_pitch_model()


def made_frames(match):
    """Frames of the main camera of the made match, in the size of a broadcast, with labels."""
    images = [cv2.resize(frame.image, SIZE) for frame in read_frames(match / "match.mp4")]
    truths = [truth.keypoints for truth in read_truth(match / "truth.json")]
    for index in (0, 3, 6, 9, 11, 22, 25, 28):
        seen = truths[index].keypoint_confidence
        yield images[index], sv.KeyPoints(xy=truths[index].xy * 2, keypoint_confidence=seen)


def labelled_frames():
    """Frames of a match beside the project, held back from the training."""
    for path in sorted((SHARED / "data/pitch/images").glob("08fd33_*.jpg"))[:8]:
        yield cv2.imread(str(path)), read_label(SHARED / f"data/pitch/labels/{path.stem}.txt")


@pytest.mark.parametrize("kind", ["made", *beside("real")])
def test_the_shipped_model_finds_a_match_it_was_not_trained_on(model, match, kind):
    score = PitchScore()
    for image, label in made_frames(match) if kind == "made" else labelled_frames():
        judge(score, model.locate([image])[0], label)
    summary = score.summary()
    assert summary["frames"] == 8
    assert summary["within 1 %"] > 0.9
    assert summary["precision"] > 0.95
    assert summary["metres, median"] < 0.6


@pytest.mark.parametrize(
    ("name", "indices"), [("made", [13, 16, 19]), *beside(("shot_cut_360p", [490, 540, 580]))]
)
def test_the_shipped_model_finds_nothing_in_a_close_up(model, footage, name, indices):
    found = [model.locate([image])[0] for image in frames(footage(name), indices)]
    assert len(found) == 3
    assert not any(each.keypoint_confidence.any() for each in found)


@pytest.mark.parametrize("name", ["made", *beside("broadcast_720p")])
def test_a_batch_gives_what_its_images_give_alone(model, footage, name):
    images = list(frames(footage(name), [0, 10, 20]))
    alone = [model.locate([image])[0] for image in images]
    for one, other in zip(alone, model.locate(images), strict=True):
        assert np.allclose(one.xy, other.xy, atol=0.5)


@pytest.mark.parametrize(("name", "count"), [("made", 12), *beside(("dfl_848x478", 20))])
def test_a_shot_has_a_homography_in_every_frame(model, footage, name, count):
    with VideoReader(footage(name)) as reader:
        track, finder = PitchTrack(25.0, (reader.info.width, reader.info.height)), PitchFinder()
        states = []
        for index, frame in enumerate(islice(reader, count)):
            finder.move(np.eye(3))
            is_due = index % 5 == 0
            look = finder.look(frame.image, model.locate([frame.image])[0]) if is_due else None
            states += track.push(look, np.eye(3))
    states += track.flush()
    assert len(states) == count
    assert all(state.homography is not None for state in states)
    assert max(state.uncertainty for state in states) < 1.0
