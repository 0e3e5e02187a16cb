"""Frame states that wait on disk until the last of them has been made.

What a run that is cut off leaves of them is where another may go on. It lies in a folder of its own
among the results and goes when they are whole::

    .touchline-journal/states      pickled frame states, one after another
    .touchline-journal/checkpoint  how many of them are of whole shots, and what the next one needs
"""

import pickle
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, Self

from touchline.errors import UsageError
from touchline.files import as_text
from touchline.frame import FrameState
from touchline.outputs.writer import reported

FOLDER = ".touchline-journal"
EVERY, PATIENCE = 2.0, 50
"""Seconds between two checkpoints at least, and how many times longer than the last one took."""
BROKEN = (EOFError, AttributeError, ImportError, pickle.UnpicklingError)
"""What reading raises where a pickle is cut off, or of another version."""
KNOWN = {
    "numpy": {"dtype", "ndarray"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
    "supervision.detection.core": {"Detections"},
    "supervision.key_points.core": {"KeyPoints"},
    "touchline.frame": {"CameraState", "FrameState", "PitchState", "Source"},
    "touchline.pipeline.checkpoint": {"Checkpoint"},
    "touchline.teams.evidence": {"Evidence", "Lineup"},
    "touchline.teams.mixture": {"Kits"},
    "touchline.verification.verification": {"Spent"},
}
"""What a journal is made of, by module: a folder may come from a stranger, and unpickling anything
would run whatever he likes."""


class Journal:
    """The states of one clip under way; made by ``opened``.

    Attributes:
        checkpoint: What the run that is gone on with has left, or None.
        before: Seconds that it had taken by then.
    """

    def __init__(self, folder: Path, key: Mapping[str, object], *, resume: bool) -> None:
        self._folder, self._key = folder / FOLDER, dict(key)
        self._states, self._checkpoint = self._folder / "states", self._folder / "checkpoint"
        self._count, offset = 0, 0
        self.checkpoint: Any = None
        self.before = 0.0
        if resume and self._checkpoint.is_file():
            self._count, offset, self.before, self.checkpoint = self._left()
        self._left_count = self._count
        with reported(self._states):
            if self.checkpoint is None:
                shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(exist_ok=True)
            # Unbuffered: a full disk shows at once, and once.
            self._file: FileIO = self._states.open("r+b" if offset else "w+b", buffering=0)
            self._file.truncate(offset)
            self._file.seek(offset)
        self._began = time.monotonic()
        self._due = self._began + EVERY

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, key: Mapping[str, object], *, resume: bool = False
    ) -> Iterator[Self]:
        """The journal in a folder of results, until the block ends.

        Args:
            folder: Where the results go; only one run at a time writes there.
            key: Names the clip and all that shapes its states: what was left under another is
                refused.
            resume: Whether to go on with what is there; else it is removed.

        Raises:
            OutputError: The folder cannot be written, or is full.
            UsageError: What is there cannot be gone on with.
        """
        under_way = cls(folder.absolute(), key, resume=resume)
        whole = False
        try:
            yield under_way
            whole = True
        finally:
            under_way.close(whole=whole)

    def write(self, state: FrameState) -> None:
        """Add the next state.

        Raises:
            OutputError: The folder cannot be written, or is full.
        """
        rest = memoryview(pickle.dumps(state, pickle.HIGHEST_PROTOCOL))
        with reported(self._states):
            while rest:
                rest = rest[self._file.write(rest) :]
        self._count += 1

    def keep(self, checkpoint: object) -> None:
        """Say that all states so far are of whole shots; but not too often.

        Args:
            checkpoint: What the next shot needs; pickled at once.

        Raises:
            OutputError: As for ``write``.
        """
        began = time.monotonic()
        if began < self._due:
            return
        seconds = self.before + began - self._began
        content = (self._key, self._count, self._file.tell(), seconds, checkpoint)
        fresh = self._checkpoint.with_suffix(".new")
        with reported(self._checkpoint):
            fresh.write_bytes(pickle.dumps(content, pickle.HIGHEST_PROTOCOL))
            fresh.replace(self._checkpoint)
        ended = time.monotonic()
        self._due = ended + max(EVERY, PATIENCE * (ended - began))

    def states(self) -> Iterator[FrameState]:
        """All of them, in order, once."""
        self._file.seek(0)
        waiting = BufferedReader(self._file)
        for place in range(self._count):
            # What this process has written itself may be of anything.
            yield (
                StateUnpickler(waiting) if place < self._left_count else pickle.Unpickler(waiting)
            ).load()

    def close(self, *, whole: bool) -> None:
        """Let go of the files; they stay where a run is cut off after a whole shot."""
        self._file.close()
        if whole or not self._checkpoint.is_file():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _left(self) -> tuple[int, int, float, object]:
        """How many states there are, in how many bytes, made in how long; and the checkpoint.

        Raises:
            UsageError: They are of another clip or of other settings, or damaged.
        """
        try:
            with self._checkpoint.open("rb") as file:
                key, count, offset, seconds, checkpoint = StateUnpickler(file).load()
            with self._states.open("rb") as states:
                for _ in range(count):
                    StateUnpickler(states).load()
                if states.tell() != offset:
                    raise ValueError("states are missing")
        except (OSError, ValueError, TypeError, LookupError, *BROKEN) as error:
            raise UsageError(self._refusal(f"cannot be read ({error})")) from error
        for name, value in self._key.items():
            if key.get(name) != value:
                was = f"{name} {key.get(name)!r:.80}, and not {value!r:.80}"
                raise UsageError(self._refusal(f"was of {was}"))
        return count, offset, seconds, checkpoint

    def _refusal(self, why: str) -> str:
        return (
            f"--resume: what a run has left in {as_text(self._folder.parent)} {why}; "
            "begin anew without --resume"
        )


class StateUnpickler(pickle.Unpickler):
    """Reads states and what goes with them, as ``KNOWN`` says, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """See ``pickle.Unpickler``."""
        if name not in KNOWN.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in it")
        return super().find_class(module, name)
