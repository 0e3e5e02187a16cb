from pathlib import Path

import av
import numpy as np
import pytest

from touchline.errors import InputError, OutputError
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
