"""Values out of a file that somebody else wrote: read, or refused by file, frame and field.

``where`` is what a refusal begins with: the file, and the frame or the field in it.
"""

import codecs
import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from touchline.errors import InputError
from touchline.files import as_path


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON file whose content is an object.

    Raises:
        InputError: There is no such file, it is not JSON, or it holds something else.
    """
    try:
        content = json.loads(as_path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}.") from error
    return mapping(content, f"{path}")


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a text in UTF-8, or in what its byte order mark says; a mark is no part of it.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is in another encoding; also a ``ValueError``.
    """
    content = as_path(path).read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig")


def mapping(given: Any, where: str) -> dict[str, Any]:
    """``given`` if it is a JSON object.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(given, dict):
        raise InputError(f"{where}: an object is needed; got {_kind(given)}.")
    return given


def field(given: Mapping[str, Any], key: str, where: str) -> Any:
    """The value of a field that must be there.

    Raises:
        InputError: It is not.
    """
    if key not in given:
        raise InputError(f"{where}: {key} is missing.")
    return given[key]


def items(given: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """A field that is a list.

    Raises:
        InputError: It is missing or something else.
    """
    value = field(given, key, where)
    if not isinstance(value, list):
        raise InputError(f"{where}: {key} is a list; got {_kind(value)}.")
    return value


def number(given: Mapping[str, Any], key: str, where: str) -> float:
    """A field that is a finite number.

    Raises:
        InputError: It is missing or something else.
    """
    return _number(field(given, key, where), f"{where}: {key}")


def whole(given: Mapping[str, Any], key: str, where: str) -> int:
    """A field that is a whole number of at most 63 bits.

    Raises:
        InputError: It is missing or something else.
    """
    value = _number(field(given, key, where), f"{where}: {key}")
    if not value.is_integer() or abs(value) >= 2**63:
        raise InputError(f"{where}: {key} is a whole number; got {value}.")
    return int(given[key])


def numbers(value: Any, count: int, where: str) -> list[float]:
    """A list of ``count`` finite numbers.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(value, list) or len(value) != count:
        raise InputError(f"{where} is a list of {count} numbers; got {_kind(value)}.")
    return [_number(each, where) for each in value]


def one_of(value: Any, allowed: Sequence[Any], where: str) -> Any:
    """``value`` if it is allowed.

    Raises:
        InputError: It is not.
    """
    if isinstance(value, bool) or value not in allowed:
        names = ", ".join(map(str, allowed))
        raise InputError(f"{where} is one of {names}; got {value!r}.")
    return value


def corners(left: float, top: float, size: tuple[float, float], where: str) -> list[float]:
    """Corners [x1, y1, x2, y2] of a box given by its corner and (width, height).

    Raises:
        InputError: A size is negative.
    """
    if min(size) < 0:
        raise InputError(f"{where}: no size is negative; got {size[0]} x {size[1]}.")
    return [left, top, left + size[0], top + size[1]]


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{where} is a number; got {_kind(value)}.")
    # An int of any length is JSON too.
    if not abs(value) < 1e300 or not math.isfinite(value):
        raise InputError(f"{where} is a finite number; got {float('inf') if value > 0 else value}.")
    return float(value)


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    names = {dict: "an object", str: f"{value!r:.40}", type(None): "null"}
    return names.get(type(value), f"{value!r:.40}")
