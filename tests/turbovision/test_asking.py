"""A packed folder asked on one machine, as a chute asks it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from touchline.errors import InputError
from touchline.turbovision import ask_folder, element_of, read_miner_answer
from touchline.turbovision.auditing import FolderError

ECHO = """
import numpy
class Miner:
    def __init__(self, path_hf_repo): pass
    def predict_batch(self, batch_images, offset, n_keypoints):
        print("what a folder prints is no answer")
        return [
            {"frame_id": offset + i, "keypoints": [[len(batch_images), 0]] * n_keypoints}
            for i, image in enumerate(batch_images)
        ]
"""


def folder_of(path: Path, source: str) -> Path:
    path.mkdir()
    (path / "miner.py").write_text(source)
    return path


def images(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        Picture.fromarray(np.full((40, 60, 3), number, np.uint8)).save(folder / f"{number}.png")
    return folder


def test_frames_of_a_video_are_numbered_on_from_batch_to_batch(tmp_path: Path, make_video) -> None:
    folder = folder_of(tmp_path / "f", ECHO)
    answer = ask_folder(folder, make_video(frames=7), batch=3)
    assert [row["frame_id"] for row in answer.frames] == [*range(7)]
    assert [row["keypoints"][0][0] for row in answer.frames] == [3] * 6 + [1]
    assert len(answer.milliseconds) == 3
    assert answer.elapsed > 0


def test_images_come_with_their_numbers_which_replace_the_folders(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ECHO.replace("offset + i,", "99,"))
    answer = ask_folder(folder, images(tmp_path / "i", 5), batch=4)
    assert [row["frame_id"] for row in answer.frames] == [*range(5)]
    assert len(answer.frames[0]["keypoints"]) == 32


def test_what_is_answered_is_what_score_reads(tmp_path: Path, make_video) -> None:
    from touchline.outputs import to_json

    answer = ask_folder(folder_of(tmp_path / "f", ECHO), make_video(frames=2))
    (tmp_path / "a.json").write_text(to_json(answer.as_chute()))
    read = read_miner_answer(tmp_path / "a.json")
    assert (read.success, read.frames) == (True, [*answer.frames])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (ECHO.replace("print(", "raise KeyError("), "KeyError: 'what a folder"),
        (ECHO.replace("print(", "import os; os._exit(1)  # "), "process ended by 1"),
        (ECHO.replace("enumerate(batch_images)\n", "()\n"), "0 rows for 2 images"),
        ("class Miner", "SyntaxError"),
    ],
)
def test_a_folder_that_fails_is_told_with_its_own_words(
    tmp_path: Path, make_video, source: str, words: str
) -> None:
    with pytest.raises(FolderError, match=words):
        ask_folder(folder_of(tmp_path / "f", source), make_video(frames=2))


def test_a_folder_without_a_miner_and_one_that_names_no_element_are_refused(
    tmp_path: Path, make_video
) -> None:
    with pytest.raises(InputError, match=r"no miner\.py"):
        ask_folder(tmp_path, make_video(frames=2))
    (tmp_path / "element.json").write_text("{}")
    with pytest.raises(InputError, match="does not say which element"):
        element_of(tmp_path)
