"""What every network looks like from outside, whichever runtime computes it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from touchline.arrays import Float32, Images
from touchline.errors import ModelError, UsageError

Outputs = dict[str, Float32]
Size = tuple[int | None, int | None]
"""Height and width that a network accepts; None is any."""

INPUT = "images"
CHANNELS = 3
MAX_STREAMS = 8
"""Images that an engine computes at once on a CPU, at most; threads beyond that share them."""


class Engine(Protocol):
    """A loaded network with one input of images and named outputs.

    Safe to share: several threads may call ``run`` at once.
    """

    @property
    def name(self) -> str:
        """Stem of the weights file, such as ``players``."""

    @property
    def device(self) -> str:
        """Runtime and place that compute, such as ``openvino:cpu`` or ``onnxruntime:cuda``."""

    def run(self, images: Images) -> Outputs:
        """Run the network.

        Args:
            images: uint8 (N, H, W, 3), BGR. N may be 0.

        Returns:
            For each output name a float32 array of N rows.

        Raises:
            UsageError: the images have another dtype or shape than the network takes.
            ModelError: the runtime failed.
            MemoryError: this batch does not fit; a smaller one may.
        """


@dataclass(frozen=True, slots=True)
class InputSpec:
    """An input as a runtime describes it; None in ``shape`` is a dynamic dimension."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


def accepted_size(path: Path, inputs: Sequence[InputSpec]) -> Size:
    """Check that a network follows the contract, and say which image size it takes.

    Raises:
        ModelError: the network does not have exactly one input ``images``, uint8
            (N, H, W, 3) with N dynamic.
    """
    match inputs:
        case [InputSpec("images", "uint8", (None, height, width, 3))]:
            return height, width
    found = ", ".join(f"{i.name} {i.dtype} {_shown(i.shape)}" for i in inputs) or "none"
    raise ModelError(
        f"{path} does not take what Touchline gives: it needs one input, "
        f"{INPUT} uint8 (N, H, W, 3) with N dynamic; it has {found}."
    )


def require_images(images: Images, size: Size) -> None:
    """Refuse what is not uint8 (N, H, W, 3) of the accepted size, with a ``UsageError``."""
    is_array = isinstance(images, np.ndarray)
    fits = (
        is_array
        and images.dtype == np.uint8
        and images.ndim == 4
        and images.shape[3] == CHANNELS
        and all(want in (None, got) for want, got in zip(size, images.shape[1:3], strict=True))
    )
    if not fits:
        found = f"{images.dtype} {images.shape}" if is_array else f"a {type(images).__name__}"
        raise UsageError(
            f"A network takes images uint8 {_shown((None, *size, CHANNELS))}; got {found}."
        )


def require_process(name: str, loaded_in: int) -> None:
    """Refuse to compute in a process that was forked after the network was loaded.

    The runtimes' threads stay in the other process, and who waits for them waits for good.

    Args:
        name: Of the network.
        loaded_in: The number of the process in which it was loaded.

    Raises:
        ModelError: It was another one.
    """
    if os.getpid() != loaded_in:
        raise ModelError(
            f"{name} was loaded before this process was forked, and cannot compute here: load it "
            'in each process, or start processes by multiprocessing.get_context("spawn")'
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of any runtime means that the batch was too large.

    CUDA, cuDNN, ONNX Runtime and OpenVINO raise general exceptions for it; only the text tells.
    """
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in text for sign in _MEMORY_SIGNS)


_MEMORY_SIGNS = (
    "out of memory",
    "failed to allocate memory",
    "bad_alloc",
    "bad allocation",
    "cudnn_status_alloc_failed",
    "cublas_status_alloc_failed",
)


def run_error(name: str, device: str, error: Exception) -> MemoryError | ModelError:
    """The exception to raise in place of one that a runtime raised while it computed."""
    text = f"{name} failed on {device}: {_first_line(error)}"
    return MemoryError(text) if is_out_of_memory(error) else ModelError(text)


def load_error(path: Path, error: Exception) -> ModelError:
    """The exception to raise in place of one that a runtime raised while it read a file."""
    return ModelError(f"{path} cannot be read as an ONNX network: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _shown(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if side is None else str(side) for side in shape) + ")"
