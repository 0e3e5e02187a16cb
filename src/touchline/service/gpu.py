"""Memory and load of NVIDIA GPUs through NVML, where there are any."""

from dataclasses import dataclass

import pynvml


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU.

    Attributes:
        name: Its number and model.
        memory: Bytes in use.
        total: Bytes there are.
        load: Percent of the last second or so in which it computed.
    """

    name: str
    memory: int
    total: int
    load: int


def read_gpus() -> list[Gpu]:
    """Every GPU; none where there is no driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [_read(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _read(index: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    load = pynvml.nvmlDeviceGetUtilizationRates(handle)
    model = pynvml.nvmlDeviceGetName(handle)
    return Gpu(f"{index} {model}", int(memory.used), int(memory.total), int(load.gpu))
