import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

import touchline
from touchline import arrays
from touchline.arrays import from_log_odds, log_odds

PACKAGE = Path(touchline.__file__).parent


def test_the_dtype_of_an_array_is_spelled_out_in_one_place() -> None:
    own = re.compile(r"NDArray\[")
    found = [path for path in PACKAGE.rglob("*.py") if own.search(path.read_text("utf-8"))]
    assert found == [PACKAGE / "arrays.py"]


def test_every_name_of_a_width_is_that_dtype() -> None:
    widths = {
        name: alias for name, alias in vars(arrays).items() if re.fullmatch(r"(Float|Int)\d+", name)
    }
    assert widths == {name: npt.NDArray[getattr(np, name.lower())] for name in widths}
    assert len(widths) == 6


@dataclass(frozen=True)
class Pairs:
    left: arrays.Float64
    right: arrays.Int64


def test_rows_are_taken_from_every_column_and_joined_in_order() -> None:
    pairs = Pairs(np.array([1.0, 2.0, 3.0]), np.array([4, 5, 6]))
    for rows in (np.array([True, False, True]), np.array([0, 2]), slice(None, None, 2)):
        taken = arrays.take_rows(pairs, rows)
        assert (taken.left.tolist(), taken.right.tolist()) == ([1.0, 3.0], [4, 6])
    whole = arrays.join_rows([taken, pairs])
    assert (whole.left.tolist(), whole.right.tolist()) == ([1, 3, 1, 2, 3], [4, 6, 4, 5, 6])


@given(st.floats(0, 1), st.floats(1e-6, 0.4))
def test_log_odds_lead_back_to_the_probability_but_never_to_certainty(
    probability: float, least: float
) -> None:
    back = from_log_odds(log_odds(probability, least=least))
    np.testing.assert_allclose(back, np.clip(probability, least, 1 - least), atol=1e-12)
