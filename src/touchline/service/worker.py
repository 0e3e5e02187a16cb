"""The process that analyses videos: ``python -m touchline.service.worker ANSWER``, by the service.

``ANSWER`` names, as ``module:class``, what writes the frames in the form of a protocol.

It is a process of its own so that inference cannot block the service, and so that whatever kills
it leaves the service alive. It ends when its standard input does and, on Linux, is killed by the
kernel when its parent ends, even where it hangs: no service, no worker.
"""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Protocol, runtime_checkable

from pydantic import BaseModel

from touchline.errors import InputError, TouchlineError, VideoRefusedError
from touchline.frame import FrameState
from touchline.pipeline import Deadline, Models, load_object
from touchline.service.messages import (
    Analyse,
    Analysed,
    Arrived,
    Cancel,
    Cancelled,
    Command,
    Complete,
    Failed,
    FrameProgress,
    Ready,
    read_command,
    to_line,
)
from touchline.service.results import RunFiles
from touchline.settings import Settings
from touchline.video import ArrivingFile, VideoInfo, VideoReader

WARM_UP_SIZE = (1280, 720)
"""(width, height) in pixels of most videos; the networks are compiled for it at the start."""
MAX_FPS = 60
"""A video may have this many frames for each second that it may last."""
PR_SET_PDEATHSIG = 1
"""Linux: which signal to get when the parent ends; see prctl(2)."""
PROGRESS_EVERY = 25
"""Frames between two progress events."""

_log = logging.getLogger("touchline.worker")


class AnswerWriter(Protocol):
    """Writes the frames of one clip in the form of a protocol.

    Attributes:
        faults: How often each kind of fault was mended or dropped.
    """

    faults: Counter[str]

    def __len__(self) -> int:
        """Number of frames written so far."""
        ...

    def add(self, state: FrameState) -> None:
        """Write the next frame."""
        ...

    def frames(self) -> bytes:
        """All frames as they are sent."""
        ...


@runtime_checkable
class RevisingWriter(AnswerWriter, Protocol):
    """One that writes nothing before the last frame, and so may take what is known by then."""

    def revise(self, again: Callable[[FrameState], FrameState]) -> None:
        """Take each frame again as it looks after the last one."""
        ...


NewAnswer = Callable[[tuple[int, int]], AnswerWriter]
"""Makes the writer for a clip of (width, height) pixels."""


def main() -> None:
    """Load the networks by the settings in the first line of standard input, then do jobs."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # the service decides when to end
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    new_answer: NewAnswer = load_object(sys.argv[1])
    events = EventWriter(_event_output())
    commands = sys.stdin.buffer
    settings = Settings.from_json(commands.readline())
    models = Models.load(settings)
    models.warm_up(WARM_UP_SIZE)
    events.write(Ready(device=models.device))
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_read_commands, args=(commands, jobs), daemon=True).start()
    while True:
        work(jobs.get(), models, events, new_answer)


def _event_output() -> BinaryIO:
    """Standard output for events alone: whatever else is printed goes to standard error."""
    events = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return events


class EventWriter:
    """Writes events, which the service reads."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def write(self, event: BaseModel, payload: bytes = b"") -> None:
        """Write one event and its payload."""
        self._sink.write(to_line(event) + payload)
        self._sink.flush()


@dataclass(slots=True, eq=False)
class Job:
    """One video to analyse, which may still be arriving."""

    command: Analyse
    file: ArrivingFile
    cancelled: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, command: Analyse) -> "Job":
        """Open the video, of which perhaps not a byte is on disk yet."""
        try:
            return cls(command, ArrivingFile(Path(command.path)))
        except OSError as error:  # cancelled before it began, and its file removed
            job = cls(command, ArrivingFile(Path(os.devnull)))
            job.file.fail(f"cannot be opened ({error.strerror})")
            return job

    def cancel(self) -> None:
        """Drop the job: a read that blocks until more of the video arrives returns."""
        self.cancelled.set()
        self.file.fail("the work was cancelled")

    @contextmanager
    def ending_in_time(self) -> Iterator[None]:
        """During the block, leave the rest of the video once its time is over.

        What a read waits for never comes then: that is the end of the video, and no error.
        """
        timer = threading.Timer(self.command.stop_after or 0.0, self._stop)
        timer.daemon = True
        if self.command.stop_after is not None:
            timer.start()
        try:
            yield
        except InputError:
            if not self.over.is_set():
                raise
        finally:
            timer.cancel()

    def _stop(self) -> None:
        self.over.set()
        self.file.fail("its time was over")

    def apply(self, command: Arrived | Complete | Cancel) -> None:
        """Update the job by a command that came after the one that started it."""
        if isinstance(command, Arrived):
            self.file.arrived(command.there, command.total)
        elif isinstance(command, Complete):
            self.file.complete(command.size)
        else:
            self.cancel()


