"""One door to every network: engines, the rule of batches, and the shipped weights."""

from touchline.inference import weights
from touchline.inference.batching import require_batch_size, run_batched
from touchline.inference.download import Transfer, cache_folder, fetch
from touchline.inference.engine import Engine
from touchline.inference.interruption import Interrupted, interruptible
from touchline.inference.loading import (
    Backend,
    Device,
    Precision,
    available_devices,
    device_named,
    load_engine,
)
from touchline.inference.telemetry import import_onnxruntime

__all__ = [
    "Backend",
    "Device",
    "Engine",
    "Interrupted",
    "Precision",
    "Transfer",
    "available_devices",
    "cache_folder",
    "device_named",
    "fetch",
    "import_onnxruntime",
    "interruptible",
    "load_engine",
    "require_batch_size",
    "run_batched",
    "weights",
]
