import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.evaluation.metrics import TrackedBoxes, clear, hota, identity

CASES = json.loads(Path(__file__).with_name("hota_cases.json").read_text())


def tracked(rows: list[list[float]]) -> TrackedBoxes:
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    return TrackedBoxes(
        frame=table[:, 0].astype(np.int64),
        tracker_id=table[:, 1].astype(np.int64),
        xyxy=table[:, 2:],
        confidence=np.ones(len(table)),
        class_id=np.ones(len(table), dtype=np.int64),
    )


def boxes_of(place: list[list[int]]) -> TrackedBoxes:
    """One row per track, one column per frame: where its box is, on one line."""
    return tracked(
        [
            [frame, track, x, 0, x + 10, 20]
            for track, line in enumerate(place)
            for frame, x in enumerate(line)
        ]
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_scores_are_those_of_trackeval(case):
    truth, predicted = tracked(case["truth"]), tracked(case["predicted"])
    shape, ids, old = hota(truth, predicted), identity(truth, predicted), clear(truth, predicted)
    found = {
        "hota": shape.hota,
        "det_a": shape.det_a,
        "ass_a": shape.ass_a,
        "loc_a": shape.loc_a,
        "idf1": ids.idf1,
        "mota": old.mota,
        "switches": old.switches,
    }
    assert found == pytest.approx(case["expected"], abs=1e-6)


places = st.lists(
    st.lists(st.integers(0, 200), min_size=3, max_size=3), min_size=1, max_size=4, unique_by=tuple
)


@given(places)
def test_the_labels_themselves_score_one(place):
    truth = boxes_of([[x + 300 * row for x in line] for row, line in enumerate(place)])
    assert hota(truth, truth).hota == pytest.approx(1)
    assert identity(truth, truth).idf1 == 1
    assert clear(truth, truth).mota == 1


@given(places, places)
def test_the_order_of_the_rows_does_not_matter(mine, theirs):
    truth, predicted = boxes_of(mine), boxes_of(theirs)
    turned = TrackedBoxes(
        *(getattr(predicted, name)[::-1] for name in TrackedBoxes.__dataclass_fields__)
    )
    assert hota(truth, predicted).hota == pytest.approx(hota(truth, turned).hota)
    assert identity(truth, predicted).idf1 == identity(truth, turned).idf1


def test_one_switch_of_ids_costs_association_and_not_detection():
    truth = boxes_of([[0, 0, 0, 0], [100, 100, 100, 100]])
    switched = boxes_of([[0, 0, 100, 100], [100, 100, 0, 0]])
    scores = hota(truth, switched)
    assert scores.det_a == 1
    assert scores.ass_a == pytest.approx(1 / 3)
    assert clear(truth, switched).switches == 2


def test_an_id_twice_in_a_frame_is_refused():
    with pytest.raises(ValueError, match="twice"):
        tracked([[1, 1, 0, 0, 5, 5], [1, 1, 9, 9, 12, 12]])


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="unequal"):
        TrackedBoxes(*[np.zeros(2, dtype=np.int64)] * 2, np.zeros((1, 4)), *[np.zeros(2)] * 2)
