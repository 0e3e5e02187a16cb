import json
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.tables import labelled
from touchline.errors import InputError
from touchline.evaluation.metrics import combined_tracking, position_errors, tracking

STORED = json.loads(Path(__file__).with_name("videos_cases.json").read_text())
SINGLE, ALL = STORED[:-1], STORED[-1]


def frames_of(rows):
    return labelled(
        [int(row[0]) - 1 for row in rows],
        [row[2:] for row in rows],
        frames=20,
        tracker_id=[int(row[1]) for row in rows],
    )


def figures(score):
    return {
        "hota": score.hota.hota,
        "det_a": score.hota.det_a,
        "ass_a": score.hota.ass_a,
        "loc_a": score.hota.loc_a,
        "idf1": score.identity.idf1,
        "mota": score.clear.mota,
        "switches": score.clear.switches,
    }


@pytest.mark.parametrize("case", SINGLE, ids=[case["name"] for case in SINGLE])
def test_the_scores_of_a_video_are_those_of_trackeval(case):
    score = tracking(frames_of(case["truth"]), frames_of(case["found"]))
    assert figures(score) == pytest.approx(case["expected"], abs=1e-6)


def test_several_videos_combine_as_trackeval_combines_them():
    parts = [tracking(frames_of(case["truth"]), frames_of(case["found"])) for case in SINGLE]
    assert figures(combined_tracking(parts)) == pytest.approx(ALL["expected"], abs=1e-6)
    mean = np.mean([part.hota.hota for part in parts])
    assert abs(mean - ALL["expected"]["hota"]) > 1e-3


def test_one_video_combined_is_itself():
    part = tracking(frames_of(SINGLE[0]["truth"]), frames_of(SINGLE[0]["found"]))
    assert figures(combined_tracking([part])) == figures(part)


BOXES = [[0, 0, 10, 20], [50, 0, 60, 20]]


def test_who_stands_on_a_label_that_is_not_asked_for_counts_neither_way():
    found = labelled([0, 0], BOXES, tracker_id=[1, 2])
    truth = labelled([0, 0], BOXES, tracker_id=[1, 2], ignored=[False, True])
    assert tracking(truth, found).clear.false_positives == 0
    truth = labelled([0], BOXES[:1], tracker_id=[1])
    assert tracking(truth, found).clear.false_positives == 1


def test_a_person_who_is_none_of_the_classes_is_not_asked_for():
    truth = labelled([0, 0], BOXES, tracker_id=[1, 2], class_id=[2, -1])
    nobody = labelled([0], BOXES[:1], tracker_id=[1])
    both = labelled([0, 0], BOXES, tracker_id=[1, 2])
    assert tracking(truth, nobody).hota.hota == tracking(truth, both).hota.hota == 1


def test_the_ball_has_no_part_in_the_tracks():
    truth = labelled([0, 0], BOXES, tracker_id=[1, 0], class_id=[2, 0])
    assert tracking(truth, labelled([0], BOXES[:1], tracker_id=[1])).clear.mota == 1


def test_a_box_without_an_id_is_a_track_of_its_own():
    truth = labelled([0, 1], [BOXES[0]] * 2, frames=2, tracker_id=[1, 1])
    found = labelled([0, 1], [BOXES[0]] * 2, frames=2, tracker_id=[-1, -1])
    score = tracking(truth, found)
    assert score.hota.det_a == pytest.approx(1)
    assert score.clear.switches == 1


def test_a_person_without_a_box_is_refused_by_file_and_frame():
    truth = labelled([0], [[np.nan] * 4], tracker_id=[1])
    with pytest.raises(InputError, match="rows: frame 0: an object has no box"):
        tracking(truth, truth)


def test_positions_are_measured_in_metres_where_both_sides_know_them():
    truth = labelled([0, 0], BOXES, metres=[[0.0, 0.0], [5.0, 5.0]])
    found = labelled([0, 0], BOXES, metres=[[3.0, 4.0], [np.nan, np.nan]])
    np.testing.assert_allclose(position_errors(truth, found), [5.0])


def test_who_was_not_found_has_no_position_error():
    truth = labelled([0, 0], BOXES, metres=[[0.0, 0.0], [5.0, 5.0]])
    found = labelled([0], [[200, 0, 210, 20]], metres=[[0.0, 0.0]])
    assert len(position_errors(truth, found)) == 0
