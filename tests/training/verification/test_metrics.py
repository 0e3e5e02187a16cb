import numpy as np
import pytest

from training.verification.metrics import (
    at_temperature,
    best_temperature,
    calibration_error,
    f1_scores,
)


def sure_rows(sure: float, count: int) -> np.ndarray:
    """Rows that give `sure` to the first of six labels and share the rest among the others."""
    rows = np.full((count, 6), (1 - sure) / 5, np.float32)
    rows[:, 0] = sure
    return rows


def right_in(share: float, count: int) -> np.ndarray:
    return (np.arange(count) >= share * count).astype(np.int64)


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    said, truth = np.array([1, 1, 1, 2, 2]), np.array([1, 2, 2, 2, 2])
    # Label 1: precision 1/3, recall 1; label 2: precision 1, recall 1/2; nobody said 3.
    assert f1_scores(said, truth, (1, 2, 3)) == pytest.approx([0.5, 2 / 3, 0])


def test_answers_that_are_right_as_often_as_they_say_are_calibrated():
    assert calibration_error(sure_rows(0.8, 100), right_in(0.8, 100)) == pytest.approx(0, abs=1e-6)
    assert calibration_error(sure_rows(0.9, 100), right_in(0.6, 100)) == pytest.approx(0.3)


def test_errors_of_opposite_sign_do_not_cancel_between_bins():
    rows = np.concatenate([sure_rows(0.9, 50), sure_rows(0.5, 50)])
    truth = np.concatenate([right_in(0.7, 50), right_in(0.7, 50)])
    assert calibration_error(rows, truth) == pytest.approx(0.2)


def test_a_temperature_of_one_changes_nothing():
    rows = np.random.default_rng(0).dirichlet(np.ones(6), 20).astype(np.float32)
    assert at_temperature(rows, 1.0) == pytest.approx(rows, abs=1e-6)


def test_a_high_temperature_doubts_and_keeps_the_order():
    rows = np.random.default_rng(0).dirichlet(np.ones(6), 20).astype(np.float32)
    doubting = at_temperature(rows, 4.0)
    assert (doubting.max(1) < rows.max(1)).all()
    assert np.array_equal(doubting.argsort(1), rows.argsort(1))


def test_the_best_temperature_undoes_too_much_certainty():
    honest = np.random.default_rng(0).dirichlet(np.ones(6), 4000).astype(np.float32)
    rng = np.random.default_rng(1)
    truth = np.array([rng.choice(6, p=row / row.sum()) for row in honest.astype(np.float64)])
    assert best_temperature(at_temperature(honest, 0.5), truth) == pytest.approx(2, rel=0.1)
