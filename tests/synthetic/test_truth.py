import json
from pathlib import Path

import av
import numpy as np
import pytest

from touchline.errors import InputError, OutputError
from touchline.geometry import project_points
from touchline.synthetic import read_truth, write_match


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("match") / "new"
    return folder, write_match(folder, seed=2, seconds=0.4, fps=10, size=(320, 180))


def test_the_video_has_a_picture_for_each_truth(written):
    folder, truths = written
    with av.open(str(folder / "match.mp4")) as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == len(truths) == 4
    assert pictures[0].format.name == "yuv420p"
    assert [p.time for p in pictures] == pytest.approx([0.0, 0.1, 0.2, 0.3], abs=1e-3)


def test_the_truth_is_read_back_as_it_was(written):
    folder, truths = written
    for read, truth in zip(read_truth(folder / "truth.json"), truths, strict=True):
        assert np.allclose(read.objects.xyxy, truth.objects.xyxy, atol=1e-3)
        assert np.array_equal(read.objects.class_id, truth.objects.class_id)
        assert np.array_equal(read.objects.tracker_id, truth.objects.tracker_id)
        assert np.allclose(read.objects.data["visible"], truth.objects.data["visible"], atol=1e-3)
        assert np.allclose(read.keypoints.xy, truth.keypoints.xy, atol=1e-3)
        assert np.array_equal(read.homography, truth.homography)
        assert read.shot == truth.shot


def test_places_velocities_and_who_has_the_ball_are_read_back(written):
    folder, truths = written
    for read, truth in zip(read_truth(folder / "truth.json"), truths, strict=True):
        for name in ("position", "velocity"):
            there = truth.objects.data[name]
            assert there.shape == (len(truth.objects), 2)
            assert np.allclose(read.objects.data[name], there, atol=1e-3)
        assert read.owner == truth.owner
        assert read.ball_height == truth.ball_height > 0.1


def test_people_stand_where_the_homography_puts_their_feet(written):
    for truth in (each for each in written[1] if each.shot != 1):  # a close-up cuts the feet off
        people = truth.objects[(truth.objects.class_id != 0) & (truth.objects.data["visible"] == 1)]
        boxes = people.xyxy
        feet = np.stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, 3]], axis=1)
        apart = project_points(feet, truth.homography) - people.data["position"]
        assert np.linalg.norm(apart, axis=1).max() < 0.5


def test_a_file_of_before_says_nothing_of_places_and_of_who_has_the_ball(written, tmp_path: Path):
    content = json.loads((written[0] / "truth.json").read_text())
    for frame in content["frames"]:
        for name in ("motion", "owner", "ball_height"):
            del frame[name]
    (tmp_path / "truth.json").write_text(json.dumps(content))
    (first, *_) = read_truth(tmp_path / "truth.json")
    assert np.isnan(first.objects.data["position"]).all()
    assert (first.owner, first.ball_height) == (None, None)


def test_the_truth_says_whose_player_somebody_is(written):
    for truth in written[1]:
        ids = truth.objects.tracker_id
        assert (truth.team[ids == 0] == -1).all()
        assert (truth.team[(ids >= 1) & (ids <= 11)] == 0).all()
        assert (truth.team[(ids >= 12) & (ids <= 22)] == 1).all()
        assert (truth.team[ids >= 23] == -1).all()
        assert ((truth.team >= 0) == np.isin(truth.objects.class_id, (1, 2))).all()


def test_a_missing_truth_is_an_input_error(tmp_path: Path):
    with pytest.raises(InputError, match="cannot read"):
        read_truth(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', '{"version": 9, "frames": []}'])
def test_another_file_is_no_truth(tmp_path: Path, text: str):
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(InputError):
        read_truth(tmp_path / "truth.json")


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        write_match(tmp_path / "file", seconds=0.1, size=(64, 64))