def _read_commands(commands: BinaryIO, jobs: "SimpleQueue[Job]") -> None:
    """Read commands until the service ends, or sends one that cannot be read."""
    job: Job | None = None
    try:
        for text in commands:
            command: Command = read_command(text)
            if isinstance(command, Analyse):
                job = Job.of(command)
                jobs.put(job)
            elif job is not None:
                job.apply(command)
    except Exception:
        _log.exception("a command broke off")
    os._exit(0)  # the other thread may block for ever, reading a video that never arrives


def work(job: Job, models: Models, events: EventWriter, new_answer: NewAnswer) -> None:
    """Do one job and write its result; an error ends the job, never the process."""
    try:
        with job.file:
            analysed, frames = analyse(job, models, events, new_answer)
    except _CancelledError:
        events.write(Cancelled())
    except TouchlineError as error:
        failed = Failed(error=type(error).__name__, message=str(error))
        events.write(Cancelled() if job.cancelled.is_set() else failed)
    except Exception as error:
        _log.exception("the analysis broke off")
        events.write(Failed(error="WorkerError", message=f"the analysis broke off ({error!r})"))
    else:
        events.write(analysed, frames)


class _CancelledError(Exception):
    """The job was cancelled."""


def analyse(
    job: Job, models: Models, events: EventWriter, new_answer: NewAnswer
) -> tuple[Analysed, bytes]:
    """The frames of the video as the protocol writes them, and what was done for them.

    Raises:
        VideoRefusedError: The video is larger or longer than the command allows.
        InputError: It cannot be decoded.
        _CancelledError: The job was cancelled.
    """
    started = time.perf_counter()
    reader = VideoReader(job.file)
    try:
        _require_modest(reader.info, job.command)
    except BaseException:
        reader.close()
        raise
    answer = new_answer((reader.info.width, reader.info.height))
    pacer = Deadline(models.pace(reader.info), reader.info, job.command.within)
    with models.analyze(reader, pacer=pacer) as analysis, job.ending_in_time():
        files = RunFiles(job.command.results, Path(job.command.path), analysis)
        for state in analysis:
            if job.cancelled.is_set():
                raise _CancelledError
            if job.over.is_set():
                break
            answer.add(state)
            files.write(state)
            _require_short(state.time, job.command)
            _require_few(len(answer), job.command)
            if len(answer) % PROGRESS_EVERY == 0:
                events.write(FrameProgress(frames=len(answer)))
    if isinstance(answer, RevisingWriter):
        answer.revise(analysis.revise)
    frames = answer.frames()
    seconds = analysis.stopwatch.seconds | {"total": time.perf_counter() - started}
    files.close(seconds)
    return Analysed(
        bytes=len(frames),
        frames=len(answer),
        faults={name: count for name, count in answer.faults.items() if count},
        seconds={stage: round(value, 3) for stage, value in seconds.items()},
        skipped={
            "paces": {str(frame): asdict(pace) for frame, pace in analysis.paces.items()},
            "truncated": "its time was over" if job.over.is_set() else analysis.truncated,
            "timing": analysis.timing,
        },
    ), frames


def _require_modest(info: VideoInfo, limits: Analyse) -> None:
    if info.width * info.height > limits.max_pixels:
        raise VideoRefusedError(
            f"the video is {info.width}x{info.height} px; at most {limits.max_pixels} px in all "
            "are allowed."
        )
    if info.duration is not None:
        _require_short(info.duration, limits)


def _require_few(frames: int, limits: Analyse) -> None:
    """A few seconds can hold any number of frames, each of which is answered."""
    most = round(limits.max_seconds * MAX_FPS)
    if frames > most:
        raise VideoRefusedError(f"the video has over {most} frames, {MAX_FPS} for each second.")


def _require_short(seconds: float, limits: Analyse) -> None:
    if seconds > limits.max_seconds:
        raise VideoRefusedError(
            f"the video lasts {seconds:.0f} s; at most {limits.max_seconds:.0f} s are allowed."
        )


if __name__ == "__main__":
    main()
