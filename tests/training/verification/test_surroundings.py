import numpy as np

from tests.training.pitch.frames import sample
from training.verification.surroundings import PREFIX, off_pitch, undistorted, unlabelled

SIZE = (640, 360)


def test_who_stands_on_the_pitch_is_left_out_and_the_crowd_is_kept():
    frame = sample(size=SIZE)
    player, spectator = (300, 200, 312, 230), (300, 10, 312, 40)
    boxes = off_pitch(frame, frame.image, np.array([player, spectator], np.float32))
    assert not (boxes == player).all(1).any()
    assert (boxes == spectator).all(1).any()


def test_random_places_join_those_that_were_found():
    frame = sample(size=SIZE)
    boxes = off_pitch(frame, frame.image, np.zeros((0, 4), np.float32))
    assert len(boxes) > 0
    assert (boxes[:, 3] <= SIZE[1]).all()


def test_a_frame_whose_pitch_is_unknown_gives_nothing():
    frame = sample(size=SIZE)
    frame.visibility[:] = 0
    assert off_pitch(frame, frame.image, np.ones((3, 4), np.float32)).shape == (0, 4)


def test_squashed_images_get_their_width_back():
    assert undistorted(sample(size=(640, 640))).shape == (640, 1138, 3)
    frame = sample(size=SIZE)
    assert undistorted(frame) is frame.image


def test_an_unlabelled_frame_keeps_its_match():
    frame = sample(match="0a2d9b", size=SIZE)
    plain = unlabelled(frame, frame.image)
    assert (plain.match, len(plain.xyxy)) == ("0a2d9b", 0)
    assert PREFIX not in plain.name
