import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.tables import labelled
from touchline.evaluation.formats import read_gsr, read_gsr_predictions
from touchline.evaluation.labels import aligned
from touchline.evaluation.metrics import gs_hota
from touchline.evaluation.metrics.game_state import location_similarity

CASES = json.loads(Path(__file__).with_name("state_cases.json").read_text())


def files(case, folder):
    for name in ("labels", "answer"):
        (folder / f"{name}.json").write_text(json.dumps(case[name]))
    return folder / "labels.json", folder / "answer.json"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_score_is_that_of_soccernet(case, tmp_path):
    labels, answer = files(case, tmp_path)
    truth = read_gsr(labels)
    score = gs_hota(truth, aligned(truth, read_gsr_predictions(answer, labels)))
    found = {name: getattr(score, name) for name in case["expected"]}
    assert found == pytest.approx(case["expected"], abs=1e-6)


def test_places_five_metres_apart_are_a_twentieth_alike():
    apart = location_similarity(np.zeros((1, 2)), np.array([[3.0, 4.0], [0.0, 0.0]]), 5.0)
    np.testing.assert_allclose(apart, [[0.05, 1.0]])


@given(st.floats(0, 50), st.floats(0, 50))
def test_nearer_is_more_alike(one, other):
    alike = location_similarity(np.zeros((1, 2)), np.array([[one, 0.0], [other, 0.0]]), 5.0)[0]
    assert (alike[0] >= alike[1]) == (one <= other) or np.isclose(*alike)


def person(**changes):
    columns = {
        "class_id": [2],
        "team": ["left"],
        "jersey": ["7"],
        "metres": [[0.0, 0.0]],
        "tracker_id": [1],
    }
    return labelled([0], [[0, 0, 10, 20]], **(columns | changes))


@pytest.mark.parametrize("wrong", [{"class_id": [1]}, {"team": ["right"]}, {"jersey": ["8"]}])
def test_a_wrong_role_team_or_number_is_another_person(wrong):
    assert gs_hota(person(), person()).hota == pytest.approx(1)
    assert gs_hota(person(), person(**wrong)).hota == 0


def test_a_referee_has_no_team_and_no_number():
    referee = {"class_id": [3]}
    assert gs_hota(person(**referee), person(team=[""], jersey=["99"], **referee)).hota == 1


def test_two_unknown_numbers_are_equal():
    assert gs_hota(person(jersey=[""]), person(jersey=[""])).hota == pytest.approx(1)


def test_whose_place_is_unknown_matches_nobody():
    assert gs_hota(person(), person(metres=[[np.nan, np.nan]])).hota == 0
