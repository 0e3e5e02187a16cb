"""Numbers as the page takes them: columns in few bytes, deflated, in base64."""

import base64
import json
import zlib
from collections.abc import Mapping

import numpy as np

from touchline.arrays import AnyArray, Float64

ABSENT = -32768
"""Of int16: nothing is known here."""
PIXEL = 4
"""Steps of a pixel that boxes and points are rounded to, ..."""
CENTIMETRE = 100
"""... and steps of a metre."""
_UNKNOWN = 255


def pack(columns: Mapping[str, AnyArray]) -> dict[str, object]:
    """``{"c": [[name, kind, length], ...], "z": text}``: all columns in one deflated block.

    Each begins at a multiple of 8 bytes, little-endian; ``kind`` is u1, i1, i2, u2, u4, f4 or f8.
    """
    told, block = [], bytearray()
    for name, values in columns.items():
        flat = np.ascontiguousarray(values).reshape(-1)
        told.append([name, flat.dtype.str[1:], len(flat)])
        block += flat.astype(flat.dtype.newbyteorder("<")).tobytes()
        block += bytes(-len(block) % 8)
    return {"c": told, "z": base64.b64encode(zlib.compress(bytes(block), 6)).decode()}


def as_script(value: object) -> str:
    """JSON that may stand in a script of a page: nothing in it ends the script or begins a tag."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)  # in ASCII
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def steps(values: Float64, each: int) -> AnyArray:
    """Values in so many steps a unit, as int16; ``ABSENT`` where they are not finite."""
    scaled = np.round(np.where(np.isfinite(values), values, 0.0) * each)
    return np.where(np.isfinite(values), scaled.clip(ABSENT + 1, -ABSENT - 1), ABSENT).astype("i2")


def share(values: Float64) -> AnyArray:
    """Shares of 0..1 in 254 steps, as uint8; 255 where one is not known."""
    scaled = np.round(np.nan_to_num(values).clip(0, 1) * (_UNKNOWN - 1))
    return np.where(np.isfinite(values), scaled, _UNKNOWN).astype("u1")
