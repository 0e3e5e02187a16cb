import cv2
import numpy as np
import pytest

from tests.shared import beside
from tests.tracking.worlds import pan
from touchline.geometry import warp_points
from touchline.tracking import CameraMotion

SIZE = (640, 360)
CORNERS = np.array([[0.0, 0], [640, 0], [640, 360], [0, 360]])


@pytest.fixture(scope="module")
def ground():
    """A textured plane, larger than what the camera sees of it."""
    random = np.random.default_rng(7)
    coarse = random.integers(0, 255, (60, 100, 3), dtype=np.uint8)
    plane = cv2.resize(coarse, (1000, 600), interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(plane, (0, 0), 1.5)


def filmed(ground, poses):
    """What cameras see of the ground; each pose maps the ground to the picture."""
    return [cv2.warpPerspective(ground, pose, SIZE) for pose in poses]


def travelled(motion, count):
    start = pan(-150, -100)
    return [np.linalg.matrix_power(motion, step) @ start for step in range(count)]


def error(found, truth):
    return np.abs(warp_points(CORNERS, found) - warp_points(CORNERS, truth)).max()


def turned(degrees):
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    there = pan(-320, -180)
    rotation = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
    return np.linalg.inv(there) @ rotation @ there


@pytest.mark.parametrize(
    "motion",
    [pan(7.3, -1.6), pan(-1.2, 0.4, 1.004), turned(0.4), pan(-20.0, 3.0)],
    ids=["pan", "zoom", "roll", "fast pan"],
)
def test_the_motion_of_the_camera_is_found_and_does_not_drift(ground, motion):
    camera, whole = CameraMotion(), np.eye(3)
    frames = filmed(ground, travelled(motion, 8))
    for index, image in enumerate(frames):
        found = camera.update(image)
        if index:
            assert error(found, motion) < 0.7
            assert camera.confidence > 0.6
        whole = found @ whole
    assert error(whole, np.linalg.matrix_power(motion, 7)) < 1.5


def test_the_first_frame_did_not_move(ground):
    camera = CameraMotion()
    np.testing.assert_array_equal(camera.update(filmed(ground, [pan(0)])[0]), np.eye(3))


def test_a_camera_that_stands_is_exactly_still_in_spite_of_noise(ground):
    random, camera = np.random.default_rng(3), CameraMotion()
    still = filmed(ground, [pan(-100, -50)])[0].astype(np.int16)
    for _ in range(5):
        noisy = np.clip(still + random.integers(-4, 5, still.shape), 0, 255).astype(np.uint8)
        np.testing.assert_array_equal(camera.update(noisy), np.eye(3))
    assert camera.confidence > 0.8


def test_players_who_run_the_other_way_do_not_fool_it(ground):
    camera, motion = CameraMotion(), pan(5.0)
    for step, image in enumerate(filmed(ground, travelled(motion, 8))):
        for player in range(8):
            x, y = 60 + 70 * player - 6 * step, 120 + 20 * player
            cv2.rectangle(image, (x, y), (x + 18, y + 44), (30, 30, 200), -1)
        found = camera.update(image)
        if step:
            assert error(found, motion) < 1.0


def test_a_score_graphic_that_stands_still_does_not_fool_it(ground):
    camera, motion = CameraMotion(), pan(-6.0)
    for step, image in enumerate(filmed(ground, travelled(motion, 8))):
        cv2.putText(image, "HOME 2:1 AWAY 45:00", (20, 40), 0, 0.9, (255, 255, 255), 2)
        found = camera.update(image)
        if step:
            assert error(found, motion) < 1.0


def test_grass_that_the_encoder_did_not_update_does_not_outvote_a_pan(ground):
    camera, motion, whole = CameraMotion(), pan(6.0), np.eye(3)
    frames = filmed(ground, travelled(motion, 8))
    for image in frames:
        image[140:] = frames[0][140:]
        whole = camera.update(image) @ whole
    truth = np.linalg.matrix_power(motion, 7)
    band = np.array([[40.0, 20], [600, 20], [600, 120], [40, 120]])
    np.testing.assert_allclose(warp_points(band, whole), warp_points(band, truth), atol=2)


def test_a_cut_is_no_motion(ground):
    camera = CameraMotion()
    other = np.random.default_rng(9).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    camera.update(filmed(ground, [pan(0)])[0])
    np.testing.assert_array_equal(camera.update(other), np.eye(3))
    assert camera.confidence == 0


def test_it_goes_on_after_a_cut(ground):
    camera, motion = CameraMotion(), pan(5.0)
    camera.update(np.zeros((360, 640, 3), dtype=np.uint8))
    frames = filmed(ground, travelled(motion, 3))
    found = [camera.update(image) for image in frames]
    assert error(found[-1], motion) < 0.7


def test_a_picture_without_texture_is_no_motion():
    camera, grey = CameraMotion(), np.full((360, 640, 3), 90, dtype=np.uint8)
    for _ in range(3):
        np.testing.assert_array_equal(camera.update(grey), np.eye(3))
        assert camera.confidence == 0


def test_another_size_begins_anew(ground):
    camera = CameraMotion()
    camera.update(filmed(ground, [pan(0)])[0])
    small = np.zeros((180, 320, 3), dtype=np.uint8)
    np.testing.assert_array_equal(camera.update(small), np.eye(3))


@pytest.mark.parametrize(("name", "frames"), [("made", 12), *beside(("broadcast_720p", 24))])
def test_a_pan_over_a_match_is_followed_with_confidence(footage, name, frames):
    clip = cv2.VideoCapture(str(footage(name)))
    camera, confidences, shifts = CameraMotion(), [], []
    for _ in range(frames):
        shifts.append(camera.update(clip.read()[1])[0, 2])
        confidences.append(camera.confidence)
    assert min(confidences[1:]) > 0.5
    assert np.median(np.abs(shifts[1:])) > 1
