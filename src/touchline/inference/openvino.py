"""OpenVINO: the default on a CPU."""

import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from touchline.arrays import Images
from touchline.errors import ModelError
from touchline.inference.choices import Precision
from touchline.inference.engine import (
    MAX_STREAMS,
    InputSpec,
    Outputs,
    accepted_size,
    load_error,
    require_images,
    require_process,
    run_error,
)
from touchline.inference.interruption import checker
from touchline.inference.processor import usable_cores
from touchline.inference.telemetry import import_openvino

ov = import_openvino()
props = ov.properties

_ONE_AT_A_TIME = threading.Lock()
"""Held while anything is done for the first time. OpenVINO's Python bindings build tables when
they are first needed; two threads that came to that together stopped each other for good, one
with Python's lock and one with the table's (2026.4, one in five first calls on a busy machine).
"""

MAX_SHAPES = 4
"""Compiled image sizes that an engine keeps; a video has one, a folder of images a few."""


class OpenVinoEngine:
    """A network on the CPU, one image a request, spread over streams.

    A wide batch is no faster on a CPU, and one image at a time makes the answer for an image
    independent of its neighbours. The network is compiled anew for each image size, because
    OpenVINO's kernels for fixed shapes are faster than those for dynamic ones.

    Args:
        path: An ONNX file of one input ``images``, uint8 (N, H, W, 3) BGR.
        threads: Threads to compute with; None is one per core this process may use.
        precision: One of ``formats()``; ``auto`` is bfloat16 where the CPU computes in it, else
            float32.

    Raises:
        ModelError: the file is no ONNX network, or has other inputs; or the CPU does not compute
            in these numbers.
    """

    def __init__(
        self, path: Path, *, threads: int | None = None, precision: Precision = "auto"
    ) -> None:
        self._precision = _native(precision)
        with _ONE_AT_A_TIME:
            self._core = ov.Core()
            try:
                self._model = self._core.read_model(path)
            except RuntimeError as error:
                raise load_error(path, error) from error
            self._size = accepted_size(path, [_spec(port) for port in self._model.inputs])
        self._threads = threads or usable_cores()
        self._streams = min(self._threads, MAX_STREAMS)
        self._name = path.stem
        self._process = os.getpid()
        self._networks: OrderedDict[tuple[int, int], _Network] = OrderedDict()
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(self._streams, thread_name_prefix=f"ov-{self._name}")

    @property
    def name(self) -> str:
        """Stem of the weights file."""
        return self._name

    @property
    def device(self) -> str:
        """Always ``openvino:cpu``."""
        return "openvino:cpu"

    def run(self, images: Images) -> Outputs:
        """Run the network on uint8 (N, H, W, 3) BGR; see ``Engine.run``."""
        require_process(self._name, self._process)
        require_images(images, self._size)
        try:
            network = self._network((images.shape[1], images.shape[2]))
            return network.run(images, self._workers)
        except RuntimeError as error:
            raise run_error(self._name, self.device, error) from error

    def _network(self, size: tuple[int, int]) -> "_Network":
        with self._lock:
            if size not in self._networks:
                self._networks[size] = self._compile(size)
            self._networks.move_to_end(size)
            while len(self._networks) > MAX_SHAPES:
                self._networks.popitem(last=False)
            return self._networks[size]

    def _compile(self, size: tuple[int, int]) -> "_Network":
        with _ONE_AT_A_TIME:
            model = self._model.clone()
            model.reshape([1, *size, 3])
            return _Network(self._core.compile_model(model, "CPU", self._config()), self._streams)

    def _config(self) -> dict[Any, Any]:
        return {
            props.num_streams: self._streams,
            props.inference_num_threads: self._threads,
            props.hint.inference_precision: _TYPES[self._precision],
        }


class _Network:
    """A network compiled for one image size, with one request for each stream."""

    def __init__(self, compiled: Any, streams: int) -> None:
        self._shapes = {port.any_name: tuple(port.shape)[1:] for port in compiled.outputs}
        self._requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(streams):
            request = compiled.create_infer_request()
            _infer(request, np.zeros(compiled.inputs[0].shape, np.uint8))
            self._requests.put(request)

    def run(self, images: Images, workers: ThreadPoolExecutor) -> Outputs:
        """Fill one row of each output for each image, whichever worker comes to it."""
        n = len(images)
        outputs = {key: np.empty((n, *shape), np.float32) for key, shape in self._shapes.items()}
        require_wanted = checker()

        def one(index: int) -> None:
            require_wanted()
            request = self._requests.get()
            try:
                results = _infer(request, images[index : index + 1])
                for key, rows in outputs.items():
                    rows[index] = results[key][0]
            finally:
                self._requests.put(request)

        list(workers.map(one, range(n)))
        return outputs


def _infer(request: Any, images: Images) -> Any:
    """Run a request; what it returns is its own memory, to be copied before its next run."""
    return request.infer(images, share_inputs=True, share_outputs=True)


def _spec(port: Any) -> InputSpec:
    dtypes = {"u8": "uint8", "f32": "float32"}
    kind = port.element_type.get_type_name()
    shape = (None if side.is_dynamic else side.get_length() for side in port.partial_shape)
    return InputSpec(port.any_name, dtypes.get(kind, kind), tuple(shape))


def _native(wanted: Precision) -> Precision:
    known = formats()
    if wanted == "auto":
        return "bf16" if "bf16" in known else "f32"
    if wanted not in known:
        raise ModelError(f"This processor does not compute in {wanted}; it has {', '.join(known)}.")
    return wanted


@cache
def formats() -> tuple[Precision, ...]:
    """The numbers that the CPU has instructions for: emulated, the narrow ones are slower."""
    with _ONE_AT_A_TIME:
        native = ov.Core().get_property("CPU", props.device.capabilities)
    return ("f32", *(name for name, sign in _SIGNS.items() if sign in native))


_SIGNS: dict[Precision, str] = {"bf16": "BF16", "f16": "FP16"}
_TYPES = {"f32": ov.Type.f32, "bf16": ov.Type.bf16, "f16": ov.Type.f16}
