"""ONNX Runtime: CUDA, TensorRT and CoreML where its build has them, and any CPU."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from touchline.arrays import Float32, Images
from touchline.errors import ModelError
from touchline.inference.choices import Precision
from touchline.inference.download import cache_folder
from touchline.inference.engine import (
    INPUT,
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
from touchline.inference.telemetry import import_onnxruntime

ort = import_onnxruntime()
_log = logging.getLogger("touchline.inference")

PROVIDERS: dict[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "mps": "CoreMLExecutionProvider",
}

_BEHIND = {"tensorrt": ("cuda", "cpu"), "cuda": ("cpu",), "mps": ("cpu",), "cpu": ()}
"""Where the operators go that a provider cannot compute."""


def devices() -> list[str]:
    """The devices that this build of ONNX Runtime knows, such as ``["cpu", "cuda"]``.

    A build may know a device that this machine does not have.
    """
    present = ort.get_available_providers()
    return [device for device, provider in PROVIDERS.items() if provider in present]


def provider_options(
    device: str, *, precision: Precision, cache: Path | None
) -> list[tuple[str, dict[str, str]]]:
    """The providers for a device in the order in which operators are offered to them.

    TensorRT keeps the engines that it builds, which takes minutes, and what it timed for them, in
    the cache folder; it computes in float16 where that is wanted. CUDA chooses convolutions by
    rule: its default tries every algorithm anew for each batch size, which takes seconds.

    Args:
        device: A key of ``PROVIDERS``.
        precision: ``f16`` computes in it where a layer can, on TensorRT.
        cache: Folder of the engines that were built; None keeps none.
    """
    options: dict[str, dict[str, str]] = {"cuda": {"cudnn_conv_algo_search": "HEURISTIC"}}
    options["tensorrt"] = {"trt_fp16_enable": str(precision == "f16")}
    if cache is not None:
        options["tensorrt"] |= {
            "trt_engine_cache_enable": "True",
            "trt_engine_cache_path": str(cache),
            "trt_timing_cache_enable": "True",
            "trt_timing_cache_path": str(cache),
        }
    return [(PROVIDERS[each], options.get(each, {})) for each in (device, *_BEHIND[device])]


def bound(session: Any, images: Images, outputs: Sequence[str]) -> list[Float32]:
    """Run a session with its inputs and outputs bound: copied to the device once, and back once.

    Args:
        session: Of one input ``images``.
        images: uint8 (N, H, W, 3).
        outputs: Names, in the order of the results.
    """
    binding = session.io_binding()
    binding.bind_cpu_input(INPUT, np.ascontiguousarray(images))
    for name in outputs:
        binding.bind_output(name)
    session.run_with_iobinding(binding)
    results: list[Float32] = binding.copy_outputs_to_cpu()
    return results


class OnnxRuntimeEngine:
    """A network under ONNX Runtime.

    On a CPU it runs one image a thread: a wide batch is no faster there, and threads that share an
    image wait for one another after each layer, the longer the more else the machine does.
    Elsewhere it runs the batch that it is given.

    Args:
        path: An ONNX file of one input ``images``, uint8 (N, H, W, 3) BGR.
        device: ``cpu``, ``cuda``, ``tensorrt`` or ``mps``.
        threads: Threads of the CPU to compute with; None is one per core this process may use.
        precision: ``f16`` on TensorRT; else ONNX Runtime computes in what the file says.
        cache: Folder around the one where TensorRT keeps its engines; None is ``cache_folder()``.

    Raises:
        ModelError: the file is no ONNX network, has other inputs, or the device is not there or
            does not compute in these numbers.
    """

    def __init__(
        self,
        path: Path,
        *,
        device: str = "cpu",
        threads: int | None = None,
        precision: Precision = "auto",
        cache: Path | None = None,
    ) -> None:
        count = threads or usable_cores()
        streams = min(count, MAX_STREAMS) if device == "cpu" else 1
        self._session = open_session(
            path, device, threads=count // streams, precision=precision, cache=cache
        )
        self._workers = ThreadPoolExecutor(streams, thread_name_prefix=f"ort-{path.stem}")
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
        require_wanted = checker()

        def run(batch: Images) -> Outputs:
            require_wanted()
            return self._run(batch)

        if self._place != "cpu" or len(images) < 2:
            return run(images)
        rows = list(self._workers.map(run, (images[i : i + 1] for i in range(len(images)))))
        return {key: np.concatenate([row[key] for row in rows]) for key in self._outputs}

    def _run(self, images: Images) -> Outputs:
        try:
            if self._place == "cpu":
                results = self._session.run(self._outputs, {INPUT: images})
            else:
                results = bound(self._session, images, self._outputs)
        except Exception as error:  # its exceptions share no base but this
            raise run_error(self._name, self.device, error) from error
        return dict(zip(self._outputs, results, strict=True))


def open_session(
    path: Path, device: str, *, threads: int | None, precision: Precision, cache: Path | None
) -> Any:
    """A session for an ONNX file; arguments and errors as of ``OnnxRuntimeEngine``.

    Its ``threads`` compute each image together; None is every core.
    """
    if precision not in ("auto", "f32") and (device, precision) != ("tensorrt", "f16"):
        raise ModelError(
            f"ONNX Runtime computes in what the file says, not in {precision}; TensorRT "
            "may in f16, and OpenVINO in what the CPU has."
        )
    folder = _writable(cache) if device == "tensorrt" else None
    chain = provider_options(device, precision=precision, cache=folder)
    provider = PROVIDERS[device]
    if device not in devices():
        raise _absent(device)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or 0
    # A thread that spins while it waits takes its core from what else the pipeline does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # what matters is raised, not logged
    try:
        session = ort.InferenceSession(path, options, providers=chain)
    except Exception as error:  # its exceptions share no base but this
        raise load_error(path, error) from error
    if session.get_providers()[0] != provider:  # it falls back to the CPU in silence
        raise _absent(device)
    return session


def _writable(cache: Path | None) -> Path | None:
    """Where TensorRT's engines are kept; None where that cannot be written."""
    try:
        folder = (cache or cache_folder()) / "tensorrt"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        _log.info("TensorRT's engines are built anew in each process: %s", error)
        return None
    return folder


def _absent(device: str) -> ModelError:
    return ModelError(
        f"ONNX Runtime cannot compute on {device!r} here; its build knows {', '.join(devices())}."
    )


def _spec(node: Any) -> InputSpec:
    shape = tuple(side if isinstance(side, int) else None for side in node.shape)
    return InputSpec(node.name, node.type.removeprefix("tensor(").removesuffix(")"), shape)
