"""What one worker does: the networks are loaded once, the tasks come one after another."""

import hashlib
import os
import platform
import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path

from touchline.batch.dataset import add_match
from touchline.batch.stores import SCRATCH, LocalStore, fetched, is_url, store_of
from touchline.batch.tasks import Done, Order, Task
from touchline.errors import OutputError, TouchlineError
from touchline.files import as_text, held
from touchline.outputs import Summary
from touchline.pipeline import Models, run_job
from touchline.settings import Settings


class Worker:
    """Does the tasks of a batch, one at a time.

    Args:
        order: What all of them have in common.

    Attributes:
        name: Of the process, on its machine.
        loads: How often the networks were loaded.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self.name = f"{platform.node()}:{os.getpid()}"
        self.loads = 0
        self._store = store_of(order.out)
        self._fetched = ExitStack()
        self._held: tuple[str, Path] | None = None

    @cached_property
    def models(self) -> Models:
        """The networks, loaded with the first video that can be read."""
        self.loads += 1
        return Models.load(Settings.from_json(self.order.settings))

    def do(self, task: Task) -> Done:
        """Do a task; whatever is wrong with its input is an answer, and no error."""
        began, started = time.time(), time.perf_counter()
        try:
            frames, duration = self._match(task)
            error = None
        except TouchlineError as wrong:
            error = " ".join(as_text(wrong).split())
        except Exception as wrong:  # of a library; one input must not end the others
            error = f"{type(wrong).__name__}: {as_text(wrong)}"[:500]
        if error is not None:
            frames, duration = 0, 0.0
        return Done(
            error=error,
            frames=frames,
            duration=duration,
            began=began,
            seconds=time.perf_counter() - started,
            worker=self.name,
            loads=self.loads,
        )

    def close(self) -> None:
        """Remove what was fetched."""
        self._fetched.close()
        self._held = None

    def _match(self, task: Task) -> tuple[int, float]:
        """Analyse a video as a whole: frames and seconds of the result."""
        path = self._local(task.input.place)
        folder = self._folder(task, path)
        try:
            summary = run_job(
                path,
                folder,
                models=self.models,
                formats=self.order.formats,
                resume=True,
            )
        except TouchlineError:
            shutil.rmtree(folder, ignore_errors=True)  # nobody will go on with it
            raise
        return self._published(task, folder, summary)

    def _published(self, task: Task, folder: Path, summary: Summary) -> tuple[int, float]:
        """Hand over the results of a match, and their rows to the dataset."""
        if is_url(task.input.place):
            with suppress(OSError):
                text = (folder / "summary.json").read_text(encoding="utf-8")
                named = text.replace(summary.path, task.input.place, 1)
                (folder / "summary.json").write_text(named, encoding="utf-8")
        if self.order.dataset:
            add_match(folder, task.input.name, self._store, self._scratch / "dataset")
        self._store.publish(folder, task.input.name)
        return summary.frames, summary.duration

    @property
    def _scratch(self) -> Path:
        """A folder for what is not whole yet: beside the results where these are on a disk."""
        if isinstance(self._store, LocalStore):
            return self._store.folder / SCRATCH
        mark = hashlib.sha256(self.order.out.encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"touchline-batch-{mark}"

    def _folder(self, task: Task, path: Path) -> Path:
        """Where a match grows: the same place for whoever takes it up again, if nobody is there.

        A worker that was given up may still be at it, on a machine that was lost for a while.
        """
        there = path.stat() if path.exists() else None
        size, changed = (there.st_size, there.st_mtime_ns) if there else (0, 0)
        told = f"{self.order.key} {task.input.place} {size} {changed}"
        mark = hashlib.sha256(told.encode()).hexdigest()[:16]
        folder = self._scratch / f"{task.input.name}-{mark}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with held(folder):
                return folder
        except BlockingIOError:
            return folder.with_name(f"{folder.name}-{secrets.token_hex(4)}")
        except OSError as error:
            raise OutputError(
                f"cannot make the folder {as_text(folder)}: {error.strerror or error}"
            ) from error

    def _local(self, place: str) -> Path:
        """The video on this machine; what was fetched stays for the next task of its match."""
        if self._held is None or self._held[0] != place:
            self.close()
            folder = self._scratch / "inputs" / f"{os.getpid()}-{secrets.token_hex(4)}"
            self._held = place, self._fetched.enter_context(fetched(place, folder))
        return self._held[1]
