from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.detector.frames import HEIGHT, WIDTH, drawn_image, label_text
from training.detector.data import BALL, GOALKEEPER, PERSON, PLAYER, REFEREE, match_of
from training.detector.sets import BALL_MARGIN, SETS, LabelledSet, grown, load_sets

NAMES = {
    "players": ("08fd33_2_10", "08fd33"),
    "players_epl": ("eplfr_liv-bur_00057s", "liv-bur"),
    "players_more": ("dflb_55c9d1_02", "55c9d1"),
    "ball_dfl": ("dflball_54745b_0020", "54745b"),
    "panorama": ("soccertrack2_tsukuba_1st5-002", "tsukuba"),
}


def write_sets(root: Path, squash: bool = False) -> Path:
    """A frame of each set as the set has it; the squashed ones at 360x360."""
    for folder, (name, _) in NAMES.items():
        image, boxes, class_id = drawn_image()
        for part in ("images", "labels"):
            (root / folder / part).mkdir(parents=True)
        if squash and folder == "ball_dfl":
            image = cv2.resize(image, (HEIGHT, HEIGHT))
        cv2.imwrite(str(root / folder / "images" / f"{name}.png"), image)
        text = label_text(boxes, class_id)
        (root / folder / "labels" / f"{name}.txt").write_text(text)
    return root


@pytest.mark.parametrize("folder", NAMES)
def test_a_set_says_which_part_of_a_name_is_the_match(folder: str):
    name, match = NAMES[folder]
    assert match_of(f"{name}.jpg", SETS[folder].key) == match


def test_matches_of_two_sets_are_left_out_together(tmp_path: Path):
    root = write_sets(tmp_path)
    image, boxes, class_id = drawn_image()
    for folder, name in (("players", "55c9d1_1_1"), ("players_more", "dflb_538438_00")):
        cv2.imwrite(str(root / folder / "images" / f"{name}.png"), image)
        (root / folder / "labels" / f"{name}.txt").write_text(label_text(boxes, class_id))
    frames = load_sets(root, ["players", "players_more"], exclude=["55c9d1"])
    assert sorted(frame.match for frame in frames) == ["08fd33", "538438"]


def test_every_set_states_what_it_leaves_unlabelled(tmp_path: Path):
    frames = {frame.match: frame for frame in load_sets(write_sets(tmp_path), NAMES)}
    assert frames["08fd33"].unlabelled == frozenset()
    assert frames["liv-bur"].unlabelled == {REFEREE}
    assert frames["54745b"].unlabelled == {GOALKEEPER, PLAYER, REFEREE}
    assert set(frames["tsukuba"].class_id.tolist()) == {BALL, PERSON}


def test_squashed_frames_get_their_shape_back(tmp_path: Path):
    frame = load_sets(write_sets(tmp_path, squash=True), ["ball_dfl"])[0]
    assert frame.image.shape == (HEIGHT, WIDTH, 3)
    _, boxes, class_id = drawn_image()
    people = class_id != BALL
    np.testing.assert_allclose(frame.xyxy[people], boxes[people], atol=0.1)


def test_balls_of_every_set_get_the_same_margin_and_people_keep_theirs(tmp_path: Path):
    _, boxes, class_id = drawn_image()
    balls = class_id == BALL
    for frame in load_sets(write_sets(tmp_path), NAMES):
        folder = next(f for f, (_, match) in NAMES.items() if match == frame.match)
        side = (frame.xyxy - boxes)[balls][0] @ [-1, 0, 1, 0] + 10
        assert side == pytest.approx(10 * SETS[folder].ball_side * BALL_MARGIN, abs=0.05)
        np.testing.assert_allclose(frame.xyxy[~balls], boxes[~balls], atol=0.1)


def test_a_box_grows_about_its_centre():
    box = np.array([[10, 20, 20, 40]], np.float32)
    assert grown(box, 1.5).tolist() == [[7.5, 15, 22.5, 45]]


def test_a_set_that_nobody_knows_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="There is no set offside_scenes: choose from players"):
        load_sets(tmp_path, ["offside_scenes"])


def test_a_name_that_tells_no_match_is_an_error(tmp_path: Path):
    root = write_sets(tmp_path)
    with pytest.raises(ValueError, match="tells no match"):
        LabelledSet("players", r"dflb_(\w+)_").read(root / "players/images/08fd33_2_10.png")
