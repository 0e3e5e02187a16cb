"""Frame states that wait on disk until the last of them has been made."""

import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from touchline.files import UnfinishedFile
from touchline.frame import FrameState
from touchline.outputs.writer import reported


@contextmanager
def spooled(states: Iterable[FrameState], folder: Path) -> Iterator[Iterator[FrameState]]:
    """Put all states into a temporary file of a folder, then give them back in order.

    A state takes about five kilobytes: a match half a gigabyte, which goes with the block.

    Raises:
        OutputError: The folder cannot be written, or is full.
    """
    target = folder.absolute() / "states"
    with reported(target):
        unfinished = UnfinishedFile(target)
    try:
        with reported(target):
            file = unfinished.path.open("w+b", buffering=0)  # a full disk shows at once, and once
        with file:
            count = 0
            for state in states:
                rest = memoryview(pickle.dumps(state, pickle.HIGHEST_PROTOCOL))
                while rest:
                    with reported(target):
                        rest = rest[file.write(rest) :]
                count += 1
            file.seek(0)
            waiting = BufferedReader(file)
            yield (pickle.load(waiting) for _ in range(count))
    finally:
        unfinished.remove()
