import itertools

import cv2
import numpy as np
import pytest

from tests.shared import SHARED, beside
from touchline.frame import Frame
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


def mixed(before, after, share, kind):
    """``share`` of the way from one picture to the other."""
    height, width = before.shape[:2]
    y, x = np.mgrid[0:height, 0:width] / [[[height]], [[width]]]
    if kind == "dissolve":
        return cv2.addWeighted(before, 1 - share, after, share, 0)
    shown = {
        "wipe to the right": x,
        "wipe to the left": 1 - x,
        "wipe down": y,
        "circle": np.hypot(x - 0.5, y - 0.5) / 0.71,
    }[kind]
    return np.where((shown < share)[..., None], after, before)


def place(seed, tint):
    """A scene in which one colour prevails, as grass does in one view and a shirt in another."""
    return cv2.addWeighted(scene(seed), 0.6, np.full((360, 960, 3), tint, np.uint8), 0.4, 0)


def transition(kind, length, speed=1):
    """20 frames of one place, ``length`` of both, 20 of another; both cameras pan slowly."""
    before = pan(place(0, (40, 160, 40)), speed, 20 + length)
    after = pan(place(1, (160, 60, 60)), speed, 20 + length)
    both = [
        mixed(before[20 + index], after[index], (index + 1) / (length + 1), kind)
        for index in range(length)
    ]
    return before[:20] + both + after[length:]


def told(images, rate=25.0):
    """Frames with which the detector says that shots begin."""
    detector = ShotDetector()
    frames = [
        (i, detector.update(image, i / rate), detector.late) for i, image in enumerate(images)
    ]
    return [index - late for index, starts, late in frames if starts]


@pytest.mark.parametrize("length", [5, 10, 15, 20, 25])
@pytest.mark.parametrize(
    "kind", ["dissolve", "wipe to the right", "wipe to the left", "wipe down", "circle"]
)
def test_a_soft_transition_starts_one_shot_before_the_new_picture_stands(kind, length):
    first, *others = told(transition(kind, length))
    assert first == 0
    assert len(others) == 1
    assert 20 <= others[0] <= 20 + length


@pytest.mark.parametrize("rate", [24, 30, 50, 60])
def test_a_dissolve_takes_seconds_and_not_frames(rate):
    length = round(0.5 * rate)
    images = transition("dissolve", length)
    still = [images[0]] * rate
    first, *others = told(still + images, rate)
    assert first == 0
    assert len(others) == 1
    assert rate + 20 < others[0] <= rate + 20 + length


def test_a_shot_is_dated_back_only_behind_a_soft_transition():
    detector = ShotDetector()
    late = [detector.late for image in pan(scene(0), 4, 20) if detector.update(image)]
    late += [detector.late for image in pan(scene(1), 4, 20) if detector.update(image)]
    assert late == [0, 0]


def zoom(image, factor, frames):
    """From the whole picture to its middle."""
    height, width = image.shape[:2]
    views = []
    for index in range(frames):
        scale = factor ** (index / (frames - 1))
        shift = [[scale, 0, width / 2 * (1 - scale)], [0, scale, height / 2 * (1 - scale)]]
        views.append(cv2.warpAffine(image, np.array(shift), (width, height)))
    return views


@pytest.mark.parametrize("frames", [15, 25, 50])
@pytest.mark.parametrize("way", [1, -1])
def test_a_zoom_is_no_transition(frames, way):
    views = zoom(scene(0), 2.0, frames)[::way]
    assert told([views[0]] * 20 + views + [views[-1]] * 20) == [0]


@pytest.mark.parametrize("speed", [4, 8, 12, 20])
def test_a_pan_of_any_speed_is_no_transition(speed):
    image = cv2.blur(scene(0, width=1920), (speed, 1))
    views = pan(image, speed, 1400 // speed)
    assert told([views[0]] * 20 + views + [views[-1]] * 20) == [0]


@pytest.mark.parametrize("seconds", [0.08, 0.2, 0.5, 1.0])
def test_a_light_that_goes_on_and_fades_is_no_transition(seconds):
    images = pan(scene(0), 4, 80)
    for index in range(20, 20 + round(25 * seconds)):
        gain = 1 + 0.8 * np.exp(-(index - 20) / (12 * seconds))
        images[index] = cv2.convertScaleAbs(images[index], alpha=gain)
    assert told(images) == [0]


def test_a_picture_that_darkens_is_no_transition():
    images = pan(scene(0), 4, 60)
    darker = [
        cv2.convertScaleAbs(image, alpha=1 - 0.6 * min(max(index - 20, 0) / 15, 1))
        for index, image in enumerate(images)
    ]
    assert told(darker) == [0]


def test_a_picture_that_nearly_goes_dark_and_comes_back_is_no_transition():
    images = pan(place(0, (40, 160, 40)), 2, 80)
    for index in range(20, 45):
        light = 1 - 0.85 * np.sin(np.pi * (index - 19) / 26)
        images[index] = cv2.convertScaleAbs(images[index], alpha=light)
    assert told(images) == [0]


def test_a_graphic_over_a_fifth_of_the_picture_is_no_transition():
    images = pan(scene(0), 4, 60)
    for index in range(25, 60):
        images[index] = images[index].copy()
        images[index][-min(72, 9 * (index - 24)) :] = (200, 40, 40)
    assert told(images) == [0]


def test_someone_who_walks_through_the_picture_is_no_transition():
    images = pan(scene(0), 4, 80)
    for index in range(25, 60):
        images[index] = images[index].copy()
        left = 24 * (index - 25) - 180
        images[index][:, max(left, 0) : max(left + 180, 0)] = (40, 30, 160)
    assert told(images) == [0]


def footage_of_transitions(name):
    if name == "made":
        images = transition("dissolve", 10)
        return [Frame(index, index / 25, image) for index, image in enumerate(images)]
    return read_frames(SHARED / "data" / "clips_more" / f"{name}.mp4")


@pytest.mark.parametrize(
    ("name", "shots_begin"),
    [
        ("made", [range(1), range(20, 31)]),
        *beside(
            ("pl_empty_stands_720p24", [range(1), range(5, 18)]),
            ("fouls/action1_clip_2", [range(1), range(43, 49), range(123, 126)]),
        ),
    ],
)
def test_the_shots_behind_dissolves_begin_where_the_new_picture_comes(name, shots_begin):
    detector = ShotDetector()
    begin = [
        frame.index - detector.late
        for frame in footage_of_transitions(name)
        if detector.update(frame.image, frame.time)
    ]
    assert len(begin) == len(shots_begin)
    assert all(start in allowed for start, allowed in zip(begin, shots_begin, strict=True))
