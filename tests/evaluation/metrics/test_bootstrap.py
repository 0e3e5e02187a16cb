import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import UsageError
from touchline.evaluation.metrics import bootstrap


def mean(values):
    return float(np.mean(values))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(0, 5))
def test_the_interval_lies_between_the_worst_and_the_best_match(values, seed):
    interval = bootstrap(values, mean, samples=50, seed=seed)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
    assert interval.value == mean(values)


def test_the_same_seed_gives_the_same_interval():
    values = list(np.random.default_rng(1).random(9))
    assert bootstrap(values, mean, seed=4) == bootstrap(values, mean, seed=4)
    assert bootstrap(values, mean, seed=4) != bootstrap(values, mean, seed=5)


def test_the_interval_is_as_wide_as_theory_says():
    values = list(np.random.default_rng(2).normal(0, 1, 400))
    interval = bootstrap(values, mean, samples=2000)
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * np.std(values) / 20, rel=0.1)


def test_a_higher_level_is_wider():
    values = list(np.random.default_rng(3).random(20))
    narrow, wide = (bootstrap(values, mean, level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_single_match_says_nothing_about_others():
    interval = bootstrap([0.4], mean)
    assert (interval.low, interval.high, interval.matches) == (0.4, 0.4, 1)


def test_draws_without_a_figure_are_left_out():
    def odd(values):
        return mean(values) if 1.0 in values else float("nan")

    assert bootstrap([0.0, 1.0], odd, samples=100).low > 0


@pytest.mark.parametrize(
    ("matches", "options"), [([], {}), ([1.0], {"samples": 0}), ([1.0], {"level": 1.0})]
)
def test_what_is_out_of_range_is_refused(matches, options):
    with pytest.raises(UsageError):
        bootstrap(matches, mean, **options)
