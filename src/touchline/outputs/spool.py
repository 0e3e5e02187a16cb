"""Frame states that wait on disk until the last of them has been made."""

import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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
            file = unfinished.path.open("w+b")
        with file:
            count = 0
            for state in states:
                with reported(target):
                    pickle.dump(state, file, pickle.HIGHEST_PROTOCOL)
                count += 1
            with reported(target):
                file.seek(0)
            yield _read(file, count)
    finally:
        unfinished.remove()


def _read(file: BinaryIO, count: int) -> Iterator[FrameState]:
    for _ in range(count):
        yield pickle.load(file)
