import numpy as np

from tests.verification.worlds import ball, man, shown
from touchline.frame import Source
from touchline.verification.rows import Rows, answered


def test_a_window_goes_through_and_comes_back_the_same():
    window = [shown(0, [man(2, 100), ball(40)]), shown(1, []), shown(2, [man(3, 90)])]
    rows = Rows.of(window)
    assert rows.place.tolist() == [0, 0, 2]
    for before, after in zip(window, answered(window, rows), strict=True):
        given, said = before.objects, after
        assert np.array_equal(said.xyxy, given.xyxy)
        assert said.tracker_id.tolist() == given.tracker_id.tolist()
        assert said.source.tolist() == given.source.tolist()
        assert np.isnan(said.verified).all()


def test_what_was_put_in_between_or_proposed_is_filled():
    things = [man(i, 40 * i, source=source) for i, source in enumerate(Source)]
    filled = Rows.of([shown(0, things)]).is_filled
    assert filled.tolist() == [s in (Source.INTERPOLATED, Source.PROPOSED) for s in Source]


def test_rows_are_put_into_frame_order_and_keep_it_within_a_frame():
    rows = Rows.of([shown(0, [man(2, 100), man(3, 200)]), shown(1, [man(4, 90)])])
    assert rows[[2, 1, 0]].sorted().tracker_id.tolist() == [3, 2, 4]
