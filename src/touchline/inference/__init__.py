"""One door to every network: engines, the rule of batches, and the shipped weights."""

from touchline.inference import weights
from touchline.inference.batching import run_batched
from touchline.inference.engine import Engine
from touchline.inference.loading import load_engine

__all__ = ["Engine", "load_engine", "run_batched", "weights"]
