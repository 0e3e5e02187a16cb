"""What one worker does: the networks are loaded once, the tasks come one after another."""

import math
import os
import platform
import secrets
import shutil
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from touchline.batch.dataset import add_match
from touchline.batch.join import join_pieces
from touchline.batch.parts import analyse_piece
from touchline.batch.pieces import plan_pieces
from touchline.batch.scratch import Scratch
from touchline.batch.stores import fetched, is_url, store_of
from touchline.batch.tasks import Done, Order, Task
from touchline.errors import TouchlineError
from touchline.files import as_text
from touchline.outputs import Summary
from touchline.pipeline import Models, run_job
from touchline.settings import Settings
from touchline.video import VideoReader


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
        self._scratch = Scratch(self._store, order.key)
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
            done = {"match": self._match, "piece": self._piece, "join": self._join}[task.stage](
                task
            )
        except TouchlineError as wrong:
            done = Done(error=" ".join(as_text(wrong).split()))
        except Exception as wrong:  # of a library; one input must not end the others
            done = Done(error=f"{type(wrong).__name__}: {as_text(wrong)}"[:500])
        seconds = time.perf_counter() - started
        return replace(done, began=began, seconds=seconds, worker=self.name, loads=self.loads)

    def close(self) -> None:
        """Remove what was fetched."""
        self._fetched.close()
        self._held = None

    def _match(self, task: Task) -> Done:
        """Say how a video is to be cut, or analyse it as a whole."""
        path = self._local(task.input.place)
        if self.order.minutes is not None and not self.models.stages:
            # A stage of somebody else's may remember what is before a cut; ours are known.
            with VideoReader(path) as reader:
                pace = self.models.pace(reader.info)
            # After so many frames the networks look at the same frames of a shot again.
            period = math.lcm(pace.detect_every * pace.full_every, pace.locate_every)
            pieces = plan_pieces(path, self.order.minutes, period=period)
            if pieces:
                return Done(pieces=pieces)
        return self._whole(task, path)

    def _whole(self, task: Task, path: Path) -> Done:
        folder = self._scratch.folder(task, path)
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

    def _piece(self, task: Task) -> Done:
        """Analyse a piece, unless that was done by a batch that was cut off."""
        assert task.number is not None
        path = self._local(task.input.place)
        name = self._scratch.piece(task, path, task.number)
        with self._scratch.making(name) as target:
            if target is not None:
                analyse_piece(path, task.pieces[task.number], target, models=self.models)
        return Done()

    def _join(self, task: Task) -> Done:
        """Put the pieces of a match together."""
        path = self._local(task.input.place)
        folder = self._scratch.folder(task, path)
        with ExitStack() as stack:
            found = [
                stack.enter_context(self._scratch.found(self._scratch.piece(task, path, number)))
                for number in range(len(task.pieces))
            ]
            summary = join_pieces(
                path,
                folder,
                found,
                task.pieces,
                models=self.models,
                formats=self.order.formats,
            )
        done = self._published(task, folder, summary)
        self._scratch.forget(task, path)
        return done

    def _published(self, task: Task, folder: Path, summary: Summary) -> Done:
        """Hand over the results of a match, and their rows to the dataset."""
        if is_url(task.input.place):
            with suppress(OSError):
                text = (folder / "summary.json").read_text(encoding="utf-8")
                named = text.replace(summary.path, task.input.place, 1)
                (folder / "summary.json").write_text(named, encoding="utf-8")
        if self.order.dataset:
            add_match(folder, task.input.name, self._store, self._scratch.path / "dataset")
        self._store.publish(folder, task.input.name)
        return Done(frames=summary.frames, duration=summary.duration)

    def _local(self, place: str) -> Path:
        """The video on this machine; what was fetched stays for the next task of its match."""
        if self._held is None or self._held[0] != place:
            self.close()
            folder = self._scratch.path / "inputs" / f"{os.getpid()}-{secrets.token_hex(4)}"
            self._held = place, self._fetched.enter_context(fetched(place, folder))
        return self._held[1]
