import itertools

import cv2
import numpy as np
import pytest

from tests.shared import beside
from touchline.video import ShotDetector, read_frames


def scene(seed, width=960, height=360):
    """A large blurred pattern of its own colours, wide enough to pan over."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 200, (9, 24, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def pan(image, speed, frames, width=480):
    return [image[:, index * speed : index * speed + width] for index in range(frames)]


def shots(images):
    detector = ShotDetector()
    return [index for index, image in enumerate(images) if detector.update(image)]


def test_the_first_frame_starts_a_shot():
    assert shots([scene(0)]) == [0]


def test_a_black_first_frame_starts_the_only_shot():
    assert shots([np.zeros((360, 480, 3), np.uint8), *pan(scene(0), 4, 10)]) == [0]


def test_a_cut_is_found_at_its_frame():
    assert shots(pan(scene(0), 4, 20) + pan(scene(1), 4, 20)) == [0, 20]


def test_each_of_several_cuts_is_found():
    images = [image for seed in range(5) for image in pan(scene(seed), 4, 12)]
    assert shots(images) == [0, 12, 24, 36, 48]


@pytest.mark.parametrize("speed", [5, 15, 30, 48])
def test_a_fast_pan_is_not_a_cut(speed):
    image = cv2.blur(scene(0, width=1920), (speed, 1))
    still = [image[:, :480]] * 10
    assert shots(still + pan(image, speed, 25)) == [0]


@pytest.mark.parametrize("gain", [0.5, 1.3, 1.6])
def test_a_flash_is_not_a_cut(gain):
    images = pan(scene(0), 4, 30)
    images[15] = cv2.convertScaleAbs(images[15], alpha=gain)
    assert shots(images) == [0]


@pytest.mark.parametrize("level", [0, 255])
def test_blank_frames_are_passed_over(level):
    images = pan(scene(0), 4, 30)
    images[15:18] = [np.full_like(images[15], level)] * 3
    assert shots(images) == [0]


def test_a_cut_behind_a_white_flash_is_found_when_the_picture_is_back():
    white = [np.full((360, 480, 3), 255, np.uint8)] * 2
    assert shots(pan(scene(0), 4, 20) + white + pan(scene(1), 4, 20)) == [0, 22]


def test_one_strange_frame_does_not_cut_twice():
    images = pan(scene(0), 4, 30)
    images[15] = scene(1)[:, :480]
    assert shots(images) == [0, 15]


def test_pictures_of_any_size_are_taken():
    for size in ((32, 32), (1920, 1080), (64, 36), (101, 333)):
        images = [cv2.resize(scene(seed), size) for seed in (0, 0, 0, 0, 0, 0, 1)]
        assert shots(images) == [0, 6], size


@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("made", [0, 12, 21]),
        *beside(("shot_cut_360p", [0, 480, 586]), ("dfl_848x478", [0])),
    ],
)
def test_cuts_of_footage_are_found(footage, name, cuts):
    frames = read_frames(footage(name))
    assert shots(frame.image for frame in frames) == cuts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limit"), [("made", 12), *beside(("broadcast_720p", None), ("tactical_720p", None))]
)
def test_footage_of_one_shot_is_one_shot(footage, name, limit):
    frames = itertools.islice(read_frames(footage(name)), limit)
    assert shots(frame.image for frame in frames) == [0]
