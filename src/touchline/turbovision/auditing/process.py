"""A folder in a process of its own, asked batch by batch."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.frame import N_KEYPOINTS

WORKER = Path(__file__).with_name("worker.py")
TIMED_OUT = -14
"""Exit code of a process that its alarm ended."""


class FolderError(InputError):
    """A folder that does not load, or does not answer.

    Attributes:
        kind: Name of what was raised.
        said: What it said.
    """

    def __init__(self, folder: Path, kind: str, said: str) -> None:
        super().__init__(f"{folder} does not answer: {kind}: {said}")
        self.kind, self.said = kind, said


class FolderProcess:
    """A folder, loaded as a checker loads it; a context manager. See ``worker``.

    Args:
        folder: With ``miner.py``.

    Attributes:
        parameters: Names of those of ``predict_batch``.
        threads: Of the process after its last answer.

    Raises:
        FolderError: It does not load.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scratch = tempfile.TemporaryDirectory()
        home = self._scratch.name
        told = {"HOME": home, "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1"}
        self._said = Path(home, "said.txt")
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, WORKER, folder.resolve()],
                cwd=home,
                env={**os.environ, **told},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self.threads = 0
        try:
            self.parameters: list[str] = self._reply()["parameters"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def predict(
        self, images: Sequence[Image], *, offset: int = 0
    ) -> tuple[list[dict[str, Any]], float]:
        """Ask about images, uint8 (H, W, 3) BGR: a row of JSON for each, and the milliseconds.

        Args:
            images: A batch.
            offset: Number of its first image.

        Raises:
            FolderError: It raises, takes too long, or gives another number of rows.
        """
        pictures = Path(self._scratch.name, "pictures.npz")
        np.savez(pictures, *images)
        asked = {"pictures": str(pictures), "offset": offset, "n_keypoints": N_KEYPOINTS}
        assert self._process.stdin is not None
        with suppress(OSError):  # it has ended, which its reply tells
            print(json.dumps(asked), file=self._process.stdin, flush=True)
        reply = self._reply()
        self.threads = reply["threads"]
        return reply["rows"], reply["milliseconds"]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(OSError):  # what it was not told yet
            self._process.communicate()
        self._scratch.cleanup()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            said = self._said.read_text(errors="replace")
            reason = "took longer than 45 s" if code == TIMED_OUT else said[-300:]
            raise FolderError(self._folder, f"process ended by {code}", reason)
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise FolderError(self._folder, reply["error"], reply["message"])
        return reply
