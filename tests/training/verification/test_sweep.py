import numpy as np
import pytest

from training.verification.sweep import Filtered, crowded, table

TRUTH = np.array([[0, 0, 20, 50], [100, 0, 120, 50]], np.float32)


def people(*, false: int = 2) -> Filtered:
    """Both people found, and some who are none, of lower score and little claim."""
    wrong = np.array([[300 + 40 * i, 0, 320 + 40 * i, 50] for i in range(false)], np.float32)
    score = np.array([0.9, 0.8, *[0.2] * false], np.float32)
    claim = np.array([0.95, 0.4, *[0.1] * false], np.float32)
    return Filtered(np.concatenate([TRUTH, wrong.reshape(-1, 4)]), score, claim, TRUTH, False)


@pytest.mark.parametrize(
    ("confidence", "tau", "right", "boxes"),
    [(0.1, 0.0, 2, 4), (0.5, 0.0, 2, 2), (0.1, 0.3, 2, 2), (0.1, 0.5, 1, 1), (0.95, 0, 0, 0)],
)
def test_both_thresholds_apply(confidence, tau, right, boxes):
    assert people().count(confidence, tau).tolist() == [right, boxes, 2]


def test_the_crowded_third_has_the_most_false_people():
    frames = [people(false=count) for count in (1, 5, 0, 2, 7, 3)]
    assert crowded(frames) == [frames[4], frames[1]]


def test_the_table_says_what_filtering_costs():
    lines = table([people()], (0.1,)).splitlines()
    assert lines[1].split() == ["0.10", "0.00", "0.5000", "1.0000", "2.00"]
    assert lines[-1].split() == ["0.10", "0.50", "1.0000", "0.5000", "0.00"]
