from dataclasses import replace

import numpy as np
import pytest

from tests.training.detector.test_metrics import LEFT, RIGHT, scored
from training.detector.data import BALL, GOALKEEPER, PLAYER
from training.detector.intervals import Tally, figure, table


def tally(hit: bool) -> Tally:
    """A match of one frame whose ball and player are found, or missed by far."""
    truth = scored((BALL, 1, LEFT), (PLAYER, 1, RIGHT))
    found = scored((BALL, 0.9, LEFT), (GOALKEEPER, 0.9, RIGHT))
    return Tally.of([found if hit else replace(found, xyxy=found.xyxy + 300)], [truth])


def test_people_found_under_a_wrong_role_count_as_people_only():
    assert figure([tally(True)], "people") == 1
    assert figure([tally(True)], "player") == 0


def test_a_class_that_no_match_has_is_unknown_and_left_out_of_the_mean():
    assert np.isnan(figure([tally(True)], "referee"))
    assert figure([tally(True)], "mean") == pytest.approx(0.5)


def test_balls_are_counted_over_the_frames_of_all_matches():
    matches = [tally(True), tally(False)]
    assert figure(matches, "found") == figure(matches, "false") == 0.5
    assert figure(matches, "ball") == pytest.approx(51 / 101)


def test_the_table_has_a_line_a_match_and_the_interval_of_other_matches():
    lines = table({"good": tally(True), "bad": tally(False)}).splitlines()
    rows = {line[:16].strip(): line[16:].split() for line in lines}
    assert list(rows) == ["match", "good", "bad", "all", "95 % from", "95 % to"]
    column = rows["match"].index("found")
    values = [float(rows[name][column]) for name in ("good", "bad", "all", "95 % from", "95 % to")]
    assert values == [1, 0, 0.5, 0, 1]
    assert rows["all"][0] == "2"
