from dataclasses import replace

import numpy as np

from tests.verification.worlds import Oracle, ball, man, shown
from touchline.frame import Source
from touchline.verification import Label
from touchline.verification.look import look
from touchline.verification.select import BEST_VIEWS, select, select_doubtful
from touchline.verification.vote import TrackRecords, add_student_votes
from touchline.verification.window import WindowTable

EVERY = [man(2, 100), man(3, 300, source=Source.INTERPOLATED), ball(40)]


def test_a_new_track_is_looked_at_a_few_times_and_each_ball_and_gap_every_time():
    table = WindowTable.of([shown(i, EVERY) for i in range(8)])
    rows = select(table, TrackRecords(), full=False)
    assert [(rows % 3 == i).sum() for i in range(3)] == [BEST_VIEWS, 8, 8]


def test_without_shortcuts_everything_in_a_picture_is_looked_at():
    table = WindowTable.of([shown(i, EVERY, looked=i % 2 == 0) for i in range(4)])
    assert select(table, TrackRecords(), full=True).tolist() == [0, 1, 2, 6, 7, 8]


def test_a_gap_where_no_pitch_is_in_view_is_not_looked_at():
    tall = man(2, 100, xyxy=(100, 200, 160, 330))
    window = [shown(0, [tall, *EVERY[1:]], homography=None)]
    assert select(WindowTable.of(window), TrackRecords(), full=True).tolist() == [0, 2]


def test_the_expert_sees_one_of_each_doubtful_track_before_a_second_one():
    tracks, window = TrackRecords(), [shown(i, [man(2, 100), man(3, 300)]) for i in range(3)]
    table, rows = WindowTable.of(window), np.arange(6)
    table = look(table, rows, Oracle(Label.PLAYER, 0.5))
    add_student_votes(table, rows, tracks)
    assert select_doubtful(table, rows, tracks, at_most=4).tolist() == [0, 1, 2, 3]
    assert select_doubtful(table, rows, tracks, at_most=0).tolist() == []


def test_the_expert_is_not_shown_what_it_could_not_overturn():
    table = WindowTable.of([shown(0, [ball(40), ball(80), ball(120)])])
    table = replace(table, verified=np.array([0.999, 0.6, 0.001]))
    chosen = select_doubtful(table, np.arange(3), TrackRecords(), at_most=3)
    assert chosen.tolist() == [1]
