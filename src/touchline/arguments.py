"""Numbers and pictures that a caller gives: as they have to be, or refused in one sentence."""

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real

import numpy as np

from touchline.arrays import Float64, Image
from touchline.errors import UsageError


def require_number(
    name: str, value: object, *, above: float = -math.inf, least: float = -math.inf
) -> None:
    """Refuse what is no finite number, or is too small; truth is no number here.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not value > above or not value >= least:  # type: ignore[arg-type, operator]
        allowed = f" above {above:g}" if above > -math.inf else ""
        allowed += f" from {least:g}" if least > -math.inf else ""
        raise UsageError(f"{name} is a finite number{allowed}; got {value!r:.60}")


def require_whole(name: str, value: object, *, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number, or is too small, or too large.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):  # type: ignore[operator]
        allowed = f"from {least}" + ("" if most is None else f" to {most}")
        raise UsageError(f"{name} is a whole number {allowed}; got {value!r:.60}")


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


def require_pictures(images: object) -> list[Image]:
    """The images as a list; they are not copied.

    Networks and OpenCV take others without a word, and read them as something else: floats from 0
    to 1 as black, channels that come first as a picture three pixels high.

    Args:
        images: Any iterable of uint8 (H, W, 3), BGR, of at least one pixel; an array (n, H, W, 3)
            too. They need not be contiguous nor writable.

    Raises:
        UsageError: Names the first that is no such image, or what was given in place of several.
    """
    is_one = isinstance(images, np.ndarray) and images.ndim < 4
    if is_one or isinstance(images, (str, bytes, Mapping)) or not isinstance(images, Iterable):
        raise UsageError(f"Images are a list, one alone is [image]; got {_kind(images)}.")
    given = list(images)
    for index, image in enumerate(given):
        if not (
            isinstance(image, np.ndarray)
            and image.dtype == np.uint8
            and image.ndim == 3
            and image.shape[2] == 3
            and image.size > 0
        ):
            raise UsageError(
                "An image is a NumPy array uint8 (H, W, 3) in BGR with at least one pixel; image "
                f"{index} is {_kind(image)}."
            )
    return given


def _kind(given: object) -> str:
    if isinstance(given, np.ndarray):
        return f"{given.dtype} {given.shape}"
    return f"a {type(given).__name__}"
