import numpy as np

from tests.outputs.factory import objects
from touchline.frame import ClassId, Objects
from touchline.outputs.drawing.people import _dashes, _free_place, people


def test_the_nearer_person_is_drawn_later_and_the_ball_is_none():
    given = Objects.from_supervision(
        objects(
            ([0, 0, 10, 90], ClassId.PLAYER, 0.9),
            ([0, 0, 5, 5], ClassId.BALL, 0.9),
            ([0, 0, 10, 40], ClassId.REFEREE, 0.9),
        )
    )
    assert people(given) == [2, 0]


def test_labels_of_people_in_a_crowd_do_not_hide_each_other():
    taken = []
    for x in (100, 110, 120):
        box = np.array([x, 100, x + 20, 150], np.float32)
        taken.append(_free_place(box, (24, 14), taken, (360, 640, 3)))
    spans = [(x, y, x + w, y + h) for x, y, w, h in taken]
    for i, (ax1, ay1, ax2, ay2) in enumerate(spans):
        for bx1, by1, bx2, by2 in spans[i + 1 :]:
            assert ax2 <= bx1 or bx2 <= ax1 or ay2 <= by1 or by2 <= ay1


def test_a_label_below_the_frame_goes_above_the_head():
    box = np.array([100, 300, 120, 355], np.float32)
    _, y, _, height = _free_place(box, (24, 14), [], (360, 640, 3))
    assert y + height <= 300


def test_a_dashed_line_begins_and_ends_with_a_dash():
    dashes = _dashes(np.array([0.0, 0.0]), np.array([100.0, 0.0]), 5.0)
    assert dashes[0, 0].tolist() == [0, 0]
    assert np.allclose(dashes[-1, 1], [100, 0])
    assert (dashes[1:, 0, 0] > dashes[:-1, 1, 0]).all()
