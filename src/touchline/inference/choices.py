"""What may be chosen for a network: where it runs, what computes it, in which numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

Device = Literal["auto", "cpu", "cuda", "tensorrt", "mps"]
Backend = Literal["openvino", "onnxruntime"]
Precision = Literal["auto", "f32", "bf16", "f16"]


class Runtime(TypedDict, total=False):
    """Where and how a network runs; what is left out is as ``load_engine`` has it.

    Attributes:
        device: ``auto`` takes CUDA where ONNX Runtime can use it, CoreML on macOS, else the CPU.
            TensorRT builds an engine for minutes at first use, so it is never taken unasked.
        backend: None is the fastest on a CPU, by measurement, and ONNX Runtime elsewhere. Where
            one is named, nothing is measured.
        threads: CPU threads, 1 to ``MOST_THREADS``; None is one per core, or one per two cores
            where that was measured to be faster.
        precision: Numbers to compute in, where the device has them; ``auto`` is the fastest by
            measurement or, where nothing is measured, bfloat16 where OpenVINO has it.
        cache: Folder in which what was measured is remembered; None is ``cache_folder()``.
    """

    device: Device
    backend: Backend | None
    threads: int | None
    precision: Precision
    cache: Path | None


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """One way to compute a network on the CPU."""

    backend: Backend
    precision: Precision
    threads: int

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.backend} {self.precision}, {threads}"
