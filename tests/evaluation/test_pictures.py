"""The product's own homography on rendered pitches, read from real files."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from touchline.errors import InputError, UsageError
from touchline.evaluation import evaluate_pitch
from touchline.evaluation.pictures import ANALYSED
from touchline.settings import Settings
from touchline.synthetic import SyntheticMatch

pytestmark = pytest.mark.slow

SIZE = (640, 360)
ELSEWHERE = "cup_wrong"
MATCHES = {"cup_one-two": 3, "cup_three-four": 5, ELSEWHERE: 6}


def write_pitch(folder: Path, name: str, image: np.ndarray, points: np.ndarray) -> None:
    """A picture and its row in ``pitch_labels``: points (32, 2) in pixels, (0, 0) where absent."""
    for part in ("images", "pitch_labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "images" / f"{name}.png"), image)
    shares = points / SIZE
    rows = [f"{x:.6f} {y:.6f} {2 if x or y else 0}" for x, y in shares]
    (folder / "pitch_labels" / f"{name}.txt").write_text(f"0 0.5 0.5 1 1 {' '.join(rows)}\n")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Matches of two pictures each, one of which is labelled elsewhere, and an unlabelled one."""
    folder = tmp_path_factory.mktemp("rendered")
    for name, seed in MATCHES.items():
        clip = SyntheticMatch(seed=seed, seconds=0.2, fps=10, size=SIZE, close_up=None)
        for number, (frame, truth) in enumerate(clip):
            points = truth.keypoints.xy[0]
            moved = points + 0.05 * SIZE[0] * (points.any(axis=1, keepdims=True))
            given = moved if name == ELSEWHERE else points
            write_pitch(folder, f"{name}_a_{number:04}", frame.image, given)
    cv2.imwrite(str(folder / "images" / "cup_nobody_0000.png"), np.zeros((360, 640, 3), np.uint8))
    return folder


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.read(verify="off", teams="off")


def test_rendered_pitches_are_right_unless_labelled_elsewhere_and_no_pitch_gets_no_point(
    rendered: Path, settings: Settings, tmp_path: Path
) -> None:
    bare = tmp_path / "images"
    bare.mkdir()
    for name, grey in {"black": 0, "grey": 120}.items():
        cv2.imwrite(str(bare / f"{name}.jpg"), np.full((360, 640, 3), grey, np.uint8))
    result = evaluate_pitch([rendered], without=[tmp_path], settings=settings, samples=50)
    figures = {name: figure.value for name, figure in result.figures.items()}
    assert (result.frames, list(result.matches)) == (6, list(MATCHES))
    for name, match in result.matches.items():
        found = name != ELSEWHERE
        assert (match["right frames"], match["wrong frames"]) == (found, not found)
        assert (match["reprojected within 0.01 of the width"] > 0.8) == found
        assert 0 <= match["points within the stated uncertainty"] <= (1 if found else 0.5)
        assert match["silent frames"] == match["frames without a point"] == 0
    right = result.figures["right frames"]
    assert right.value == pytest.approx(2 / 3)
    assert right.interval.low < 1 / 3 < right.interval.high
    assert figures["no pitch: pictures"] == 2
    assert figures["no pitch: pictures with points"] == 0
    assert result.figures["no pitch: pictures with points"].interval.matches == 2
    console = Console(record=True, width=120)
    console.print(result.table())
    assert "right frames" in console.export_text()
    json.dumps(result.as_dict(), allow_nan=False)


@pytest.mark.parametrize(("form", "message"), [("mot", "labels of yolo or truth"), ("voc", "voc")])
def test_labels_without_pictures_of_a_pitch_are_refused(
    tmp_path: Path, form: str, message: str
) -> None:
    assert form not in ANALYSED
    labels = tmp_path / "gt.txt"
    labels.write_text("1,1,10,10,20,40,1,-1,-1,-1\n")
    with pytest.raises(InputError, match=message):
        evaluate_pitch([labels], form=form)


def test_pictures_of_which_none_is_labelled_are_refused(tmp_path: Path) -> None:
    write_pitch(tmp_path, "a_0", np.zeros((360, 640, 3), np.uint8), np.zeros((32, 2)))
    with pytest.raises(InputError, match="no keypoint of a pitch is labelled"):
        evaluate_pitch([tmp_path])


def test_nothing_to_analyse_and_a_folder_without_pictures_are_refused(
    rendered: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="labelled pictures are needed"):
        evaluate_pitch([])
    with pytest.raises(InputError, match="holds no image"):
        evaluate_pitch([rendered], without=[tmp_path])


def test_a_picture_that_cannot_be_decoded_is_named(
    rendered: Path, settings: Settings, tmp_path: Path
) -> None:
    whole = next((rendered / "images").glob("*one-two*")).read_bytes()
    write_pitch(tmp_path, "a_0", np.zeros((360, 640, 3), np.uint8), np.full((32, 2), 9.0))
    (tmp_path / "images" / "a_0.png").write_bytes(whole[:100])
    with pytest.raises(InputError, match=r"a_0\.png"):
        evaluate_pitch([tmp_path], settings=settings)
