"""One door to every network: engines, the rule of batches, and the shipped weights."""

from touchline.inference import weights
from touchline.inference.batching import require_batch_size, run_batched
from touchline.inference.choices import Backend, Device, EngineChoice, Precision, Runtime
from touchline.inference.download import Transfer, cache_folder, fetch
from touchline.inference.engine import Engine
from touchline.inference.foreign import ForeignNetwork, Port, port_of
from touchline.inference.interruption import Interrupted, interruptible
from touchline.inference.loading import available_devices, device_named, load_engine
from touchline.inference.measuring import EngineTimings
from touchline.inference.processor import usable_cores
from touchline.inference.remembered import measured_engines
from touchline.inference.telemetry import import_onnxruntime

__all__ = [
    "Backend",
    "Device",
    "Engine",
    "EngineChoice",
    "EngineTimings",
    "ForeignNetwork",
    "Interrupted",
    "Port",
    "Precision",
    "Runtime",
    "Transfer",
    "available_devices",
    "cache_folder",
    "device_named",
    "fetch",
    "import_onnxruntime",
    "interruptible",
    "load_engine",
    "measured_engines",
    "port_of",
    "require_batch_size",
    "run_batched",
    "usable_cores",
    "weights",
]
