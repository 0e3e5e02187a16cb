import numpy as np

from tests.training.pitch.frames import sample
from training.pitch.negatives import crowd_cut, cut, negative, noise, pointless_cut

SIZE = (160, 96)


def test_a_cut_shows_exactly_its_box():
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:60, 40:120] = 255
    shown = cut(image, (40, 20, 80, 40), SIZE)
    assert shown.shape == (96, 160, 3)
    assert shown[4:-4, 4:-4].min() == 255


def test_a_cut_without_points_shows_none_of_the_dots():
    frame, rng = sample(size=(640, 360)), np.random.default_rng(0)
    cuts = [pointless_cut(frame, size=SIZE, rng=rng) for _ in range(20)]
    assert all(shown is None or shown.max() < 200 for shown in cuts)
    assert sum(shown is not None for shown in cuts) > 10


def test_the_crowd_is_cut_above_the_far_touchline():
    frame, rng = sample(size=(640, 360)), np.random.default_rng(0)
    far_line = int(0.28 * 360)
    frame.image[:] = 0
    frame.image[far_line:] = 255
    shown = crowd_cut(frame, size=SIZE, rng=rng)
    assert shown is not None
    assert shown.mean() < 20


def test_a_frame_whose_pitch_is_unknown_has_no_crowd_to_cut():
    frame = sample()
    frame.visibility[:] = 0
    assert crowd_cut(frame, size=SIZE, rng=np.random.default_rng(0)) is None


def test_every_negative_has_no_point():
    rng = np.random.default_rng(0)
    people = [(sample(size=(640, 360)).image, np.array([[300.0, 200, 20, 50]]))]
    for _ in range(20):
        made = negative([sample(size=(640, 360))], people, size=SIZE, rng=rng)
        assert made.image.shape == (96, 160, 3)
        assert not made.visibility.any()


def test_noise_differs_from_draw_to_draw():
    rng = np.random.default_rng(0)
    assert (noise(size=SIZE, rng=rng) != noise(size=SIZE, rng=rng)).any()
