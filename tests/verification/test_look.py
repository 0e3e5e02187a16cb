import numpy as np
import pytest

from tests.verification.worlds import Oracle, Painter, ball, man, shown
from touchline.verification import Label
from touchline.verification.look import look, pool
from touchline.verification.window import WindowTable


def table():
    return WindowTable.of([shown(0, [man(2, 100), ball(40)]), shown(1, [man(2, 100)])])


def test_only_the_chosen_objects_are_looked_at():
    painter = Painter(0.9)
    seen = look(table(), np.array([1, 2]), painter)
    assert [(view.xyxy[0], view.is_ball) for view in painter.looks] == [(40, True), (100, False)]
    assert np.isnan(seen.probabilities[0]).all()
    assert seen.probabilities[1:].argmax(axis=1).tolist() == [Label.FOOTBALL, Label.PLAYER]
    assert seen.verified == pytest.approx([np.nan, 0.9, 0.94], nan_ok=True, abs=1e-6)


def test_the_table_holds_one_verifiers_probabilities_until_two_are_pooled():
    first = look(table(), np.array([0, 1]), Oracle(Label.PLAYER, 0.6))
    second = look(first, np.array([1]), Oracle(Label.FOOTBALL, 0.6))
    assert np.isnan(second.probabilities[0]).all()
    both = pool(first, second, np.array([1]))
    assert np.array_equal(both.probabilities[0], first.probabilities[0])
    assert both.probabilities[1].sum() == pytest.approx(1)
    shares = both.probabilities[1, [Label.FOOTBALL, Label.PLAYER]]
    assert shares[0] == pytest.approx(shares[1])
    assert both.verified[1] == shares[0]
    assert np.isnan(both.verified[2])
