"""A network on the CPU in the way that was measured to be the fastest for its pictures."""

import math
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from touchline.arrays import Images
from touchline.errors import TouchlineError
from touchline.inference.choices import EngineChoice
from touchline.inference.engine import Engine, Outputs, require_process
from touchline.inference.measuring import measure
from touchline.inference.remembered import Memory, key_of

Size = tuple[int, int]


class MeasuredEngine:
    """An engine that is chosen when the first pictures come, for pictures about as large.

    What was chosen once is chosen again: see ``Memory``. Until then it is the first choice, which
    tells at once whether the file is a network.

    Args:
        path: An ONNX file of one input ``images``, uint8 (N, H, W, 3) BGR.
        choices: Ways to compute it, two or more; the first is presumed.
        load: Loads it in one of them.
        memory: Where what was measured is kept.

    Raises:
        ModelError: it cannot be loaded in the first way.
    """

    def __init__(
        self,
        path: Path,
        *,
        choices: Sequence[EngineChoice],
        load: Callable[[EngineChoice], Engine],
        memory: Memory,
    ) -> None:
        self._path, self._choices, self._load, self._memory = path, choices, load, memory
        self._process = os.getpid()
        self._newest = load(choices[0])
        self._loaded: dict[EngineChoice, Engine] = {choices[0]: self._newest}
        self._by_size: dict[Size, Engine] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Stem of the weights file."""
        return self._newest.name

    @property
    def device(self) -> str:
        """Runtime and place of the newest choice, such as ``openvino:cpu``."""
        return self._newest.device

    def run(self, images: Images) -> Outputs:
        """Run the network on uint8 (N, H, W, 3) BGR; see ``Engine.run``."""
        require_process(self.name, self._process)
        if getattr(images, "ndim", None) != 4 or not len(images):
            return self._newest.run(images)
        size = (images.shape[1], images.shape[2])
        with self._lock:
            if size not in self._by_size:
                self._by_size[size] = self._newest = self._choose(size)
            engine = self._by_size[size]
        return engine.run(images)

    def _choose(self, size: Size) -> Engine:
        """The engine for pictures of a size; the presumed one where trying fails as it would."""
        # Pictures of one step, within which the area grows four times, share a choice.
        step = int(math.log2(max(size[0] * size[1], 1)) // 2)
        ways = [str(each) for each in self._choices]
        key = key_of(self._path, {"name": self.name, "step": step, "ways": ways})
        try:
            known = self._memory.find(key)
            if known is None:
                with self._memory.alone():
                    known = self._memory.find(key)  # who was alone before may have measured it
                    if known is None:
                        known, engine = measure(self._choices, self._load, size=size)
                        self._loaded[known.chosen] = engine
                        self._memory.keep(key, known)
            return self._in(known.chosen)
        except (TouchlineError, MemoryError):
            return self._in(self._choices[0])

    def _in(self, choice: EngineChoice) -> Engine:
        """The network in one of the ways, loaded once; what no size asks for any more is freed."""
        if choice not in self._loaded:
            self._loaded[choice] = self._load(choice)
        engine = self._loaded[choice]
        used = [*self._by_size.values(), engine]
        self._loaded = {c: e for c, e in self._loaded.items() if e in used}
        return engine
