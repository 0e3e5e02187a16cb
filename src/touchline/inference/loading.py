"""Choosing a runtime and a device for a network."""

import os
import sys
from pathlib import Path
from typing import Literal

from touchline.errors import ModelError, UsageError
from touchline.inference import onnx_runtime
from touchline.inference.engine import Engine
from touchline.inference.onnx_runtime import OnnxRuntimeEngine
from touchline.inference.openvino import OpenVinoEngine

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
    _require("device", device, ("auto", *onnx_runtime.PROVIDERS))
    _require("backend", backend, (None, "openvino", "onnxruntime"))
    _require("precision", precision, ("auto", "f32"))
    if threads is not None and threads < 1:
        raise UsageError(f"threads is 1 or more, or None for one per core; got {threads}.")
    file = Path(path)
    if not file.is_file():
        raise ModelError(f"There is no weights file {file}.")
    if device == "auto":
        return _first_that_works(file, backend, threads, precision)
    return _engine(file, device, backend, threads, precision)


def _first_that_works(
    file: Path, backend: str | None, threads: int | None, precision: str
) -> Engine:
    for device in _accelerators() if backend != "openvino" else ():
        try:
            return OnnxRuntimeEngine(file, device=device, threads=threads)
        except ModelError:
            # A build may know a device that this machine lacks; a bad file fails again below.
            continue
    return _engine(file, "cpu", backend, threads, precision)


def _accelerators() -> list[str]:
    wanted = ["cuda", "mps"] if sys.platform == "darwin" else ["cuda"]
    return [device for device in wanted if device in onnx_runtime.devices()]


def _engine(
    file: Path, device: str, backend: str | None, threads: int | None, precision: str
) -> Engine:
    if device == "cpu" and backend != "onnxruntime":
        return OpenVinoEngine(file, threads=threads, precision=precision)
    if backend == "openvino":
        raise ModelError(
            f"OpenVINO computes on 'cpu' only, not on {device!r}; ONNX Runtime knows "
            f"{', '.join(onnx_runtime.devices())} here."
        )
    return OnnxRuntimeEngine(file, device=device, threads=threads)


def _require(argument: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{argument} is one of {', '.join(map(repr, allowed))}; got {value!r}.")
