"""Choosing a runtime and a device for a network.

A runtime takes longer to import than all the rest, so each is imported when it is first needed.
"""

import os
import sys
from pathlib import Path
from typing import Literal, get_args

from touchline.errors import ModelError, UsageError
from touchline.inference.engine import Engine

Device = Literal["auto", "cpu", "cuda", "tensorrt", "mps"]
Backend = Literal["openvino", "onnxruntime"]
Precision = Literal["auto", "f32"]


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
        threads: CPU threads, 1 or more; None is one per core.
        precision: ``auto`` lets OpenVINO compute in bfloat16 where the CPU has it; ``f32``
            forbids that. ONNX Runtime computes in what the file says.

    Raises:
        UsageError: an argument is none of the allowed ones.
        ModelError: the file is missing, corrupt or of another shape, or the device is not there.
    """
    _require("device", device, get_args(Device))
    _require("backend", backend, (None, *get_args(Backend)))
    _require("precision", precision, get_args(Precision))
    if threads is not None and threads < 1:
        raise UsageError(f"threads is 1 or more, or None for one per core; got {threads}.")
    file = Path(path)
    if not file.is_file():
        raise ModelError(f"There is no weights file {file}.")
    if device == "auto":
        return _first_that_works(file, backend, threads, precision)
    return _engine(file, device, backend, threads, precision)


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


def _require(argument: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{argument} is one of {', '.join(map(repr, allowed))}; got {value!r}.")
