"""The process that analyses videos: ``python -m touchline.service.worker ANSWER``, by the service.

``ANSWER`` names, as ``module:class``, what writes the frames in the form of a protocol.

It is a process of its own so that inference cannot hold up the service, and so that whatever kills
it leaves the service alive. It ends when its standard input does, and on Linux by the kernel's hand
where it hangs: no service, no worker.
"""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Protocol

from pydantic import BaseModel

from touchline.errors import TouchlineError, VideoRefusedError
from touchline.frame import FrameState
from touchline.pipeline import Analysis, Deadline, Models
from touchline.plugins import load_object
from touchline.service.messages import (
    Analyse,
    Analysed,
    Arrived,
    Cancel,
    Cancelled,
    Complete,
    Failed,
    Progress,
    Ready,
    line,
    read_order,
)
from touchline.settings import Settings
from touchline.video import ArrivingFile, VideoInfo, VideoReader

USUAL_SIZE = (1280, 720)
"""Pixels of a challenge's video, as a rule."""
MOST_FPS = 60
"""Frames for each second that a video may last at most."""
PR_SET_PDEATHSIG = 1
"""Linux: which signal to get when the parent ends; see prctl(2)."""
PROGRESS_EVERY = 25
"""Frames between two words on how far it is."""

_log = logging.getLogger("touchline.worker")


class Answer(Protocol):
    """What a protocol makes of the frames of one clip.

    Attributes:
        faults: How often each kind of fault was mended or dropped.
    """

    faults: Counter[str]

    def __len__(self) -> int:
        """Frames taken so far."""
        ...

    def add(self, state: FrameState) -> None:
        """Take the next frame."""
        ...

    def frames(self) -> bytes:
        """All frames as they are sent."""
        ...


NewAnswer = Callable[[tuple[int, int]], Answer]
"""Begins the answer to a clip of (width, height) pixels."""


def main() -> None:
    """Load the networks as the first line of standard input says, then take orders."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service decides when the work ends
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    new_answer: NewAnswer = load_object(sys.argv[1])
    events = EventWriter(_own_output())
    orders = sys.stdin.buffer
    settings = Settings.from_json(orders.readline())
    models = Models.load(settings)
    models.warm_up(USUAL_SIZE)
    events.say(Ready(device=models.device))
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders, jobs), daemon=True).start()
    while True:
        work(jobs.get(), models, events, new_answer)


def _own_output() -> BinaryIO:
    """Standard output for events alone: whatever else is printed goes where errors go."""
    events = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return events


class EventWriter:
    """Says events to the service."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def say(self, event: BaseModel, payload: bytes = b"") -> None:
        """Send one event, and what belongs to it."""
        self._sink.write(line(event) + payload)
        self._sink.flush()


@dataclass(slots=True, eq=False)
class Job:
    """One video to analyse, which may still be arriving."""

    order: Analyse
    file: ArrivingFile
    gone: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, order: Analyse) -> "Job":
        """Open the video, of which perhaps not a byte is there."""
        try:
            return cls(order, ArrivingFile(Path(order.path)))
        except OSError as error:  # dropped before it began, and gone with that
            job = cls(order, ArrivingFile(Path(os.devnull)))
            job.file.fail(f"cannot be opened ({error.strerror})")
            return job

    def cancel(self) -> None:
        """Let go of it: whoever waits for the video is woken."""
        self.gone.set()
        self.file.fail("the work was cancelled")


def _listen(orders: BinaryIO, jobs: "SimpleQueue[Job]") -> None:
    """Take orders until there is no service any more, or none that can be understood."""
    job: Job | None = None
    try:
        for text in orders:
            order = read_order(text)
            if isinstance(order, Analyse):
                job = Job.of(order)
                jobs.put(job)
            elif job is not None:
                _pass_on(order, job)
    except Exception:
        _log.exception("an order broke off")
    os._exit(0)  # the other thread may wait for a video for ever


def _pass_on(order: Arrived | Complete | Cancel, job: Job) -> None:
    if isinstance(order, Arrived):
        job.file.arrived(order.there, order.total)
    elif isinstance(order, Complete):
        job.file.complete(order.size)
    else:
        job.cancel()


def work(job: Job, models: Models, events: EventWriter, new_answer: NewAnswer) -> None:
    """Analyse one video and say what came of it; whatever goes wrong ends with the job."""
    try:
        with job.file:
            analysed, frames = analyse(job, models, events, new_answer)
    except _GoneError:
        events.say(Cancelled())
    except TouchlineError as error:
        gone = job.gone.is_set()
        events.say(Cancelled() if gone else Failed(error=type(error).__name__, message=str(error)))
    except Exception as error:
        _log.exception("the analysis broke off")
        events.say(Failed(error="WorkerError", message=f"the analysis broke off ({error!r})"))
    else:
        events.say(analysed, frames)


class _GoneError(Exception):
    """Nobody wants the answer any more."""


def analyse(
    job: Job, models: Models, events: EventWriter, new_answer: NewAnswer
) -> tuple[Analysed, bytes]:
    """The frames of the video as the protocol writes them, and what was done for them."""
    started = time.perf_counter()
    reader = VideoReader(job.file)
    try:
        _require_modest(reader.info, job.order)
    except BaseException:
        reader.close()
        raise
    answer = new_answer((reader.info.width, reader.info.height))
    pacer = Deadline(models.pace(reader.info), reader.info, job.order.within)
    with models.analyze(reader, pacer=pacer) as analysis:
        for state in analysis:
            if job.gone.is_set():
                raise _GoneError
            answer.add(state)
            _require_short(state.time, job.order)
            _require_few(len(answer), job.order)
            if len(answer) % PROGRESS_EVERY == 0:
                events.say(Progress(frames=len(answer)))
    frames = answer.frames()
    seconds = analysis.stopwatch.seconds | {"total": time.perf_counter() - started}
    return Analysed(
        bytes=len(frames),
        frames=len(answer),
        faults={name: count for name, count in answer.faults.items() if count},
        seconds={stage: round(value, 3) for stage, value in seconds.items()},
        skipped=_skipped(analysis),
    ), frames


def _skipped(analysis: Analysis) -> dict[str, object]:
    """How often the networks looked, by the first frame of each pace, and what is missing."""
    paces = {str(index): asdict(pace) for index, pace in analysis.paces.items()}
    return {"paces": paces, "truncated": analysis.truncated}


def _require_modest(info: VideoInfo, order: Analyse) -> None:
    if info.width * info.height > order.max_pixels:
        raise VideoRefusedError(
            f"the video is {info.width}x{info.height} px; at most {order.max_pixels} px in all are "
            "allowed."
        )
    if info.duration is not None:
        _require_short(info.duration, order)


def _require_few(frames: int, order: Analyse) -> None:
    """A few seconds can hold any number of frames, each of which is answered."""
    most = round(order.max_seconds * MOST_FPS)
    if frames > most:
        raise VideoRefusedError(f"the video has over {most} frames, {MOST_FPS} for each second.")


def _require_short(seconds: float, order: Analyse) -> None:
    if seconds > order.max_seconds:
        raise VideoRefusedError(
            f"the video lasts {seconds:.0f} s; at most {order.max_seconds:.0f} s are allowed."
        )


if __name__ == "__main__":
    main()
