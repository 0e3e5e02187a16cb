"""Reading weights as they are published, without PyTorch and without running what they say.

A file of PyTorch is a zip of stored entries: ``data.pkl`` describes the tensors, ``data/N`` holds
the bytes of storage N. A pickle may call anything, so this one may call what makes tensors and
dicts, and nothing else. A file of safetensors is 8 bytes that count the bytes of a JSON header, the
header, and the bytes of the tensors.
"""

import io
import json
import math
import mmap
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from touchline.arrays import AnyArray
from touchline.errors import ModelError

Tensors = dict[str, AnyArray]

_STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}
_SAFE_TYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8", "I32": "<i4"}
_LOCAL_HEADER = 30
"""Bytes of a zip entry's own header before its name."""


def read_checkpoint(path: Path) -> Tensors:
    """The tensors of a file that ``torch.save`` wrote of a state dict, or of a safetensors file.

    Returns:
        Arrays by name, in the file's own types, mapped from it: they take memory when they are
        read, and the file must not change as long as they live.

    Raises:
        ModelError: the file is damaged, is of another format, or asks for more than tensors.
    """
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if zipfile.is_zipfile(path):
            return _torch_tensors(path, content)
        return _safe_tensors(content)
    except ModelError as error:
        raise ModelError(f"{path} cannot be read as weights: {error}") from error
    # A damaged pickle raises whatever its broken bytes lead to.
    except Exception as error:
        raise ModelError(
            f"{path} cannot be read as weights of PyTorch (a zip) or safetensors: {error!r}."
        ) from error


class _Storage(NamedTuple):
    """Where the numbers of one or several tensors lie."""

    dtype: str
    key: str
    length: int


class _Tensor(NamedTuple):
    """A tensor as the pickle describes it; counts in elements of its storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


_ALLOWED: Mapping[tuple[str, str], Callable[..., Any] | str] = {
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("collections", "OrderedDict"): OrderedDict,
    **{("torch", name): dtype for name, dtype in _STORAGES.items()},
}


class _Unpickler(pickle.Unpickler):
    """Makes tensors and dicts of them; whatever else the pickle names is refused."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise ModelError(f"it asks for {module}.{name}, which no tensor needs.") from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count = pid
        if kind != "storage" or dtype not in _STORAGES.values():
            raise ModelError(f"it holds {kind!r} of {dtype!r}, which is no storage of numbers.")
        return _Storage(dtype, str(key), int(count))


def _torch_tensors(path: Path, content: mmap.mmap) -> Tensors:
    with zipfile.ZipFile(path) as archive:
        root = next(n for n in archive.namelist() if n.endswith("data.pkl")).removesuffix(
            "data.pkl"
        )
        order = root + "byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise ModelError("its numbers are not little-endian.")
        described = _Unpickler(io.BytesIO(archive.read(root + "data.pkl"))).load()
        return {
            name: _array(tensor, archive.getinfo(f"{root}data/{tensor.storage.key}"), content)
            for name, tensor in described.items()
            if isinstance(tensor, _Tensor)
        }


def _array(tensor: _Tensor, entry: zipfile.ZipInfo, content: mmap.mmap) -> AnyArray:
    storage, offset, shape, strides = tensor
    size = np.dtype(storage.dtype).itemsize
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != storage.length * size:
        raise ModelError(f"its entry {entry.filename} is not {storage.length} plain numbers.")
    numbers = np.frombuffer(content, storage.dtype, storage.length, _start(entry, content))
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if min(shape + strides + (offset,)) < 0 or math.prod(shape) > storage.length:
        raise ModelError(f"a tensor of {entry.filename} is larger than its storage.")
    if math.prod(shape) and last >= storage.length:
        raise ModelError(f"a tensor of {entry.filename} reaches beyond its storage.")
    return np.lib.stride_tricks.as_strided(
        numbers[offset:], shape, [step * size for step in strides], writeable=False
    )


def _start(entry: zipfile.ZipInfo, content: mmap.mmap) -> int:
    """Where an entry's bytes begin: behind its own header, whose padding only it knows."""
    header = content[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if header[:4] != b"PK\x03\x04":
        raise ModelError(f"its entry {entry.filename} has no header.")
    name, extra = (int.from_bytes(header[i : i + 2], "little") for i in (26, 28))
    return entry.header_offset + _LOCAL_HEADER + name + extra


def _safe_tensors(content: mmap.mmap) -> Tensors:
    length = int.from_bytes(content[:8], "little")
    if length > len(content) - 8:
        raise ModelError("it is neither a zip nor safetensors.")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: _safe_array(name, entry, content, 8 + length) for name, entry in header.items()}


def _safe_array(name: str, entry: dict[str, Any], content: mmap.mmap, start: int) -> AnyArray:
    if entry["dtype"] not in _SAFE_TYPES:
        raise ModelError(f"{name} is {entry['dtype']}; known are {', '.join(_SAFE_TYPES)}.")
    dtype = np.dtype(_SAFE_TYPES[entry["dtype"]])
    begin, end = entry["data_offsets"]
    count = math.prod(entry["shape"])
    if not 0 <= begin <= end or end - begin != count * dtype.itemsize:
        raise ModelError(f"the bytes of {name} do not fit its shape.")
    return np.frombuffer(content, dtype, count, start + begin).reshape(entry["shape"])
