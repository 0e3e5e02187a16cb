import numpy as np
import pytest

from tests.pitch.painted import (
    MAIN,
    MARKINGS,
    MIDDLE,
    PITCH,
    VERTICES,
    apart,
    camera_at,
    in_view,
    painted,
)
from touchline.pitch.alignment import Anchors
from touchline.pitch.paint import find_paint
from touchline.pitch.rescue import rescued
from touchline.pitch.straight import find_straight


@pytest.mark.parametrize("count", [3, 4, 5])
@pytest.mark.parametrize("view", [MAIN, MIDDLE])
def test_a_few_points_and_the_paint_give_the_main_camera(view, count):
    truth, paint = camera_at(view), find_paint(painted(view))
    (shown,) = np.nonzero(in_view(truth))
    chosen = shown[np.linspace(0, len(shown) - 1, count).astype(int)]
    noise = np.random.default_rng(count).normal(0, 0.001, (count, 2))
    image = truth.project(VERTICES[chosen], PITCH.width) + noise
    anchors = Anchors(VERTICES[chosen], image, np.full(count, 0.8))
    camera, agreed = rescued(anchors, MARKINGS, paint, find_straight(paint).members)
    assert apart(truth, camera) < 0.01
    assert agreed.confirms("few")


def test_what_is_confirmed_lies_on_the_paint_even_where_the_points_have_wrong_names():
    truth, paint = camera_at(MAIN), find_paint(painted(MAIN))
    (shown,) = np.nonzero(in_view(truth))
    image = truth.project(VERTICES[shown[:4]], PITCH.width)
    for names in ([0, 14, 24, 31], [13, 14, 15, 16], [3, 9, 14, 20]):
        anchors = Anchors(VERTICES[names], image, np.full(4, 0.8))
        camera, agreed = rescued(anchors, MARKINGS, paint, find_straight(paint).members)
        near = min(apart(truth, each) for each in (camera, camera.turned()))
        assert near < 0.01 or not agreed.confirms("few")
