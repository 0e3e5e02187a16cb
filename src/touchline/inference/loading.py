"""Choosing a runtime and a device for a network.

A runtime takes longer to import than all the rest, so each is imported when it is first needed.
"""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, Unpack, get_args

from touchline.errors import ModelError, UsageError
from touchline.files import as_path
from touchline.inference.choices import Backend, Device, EngineChoice, Precision, Runtime
from touchline.inference.engine import Engine
from touchline.inference.measured import MeasuredEngine
from touchline.inference.processor import usable_cores
from touchline.inference.remembered import Memory

Loaded = TypeVar("Loaded")

MOST_THREADS = 512
"""More are not started: ONNX Runtime does not come back from a thousand on a small machine."""
ENOUGH_CORES = 4
"""From so many on, half of them are tried too."""

_DEVICE = re.compile(
    r"(?P<kind>auto|cpu|cuda|gpu|tensorrt|mps)(:(?P<index>\d{1,3}))?|(?P<alone>\d{1,3})", re.ASCII
)


def load_engine(path: str | os.PathLike[str], **runtime: Unpack[Runtime]) -> Engine:
    """Load an ONNX network.

    On a CPU it is computed in the fastest way, which is measured when its first pictures come and
    then remembered; where a ``backend`` is named, nothing is measured.

    Args:
        path: The file; its one input is ``images``, uint8 (N, H, W, 3) BGR, N dynamic.
        **runtime: See ``Runtime``.

    Raises:
        UsageError: an argument is none of the allowed ones.
        ModelError: the file is missing, corrupt or of another shape, or the device is not there,
            or does not compute in these numbers.
    """
    wanted = _Wanted(**runtime)
    file = as_path(path)
    if not file.is_file():
        raise ModelError(f"There is no weights file {file}.")
    if wanted.device != "auto":
        return _engine(file, wanted.device, wanted)
    if wanted.backend == "openvino":
        return _engine(file, "cpu", wanted)
    return on_first_device(lambda device: _engine(file, device, wanted))


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


def on_first_device(load: Callable[[Device], Loaded]) -> Loaded:
    """What ``load`` gives on the first device that is there, as ``auto`` has it: the CPU is last.

    Raises:
        ModelError: Not even the CPU can.
    """
    wanted: tuple[Device, ...] = ("cuda", "mps") if sys.platform == "darwin" else ("cuda",)
    known = available_devices()
    for device in wanted:
        if device not in known:
            continue
        try:
            return load(device)
        except ModelError:
            # A build may know a device that this machine lacks; a bad file fails again below.
            continue
    return load("cpu")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A ``Runtime`` of which everything is said.

    Raises:
        UsageError: something is not allowed.
    """

    device: Device = "auto"
    backend: Backend | None = None
    threads: int | None = None
    precision: Precision = "auto"
    cache: Path | None = None

    def __post_init__(self) -> None:
        _require("device", self.device, get_args(Device))
        _require("backend", self.backend, (None, *get_args(Backend)))
        _require("precision", self.precision, get_args(Precision))
        whole = isinstance(self.threads, int) and not isinstance(self.threads, bool)
        if self.threads is not None and not (whole and 1 <= self.threads <= MOST_THREADS):
            raise UsageError(
                f"threads is 1 or more (at most {MOST_THREADS}), or None for one per core; "
                f"got {self.threads!r}."
            )


def _engine(file: Path, device: str, wanted: _Wanted) -> Engine:
    if device == "cpu" and wanted.backend is None:
        return _measured(file, wanted)
    return _load(file, device, wanted.backend or "onnxruntime", wanted)


def _measured(file: Path, wanted: _Wanted) -> Engine:
    """On the CPU, in the fastest of all ways that leave what is wanted as it is."""
    choices = _choices(wanted)

    def load(choice: EngineChoice) -> Engine:
        chosen = replace(wanted, precision=choice.precision, threads=choice.threads)
        return _load(file, "cpu", choice.backend, chosen)

    if len(choices) == 1:
        return load(choices[0])
    return MeasuredEngine(file, choices=choices, load=load, memory=Memory(wanted.cache))


def _choices(wanted: _Wanted) -> list[EngineChoice]:
    """Every way on the CPU, on all cores; then on half of them, which may be as fast.

    Hyper-threads share what computes.
    """
    from touchline.inference.openvino import formats

    kept = wanted.precision
    threads = wanted.threads or usable_cores()
    ways: list[tuple[Backend, Precision]] = [
        ("openvino", each) for each in (formats() if kept == "auto" else (kept,))
    ]
    if kept in ("auto", "f32"):
        ways.append(("onnxruntime", "f32"))
    halves = wanted.threads is None and threads >= ENOUGH_CORES
    counts = (threads, threads // 2) if halves else (threads,)
    return [EngineChoice(*way, count) for count in counts for way in ways]


def _load(file: Path, device: str, backend: str, wanted: _Wanted) -> Engine:
    if backend == "openvino":
        if device != "cpu":
            raise ModelError(
                f"OpenVINO computes on 'cpu' only, not on {device!r}; ONNX Runtime knows "
                f"{', '.join(available_devices())} here."
            )
        from touchline.inference.openvino import OpenVinoEngine

        return OpenVinoEngine(file, threads=wanted.threads, precision=wanted.precision)
    from touchline.inference.onnx_runtime import OnnxRuntimeEngine

    return OnnxRuntimeEngine(
        file,
        device=device,
        threads=wanted.threads,
        precision=wanted.precision,
        cache=wanted.cache,
    )


def _require(argument: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if not isinstance(value, (str, type(None))) or value not in allowed:
        raise UsageError(f"{argument} is one of {', '.join(map(repr, allowed))}; got {value!r}.")
