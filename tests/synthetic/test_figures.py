import numpy as np
import pytest

from touchline.synthetic.camera import Camera, look_at
from touchline.synthetic.canvas import NOBODY, empty_canvas
from touchline.synthetic.figures import Figure, Squad
from touchline.synthetic.looks import random_look
from touchline.synthetic.play import Play

SIZE = (640, 360)


def _figures(camera: Camera | None = None) -> list[Figure]:
    rng = np.random.default_rng(2)
    squad = Squad(random_look(rng))
    moment = Play(rng).step(0.04)
    camera = camera or look_at((0, -90, 20), (0, 0, 0), focal=700, size=SIZE)
    return squad.figures(squad.skeletons(moment), camera)


@pytest.mark.parametrize("number", range(8))
def test_a_box_holds_the_figure_and_no_more(number: int):
    figure = _figures()[number]
    canvas = empty_canvas(SIZE, (0, 255, 0))
    figure.draw(canvas)
    rows, columns = np.nonzero((canvas.image != (0, 255, 0)).any(axis=2))
    painted = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    assert np.abs(painted - figure.xyxy).max() <= 1.5
    assert (painted[:2] >= np.floor(figure.xyxy[:2])).all()
    assert (painted[2:] <= np.ceil(figure.xyxy[2:])).all()


def test_pixels_belong_to_who_is_seen_there():
    canvas = empty_canvas(SIZE, (0, 255, 0))
    figure = _figures()[0]
    covered = figure.draw(canvas)
    assert (canvas.owner == figure.number).sum() == covered
    assert set(np.unique(canvas.owner)) == {NOBODY, figure.number}


def test_far_people_come_first():
    depths = [figure.depth for figure in _figures()]
    assert depths == sorted(depths, reverse=True)


def test_people_outside_the_picture_are_left_out():
    away = look_at((0, -90, 20), (500, 0, 0), focal=3000, size=SIZE)
    assert _figures(away) == []


def test_who_walks_out_of_the_picture_covers_as_much_as_before():
    figure = max(_figures(), key=lambda f: f.xyxy[3])
    whole = figure.draw(empty_canvas(SIZE, (0, 0, 0)))
    small = empty_canvas((int(figure.xyxy[0]) + 3, 360), (0, 0, 0))
    assert figure.draw(small) == whole
    assert (small.owner == figure.number).sum() < whole
