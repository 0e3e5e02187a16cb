import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.teams.smoothing import joined

SURE, OTHER = [0.98, 0.02], [0.02, 0.98]


def test_one_odd_stretch_among_plain_ones_is_outvoted() -> None:
    shares = np.array([SURE, SURE, [1e-6, 1.0], SURE, SURE])
    assert (joined(shares, np.full(5, 7))[:, 0] > 0.9).all()


def test_a_track_that_takes_up_another_man_is_named_anew_from_there() -> None:
    shares = np.array([SURE] * 4 + [OTHER] * 4)
    assert joined(shares, np.full(8, 7)).argmax(axis=1).tolist() == [0] * 4 + [1] * 4


def test_tracks_do_not_speak_for_each_other() -> None:
    shares = np.array([SURE, OTHER, SURE, OTHER, [0.5, 0.5]])
    answer = joined(shares, np.array([1, 2, 1, 2, 3]))
    assert answer.argmax(axis=1).tolist()[:4] == [0, 1, 0, 1]
    assert answer[4].tolist() == [0.5, 0.5]


@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_shares_sum_to_one_whatever_is_said(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(6) * 0.1, count).reshape(count, 6)
    answer = joined(shares, rng.integers(1, 4, count))
    assert answer.shape == shares.shape
    assert answer.sum(axis=1) == pytest.approx(np.ones(count))
