import numpy as np
import pytest

from tests.verification.worlds import GRASS, ball, man, shown
from touchline.frame import Source
from touchline.verification.window import WindowTable


def test_a_window_goes_through_and_comes_back_the_same():
    window = [shown(0, [man(2, 100), ball(40)]), shown(1, []), shown(2, [man(3, 90)])]
    table = WindowTable.of(window)
    assert table.place.tolist() == [0, 0, 2]
    for before, after in zip(window, table.split(np.ones(3, np.bool_)), strict=True):
        given, said = before.objects, after.objects
        assert np.array_equal(said.xyxy, given.xyxy)
        assert said.tracker_id.tolist() == given.tracker_id.tolist()
        assert said.source.tolist() == given.source.tolist()
        assert np.isnan(said.verified).all()


def test_only_what_stays_comes_back_in_its_frame():
    window = [shown(0, [man(2, 100), man(3, 200)]), shown(1, [man(4, 90)])]
    frames = WindowTable.of(window).split(np.array([False, True, True]))
    assert [each.objects.tracker_id.tolist() for each in frames] == [[3], [4]]
    assert [each.index for each in frames] == [0, 1]


def test_what_was_put_in_between_or_proposed_is_filled():
    things = [man(i, 40 * i, source=source) for i, source in enumerate(Source)]
    filled = WindowTable.of([shown(0, things)]).objects.is_filled
    assert filled.tolist() == [s in (Source.INTERPOLATED, Source.PROPOSED) for s in Source]


def test_looks_at_people_whom_the_detector_saw_count_for_their_track():
    gap = man(3, 200, source=Source.INTERPOLATED)
    table = WindowTable.of([shown(0, [man(2, 100), gap, ball(40)])])
    assert table.detected_people.tolist() == [True, False, False]


def test_an_object_is_looked_at_and_in_view_with_its_frame():
    window = [
        shown(0, [man(2, 100)]),
        shown(1, [man(2, 100), man(3, 200)], looked=False),
        shown(2, [man(2, 100)], homography=None),
        shown(3, [man(2, 100, xyxy=(100, 20, 260, 340))], homography=None),
    ]
    table = WindowTable.of(window)
    assert table.pictured.tolist() == [True, False, False, True, True]
    assert table.in_view.tolist() == [True, True, True, True, False]


def test_a_look_is_worth_less_the_more_of_the_box_others_cover():
    half = man(3, 100, xyxy=(110, 150, 130, 200))
    table = WindowTable.of([shown(0, [man(2, 100), half, man(4, 300), man(5, 300)])])
    assert table.covered == pytest.approx([0.5, 0.5, 1, 1])
    assert table.weight == pytest.approx([0.25, 0.25, 0.01, 0.01])
    assert WindowTable.of([shown(0, [man(2, 100)]), shown(1, [man(2, 100)])]).weight.tolist() == [
        1,
        1,
    ]


def test_a_patch_is_clipped_to_the_picture_and_perhaps_empty():
    table = WindowTable.of(
        [shown(0, [man(2, 0, xyxy=(-10, 340, 30, 400)), man(3, 0, xyxy=(700, 0, 720, 50))])]
    )
    assert table.patch(0).shape == (20, 30, 3)
    assert table.patch(1).size == 0
    assert table.shirt(1).tolist() == [0, 0, 0]


def test_a_shirt_is_the_mean_colour_of_the_upper_body():
    table = WindowTable.of([shown(0, [man(2, 100), man(3, 300)], painted=[man(2, 100)])])
    assert table.shirt(0).tolist() == [30, 30, 220]
    assert table.shirt(1).tolist() == list(GRASS)
