"""One name for each type of array: a signature says the dtype, its docstring the shape.

No other module spells out the dtype of an annotation.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
AnyFloat = npt.NDArray[np.floating]
"""Floats of either width: the reader casts."""
Floats = TypeVar("Floats", Float32, Float64)
"""Floats of either width, and the result is of the same."""

Int8 = npt.NDArray[np.int8]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Indices = npt.NDArray[np.intp]
"""Places in another array, as numpy itself gives them."""

Bools = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]
AnyArray = npt.NDArray[Any]

Image = npt.NDArray[np.uint8]
"""uint8 (H, W, 3): BGR unless its name says RGB; (H, W, 4) where a docstring speaks of alpha."""
Images = npt.NDArray[np.uint8]
"""A batch of images of one size: uint8 (n, H, W, 3), BGR."""
Mask = npt.NDArray[np.uint8]
"""One channel, uint8 (H, W): grey values, coverage or labels of the pixels."""
