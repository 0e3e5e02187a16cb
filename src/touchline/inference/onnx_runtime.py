"""ONNX Runtime: CUDA, TensorRT and CoreML where its build has them, and any CPU."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from touchline.arrays import Images
from touchline.errors import ModelError
from touchline.inference.engine import (
    INPUT,
    InputSpec,
    Outputs,
    accepted_size,
    load_error,
    require_images,
    require_process,
    run_error,
)
from touchline.inference.interruption import require_wanted
from touchline.inference.telemetry import import_onnxruntime

ort = import_onnxruntime()

PROVIDERS: dict[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "mps": "CoreMLExecutionProvider",
}

_OPTIONS: dict[str, dict[str, str]] = {
    # The default tries every algorithm anew for each batch size, which takes seconds.
    "CUDAExecutionProvider": {"cudnn_conv_algo_search": "HEURISTIC"},
}
_BEHIND = {"tensorrt": ("cuda", "cpu"), "cuda": ("cpu",), "mps": ("cpu",), "cpu": ()}
"""Where the operators go that a provider cannot compute."""


def devices() -> list[str]:
    """The devices that this build of ONNX Runtime knows, such as ``["cpu", "cuda"]``.

    A build may know a device that this machine does not have.
    """
    present = ort.get_available_providers()
    return [device for device, provider in PROVIDERS.items() if provider in present]


class OnnxRuntimeEngine:
    """A network under ONNX Runtime.

    On a CPU it runs one image at a time, as a wide batch is no faster there; elsewhere the batch
    that it is given.

    Args:
        path: An ONNX file of one input ``images``, uint8 (N, H, W, 3) BGR.
        device: ``cpu``, ``cuda``, ``tensorrt`` or ``mps``.
        threads: Threads of the CPU to compute with; None leaves it to ONNX Runtime.

    Raises:
        ModelError: the file is no ONNX network, has other inputs, or the device is not there.
    """

    def __init__(self, path: Path, *, device: str = "cpu", threads: int | None = None) -> None:
        self._session = _open(path, device, threads)
        self._place = device
        self._name = path.stem
        self._process = os.getpid()
        self._size = accepted_size(path, [_spec(node) for node in self._session.get_inputs()])
        self._outputs = [node.name for node in self._session.get_outputs()]

    @property
    def name(self) -> str:
        """Stem of the weights file."""
        return self._name

    @property
    def device(self) -> str:
        """``onnxruntime:`` and the device."""
        return f"onnxruntime:{self._place}"

    def run(self, images: Images) -> Outputs:
        """Run the network on uint8 (N, H, W, 3) BGR; see ``Engine.run``."""
        require_process(self._name, self._process)
        require_images(images, self._size)
        if self._place != "cpu" or len(images) < 2:
            return self._run(images)
        rows = [self._run(images[i : i + 1]) for i in range(len(images))]
        return {key: np.concatenate([row[key] for row in rows]) for key in self._outputs}

    def _run(self, images: Images) -> Outputs:
        require_wanted()
        try:
            results = self._session.run(self._outputs, {INPUT: images})
        except Exception as error:  # its exceptions share no base but this
            raise run_error(self._name, self.device, error) from error
        return dict(zip(self._outputs, results, strict=True))


def _open(path: Path, device: str, threads: int | None) -> Any:
    provider = PROVIDERS[device]
    if device not in devices():
        raise _absent(device)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = 3  # what matters is raised, not logged
    chain = [PROVIDERS[name] for name in (device, *_BEHIND[device])]
    try:
        session = ort.InferenceSession(
            path, options, providers=[(name, _OPTIONS.get(name, {})) for name in chain]
        )
    except Exception as error:  # its exceptions share no base but this
        raise load_error(path, error) from error
    if session.get_providers()[0] != provider:  # it falls back to the CPU in silence
        raise _absent(device)
    return session


def _absent(device: str) -> ModelError:
    return ModelError(
        f"ONNX Runtime cannot compute on {device!r} here; its build knows {', '.join(devices())}."
    )


def _spec(node: Any) -> InputSpec:
    shape = tuple(side if isinstance(side, int) else None for side in node.shape)
    return InputSpec(node.name, node.type.removeprefix("tensor(").removesuffix(")"), shape)
