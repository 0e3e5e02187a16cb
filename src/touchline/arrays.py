"""One name for each type of array: a signature says the dtype, its docstring the shape.

No other module spells out the dtype of an annotation. Arrays that a caller gives are as they have
to be, or refused in one sentence. Rows of tables, dataclasses of columns, are taken and joined.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from touchline.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Columns = TypeVar("Columns", bound="DataclassInstance")
"""A dataclass whose fields are arrays of one length."""

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


def require_homography(name: str, value: object) -> Float64:
    """A homography as float64 (3, 3).

    Raises:
        UsageError: It is no array of finite numbers of that shape, or cannot be inverted.
    """
    try:
        matrix = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all() or not np.linalg.det(matrix):
        raise UsageError(
            f"{name} is a homography: (3, 3) finite numbers that can be inverted; "
            f"got {repr(value).replace(chr(10), ' '):.60}"
        )
    return matrix


def require_pictures(images: object, *, noun: str = "image") -> list[Image]:
    """The images as a list; they are not copied.

    Networks and OpenCV take others without a word, and read them as something else: floats from 0
    to 1 as black, channels that come first as a picture three pixels high.

    Args:
        images: Any iterable of uint8 (H, W, 3), BGR, of at least one pixel; an array (n, H, W, 3)
            too. They need not be contiguous nor writable.
        noun: What a message calls each of them.

    Raises:
        UsageError: Names the first that is no such image, or what was given in place of several.
    """
    is_one = isinstance(images, np.ndarray) and images.ndim < 4
    if is_one or isinstance(images, (str, bytes, Mapping)) or not isinstance(images, Iterable):
        raise UsageError(
            f"{noun.capitalize()}s are a list, one alone is [{noun}]; got {_kind(images)}."
        )
    given = list(images)
    for index, image in enumerate(given):
        if not (
            isinstance(image, np.ndarray)
            and image.dtype == np.uint8
            and image.ndim == 3
            and image.shape[2] == 3
            and image.size > 0
        ):
            article = "An" if noun[0] in "aeiou" else "A"
            raise UsageError(
                f"{article} {noun} is a NumPy array uint8 (H, W, 3) in BGR with at least one "
                f"pixel; {noun} {index} is {_kind(image)}."
            )
    return given


def log_odds(probability: AnyFloat | float, *, least: float) -> Float64:
    """The logarithms of p / (1 - p), float64, of a shape with ``probability``.

    Args:
        probability: 0 to 1; what is below ``least`` or above 1 - ``least`` counts as that: nothing
            is certain.
        least: Above 0, and below a half.
    """
    safe = np.clip(np.asarray(probability, np.float64), least, 1 - least)
    return np.asarray(np.log(safe / (1 - safe)))


def from_log_odds(odds: AnyFloat) -> Float64:
    """The probabilities of such logarithms."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(odds, np.float64))))


def take_rows(table: "Columns", rows: Bools | Indices | slice) -> "Columns":
    """A dataclass whose fields are columns of n rows, at ``rows``: (n,), (k,) or a slice."""
    return type(table)(*(getattr(table, each.name)[rows] for each in fields(table)))


def join_rows(parts: Sequence["Columns"]) -> "Columns":
    """Such dataclasses, at least one, as one, in the order given."""
    names = [each.name for each in fields(parts[0])]
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    return type(parts[0])(*columns)


def _kind(given: object) -> str:
    if isinstance(given, np.ndarray):
        return f"{given.dtype} {given.shape}"
    return f"a {type(given).__name__}"
