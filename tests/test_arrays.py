import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

import touchline
from touchline import arrays

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
