from pathlib import Path

import numpy as np
import pytest

from tests.training.detector.frames import drawn_frame
from tests.training.pitch.frames import sample
from training.detector.data import KIT_BALL, PLAYER
from training.detector.paste import Cutout, Placement
from training.verification import scenes
from training.verification.scenes import (
    FALSE_BALL,
    FALSE_PERSON,
    SIZE,
    Ground,
    Scene,
    SceneSampler,
    placing,
    surrounding_grounds,
    with_mistakes,
)


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    """A person and a ball that are none in frame abc_1, and a person off the pitch."""
    boxes = np.array([[500, 20, 520, 70], [100, 40, 108, 48]], np.float32)
    crowd = np.array([[300, 10, 312, 40]], np.float32)
    path = tmp_path / "mined.npz"
    arrays = {"abc_1": boxes, "abc_1:ball": np.array([False, True])}
    arrays |= {"pitch:0a1b2c_0_1": crowd, "pitch:0a1b2c_0_1:ball": np.array([False])}
    np.savez(path, **arrays)
    return path


@pytest.fixture
def ground(mistakes: Path) -> Ground:
    return with_mistakes(drawn_frame(), mistakes)


def scene(ground: Ground) -> Scene:
    frame = ground.frame
    return Scene(frame.image.copy(), ground.xyxy, ground.class_id, ground.kit)


def test_mistakes_join_the_labels_and_wear_no_kit(ground: Ground):
    assert ground.class_id[-2:].tolist() == [FALSE_PERSON, FALSE_BALL]
    assert ground.kit[-2:].tolist() == [KIT_BALL, KIT_BALL]
    assert len(ground.xyxy) == len(ground.frame.xyxy) + 2


def test_mistakes_are_not_people(ground: Ground):
    assert scene(ground).is_person.tolist() == [True] * 6 + [False] * 3


def test_the_same_seed_draws_the_same_scenes(ground: Ground):
    first, second = (SceneSampler([ground], seed=3).draw() for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.xyxy, second.xyxy)
    assert not np.array_equal(first.image, SceneSampler([ground], seed=4).draw().image)


def test_the_border_cuts_boxes_and_what_is_mostly_gone_is_only_remembered(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scenes, "SIZE", 200)
    sampler = SceneSampler([ground], seed=0)
    cut = hidden = 0
    for _ in range(40):
        drawn = sampler.draw()
        assert drawn.image.shape == (200, 200, 3)
        for boxes in (drawn.xyxy, drawn.hidden):
            assert (boxes >= 0).all()
            assert (boxes <= 200).all()
        labelled = drawn.xyxy[drawn.class_id < FALSE_PERSON]
        cut += int(((labelled == 0) | (labelled == 200)).any(1).sum())
        hidden += len(drawn.hidden)
    assert cut > 0
    assert hidden > 0


def test_a_box_is_where_its_object_is(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scenes, "PASTED", 0.0)
    monkeypatch.setattr(scenes, "DYED", 0.0)
    white = (ground.kit == 1) & (ground.class_id == PLAYER)
    frame = ground.frame
    frame.image[:] = 0
    for left, top, right, bottom in ground.xyxy[white].astype(int):
        frame.image[top:bottom, left:right] = 255
    sampler = SceneSampler([ground], seed=0)
    for _ in range(10):
        drawn = sampler.draw()
        for left, top, right, bottom in drawn.xyxy[drawn.kit == 1].astype(int):
            inside = drawn.image[top + 3 : bottom - 3, left + 3 : right - 3]
            assert inside.mean() > 100


def test_the_focus_lies_in_the_middle_part():
    rng = np.random.default_rng(0)
    box = np.array([900, 500, 920, 550], np.float32)
    for _ in range(50):
        matrix = placing(box, (1920, 1080), 0.9, rng=rng)
        centre = matrix[:, :2] @ [910, 525] + matrix[:, 2]
        assert (centre > 0.1 * SIZE).all()
        assert (centre < 0.9 * SIZE).all()


def test_most_scenes_stay_inside_the_frame():
    rng = np.random.default_rng(0)
    box = np.array([0, 0, 20, 50], np.float32)
    inside = 0
    for _ in range(200):
        matrix = placing(box, (1920, 1080), 1.0, rng=rng)
        ends = np.sort([matrix[:, 2], matrix[:, :2] @ [1920, 1080] + matrix[:, 2]], axis=0)
        inside += bool((ends[0] <= 1e-6).all() and (ends[1] >= SIZE - 1e-6).all())
    assert 160 < inside < 195


def test_who_is_drawn_over_a_mistake_makes_it_none(ground: Ground):
    drawn = scene(ground)
    cutout = Cutout(np.full((50, 20, 3), 200, np.uint8), np.ones((50, 20), np.float32), PLAYER)
    drawn.add(Placement(cutout, 495, 25), kit=1000)
    assert FALSE_PERSON not in drawn.class_id
    assert FALSE_BALL in drawn.class_id
    assert (drawn.class_id[-1], drawn.kit[-1]) == (PLAYER, 1000)


def test_of_the_pitch_set_only_what_is_off_the_pitch_is_known(mistakes: Path):
    frames = [sample(size=(640, 360)), sample(match="ffffff", size=(640, 360))]
    grounds = surrounding_grounds(frames, mistakes)
    assert [ground.frame.match for ground in grounds] == ["0a1b2c"]
    assert grounds[0].class_id.tolist() == [FALSE_PERSON]
    assert not grounds[0].is_labelled
