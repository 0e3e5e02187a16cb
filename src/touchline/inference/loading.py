"""Choosing a runtime and a device for a network.

A runtime takes longer to import than all the rest, so each is imported when it is first needed.
"""

import os
import re
import sys
from pathlib import Path
from typing import Literal, get_args

from touchline.errors import ModelError, UsageError
from touchline.files import as_path
from touchline.inference.engine import Engine

Device = Literal["auto", "cpu", "cuda", "tensorrt", "mps"]
Backend = Literal["openvino", "onnxruntime"]
Precision = Literal["auto", "f32"]

MOST_THREADS = 512
"""More are not started: ONNX Runtime does not come back from a thousand on a small machine."""

_DEVICE = re.compile(
    r"(?P<kind>auto|cpu|cuda|gpu|tensorrt|mps)(:(?P<index>\d{1,3}))?|(?P<alone>\d{1,3})", re.ASCII
)


def load_engine(
    path: str | os.PathLike[str],
    *,
    device: Device = "auto",
    backend: Backend | None = None,
    threads: int | None = None,
    precision: Precision = "auto",
) -> Engine:
    """Load an ONNX network.

    Args:
        path: The file; its one input is ``images``, uint8 (N, H, W, 3) BGR, N dynamic.
        device: ``auto`` takes CUDA where ONNX Runtime can use it, CoreML on macOS, else the CPU.
            TensorRT builds an engine for minutes at first use, so it is never taken unasked.
        backend: None is OpenVINO on the CPU and ONNX Runtime elsewhere.
        threads: CPU threads, 1 to ``MOST_THREADS``; None is one per core.
        precision: ``auto`` lets OpenVINO compute in bfloat16 where the CPU has it; ``f32``
            forbids that. ONNX Runtime computes in what the file says.

    Raises:
        UsageError: an argument is none of the allowed ones.
        ModelError: the file is missing, corrupt or of another shape, or the device is not there.
    """
    _require("device", device, get_args(Device))
    _require("backend", backend, (None, *get_args(Backend)))
    _require("precision", precision, get_args(Precision))
    whole = isinstance(threads, int) and not isinstance(threads, bool)
    if threads is not None and not (whole and 1 <= threads <= MOST_THREADS):
        raise UsageError(
            f"threads is 1 or more (at most {MOST_THREADS}), or None for one per core; "
            f"got {threads!r}."
        )
    file = as_path(path)
    if not file.is_file():
        raise ModelError(f"There is no weights file {file}.")
    if device == "auto":
        return _first_that_works(file, backend, threads, precision)
    return _engine(file, device, backend, threads, precision)


def device_named(given: object) -> object:
    """The ``Device`` that is meant: ``CPU``, ``gpu``, ``cuda:0`` and ``0`` are understood.

    What is none is given back as it is, for the caller to refuse.

    Raises:
        UsageError: A GPU other than the first is named.
    """
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        return given
    found = _DEVICE.fullmatch(str(given).strip().lower())
    if found is None:
        return given
    kind, index = found["kind"] or "cuda", found["index"] or found["alone"] or "0"
    if int(index) > 0:
        raise UsageError(
            f"device {given!r}: of several GPUs the first is taken, cuda or cuda:0; "
            f"CUDA_VISIBLE_DEVICES={index} makes that one the first"
        )
    return "cuda" if kind == "gpu" else kind


def available_devices() -> list[str]:
    """The devices that this build of ONNX Runtime knows, such as ``["cpu", "cuda"]``.

    A build may know a device that this machine does not have.
    """
    from touchline.inference.onnx_runtime import devices

    return devices()


def _first_that_works(
    file: Path, backend: str | None, threads: int | None, precision: str
) -> Engine:
    known = available_devices() if backend != "openvino" else []
    for device in ("cuda", "mps") if sys.platform == "darwin" else ("cuda",):
        if device not in known:
            continue
        try:
            return _engine(file, device, "onnxruntime", threads, precision)
        except ModelError:
            # A build may know a device that this machine lacks; a bad file fails again below.
            continue
    return _engine(file, "cpu", backend, threads, precision)


def _engine(
    file: Path, device: str, backend: str | None, threads: int | None, precision: str
) -> Engine:
    if device == "cpu" and backend != "onnxruntime":
        from touchline.inference.openvino import OpenVinoEngine

        return OpenVinoEngine(file, threads=threads, precision=precision)
    if backend == "openvino":
        raise ModelError(
            f"OpenVINO computes on 'cpu' only, not on {device!r}; ONNX Runtime knows "
            f"{', '.join(available_devices())} here."
        )
    from touchline.inference.onnx_runtime import OnnxRuntimeEngine

    return OnnxRuntimeEngine(file, device=device, threads=threads)


def _require(argument: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if not isinstance(value, (str, type(None))) or value not in allowed:
        raise UsageError(f"{argument} is one of {', '.join(map(repr, allowed))}; got {value!r}.")
