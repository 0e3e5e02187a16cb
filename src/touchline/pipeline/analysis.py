"""One clip under way: from a video to frame states. Read this first.

::

    video ──► shots, camera motion ──► people and ball ──► pitch ──► tracks, homography ──► stages
    └──────── one thread ────────┘     └─ one thread ─┘   └ one ┘    └───── caller's thread ─────┘

Every frame is decoded and compared with the one before it; the networks look at some of them (see
``pace.py``); tracks and homographies fill the frames between from both sides. Then each stage reads
the objects of a second at a time and adds to them (see ``stages.py``): verification looks at crops
of what came out and drops what is no object of the game. Frames are streamed: what waits between
two steps is bounded, so memory does not grow with the clip.

The threads hold ``Looking`` and the caller holds the ``Analysis``; nothing below it refers to it.
Dropped half-way, as by ``break``, it takes threads, file and memory with it.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from types import TracebackType
from typing import Self

from touchline.detection import Detector
from touchline.frame import FrameState, Objects
from touchline.pipeline.checkpoint import Checkpoint
from touchline.pipeline.following import Following, Newest
from touchline.pipeline.looking import Looking
from touchline.pipeline.pace import Pace, Pacer, Steady
from touchline.pipeline.prefetch import prefetch
from touchline.pipeline.shot import ShotMaker
from touchline.pipeline.stages import Numbering, Revising, Stage, check_columns
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pipeline.widths import Widths
from touchline.pipeline.windows import window_length
from touchline.pitch import PitchDimensions, PitchFinder, PitchModel
from touchline.teams import Teams
from touchline.tracking import NewTracker
from touchline.video import Beats, VideoInfo, VideoReader, rate_note


class Analysis(Iterator[FrameState]):
    """One clip under way: iterate it for frame states; ask it what was done.

    Args:
        reader: The video; closed at the end.
        detector: Finds people and the ball.
        pitch_model: Finds the pitch's keypoints.
        pace: How often both look.
        pacer: Changes the pace on the way; None keeps it.
        batch_size: Images in a network at once; None is as many as memory allows.
        stages: Work on the tracked frames, in this order; made for this clip.
        dimensions: Of the pitch; 105 x 68 m unless told.
        tracker: Makes the tracker of each shot; None is ``PlayerTracker``.
        are_stills: Whether each frame is a shot of its own: nothing moves from one to the next.
        checkpoint: Of another analysis of this clip, made in the same way: the states are those
            that came after it there.
        stopwatch: Times the stages; None makes one.

    Attributes:
        info: What the video says of itself.
        dimensions: Of the pitch.
        are_stills: Whether each frame is a shot of its own.
        pace: How often the networks look now.
        paces: Every pace so far, by the first frame that it held for.
        stopwatch: Seconds spent in each stage so far.

    Raises:
        UsageError: A stage reads a column that nobody before it adds.
    """

    def __init__(
        self,
        reader: VideoReader,
        detector: Detector,
        pitch_model: PitchModel,
        *,
        pace: Pace,
        pacer: Pacer | None = None,
        batch_size: int | None = None,
        stages: Sequence[Stage] = (),
        dimensions: PitchDimensions | None = None,
        tracker: NewTracker | None = None,
        are_stills: bool = False,
        checkpoint: Checkpoint | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        check_columns(stages, getattr(detector, "adds", ()))
        self.info: VideoInfo = reader.info
        self.dimensions = dimensions or PitchDimensions()
        self.stopwatch = stopwatch or Stopwatch()
        self.paces = {0: pace}
        self.are_stills = are_stills
        self._beats = Beats(reader.info.fps)
        self._reader = reader
        self._stages = stages
        window = window_length(reader.info, pace, batch_size)
        finder = PitchFinder(self.dimensions)
        self._looking = looking = Looking(
            reader,
            Widths(detector),
            pitch_model,
            finder,
            pacer=pacer or Steady(pace),
            paces=self.paces,
            stopwatch=self.stopwatch,
            beats=self._beats,
            window=window,
            keeps_pictures=any(stage.looks for stage in stages),
            are_stills=are_stills,
        )
        self._measured = prefetch(looking.look(), window)
        shots = ShotMaker(reader.info, self.dimensions, tracker)
        newest = Newest()
        self._following = following = Following(shots, stages, self.stopwatch, newest)
        for stage in stages:
            if isinstance(stage, Numbering) and tracker is None:
                stage.number_by(newest.new_id)
        if checkpoint is not None:
            looking.first, finder.memory = checkpoint.frame, checkpoint.finder
            following.take_up(checkpoint)
            self.stopwatch.take_up(checkpoint.seconds)
        self._states = following.refine(self._measured)
        self._turn = threading.RLock()
        self._closed = False

    def __next__(self) -> FrameState:
        with self._turn:  # threads that share it get a state each
            try:
                state = next(self._states)
            except BaseException:  # the end too; an error's traceback would keep all that is open
                self.close()
                raise
            if self._closed:  # by another thread, meanwhile
                raise StopIteration
            return state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pace(self) -> Pace:
        """How often the networks look now."""
        return [*self.paces.values()][-1]

    @property
    def looks(self) -> dict[str, int]:
        """Looks for people and ball so far: ``full``, and ``reduced`` to 960 pixels."""
        return dict(self._following.looks)

    @property
    def truncated(self) -> str | None:
        """Why the states end before the video does, or None; known after the last frame."""
        left_out = self._looking.left_out
        if left_out is None:
            return self._reader.truncated
        return f"the deadline left no time for frame {left_out} and those that follow"

    @property
    def timing(self) -> str | None:
        """One sentence where the frames did not come as the container claims, or None."""
        return rate_note(self.info.fps, self.info.claimed_fps, self._beats, self._following.given)

    @property
    def spent(self) -> dict[str, int] | None:
        """What verification has cost so far, in looks, or None where it is off."""
        spent = [stage.spent for stage in self._stages if hasattr(stage, "spent")]
        return asdict(spent[0]) if spent else None

    @property
    def kits(self) -> dict[str, dict[str, str]] | None:
        """What each team wears, as ``Summary.teams``; None where teams are not told apart."""
        kits = [stage.kits for stage in self._stages if isinstance(stage, Teams)]
        return kits[0] if kits else None

    @property
    def team_memory(self) -> object:
        """What is known of the kits by now, for ``Teams.take_parts``; None where teams are off."""
        return next((each.memory for each in self._stages if isinstance(each, Teams)), None)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """Where the clip may be taken up again, known with the last state of each shot."""
        return self._following.checkpoint

    @property
    def revises(self) -> bool:
        """Whether a stage knows more in the end than while it goes on."""
        return any(isinstance(stage, Revising) for stage in self._stages)

    def revise(self, state: FrameState) -> FrameState:
        """A state of this clip as it looks after the last frame; ids and boxes stay."""
        objects = Objects.from_supervision(state.objects)
        for stage in self._stages:
            if isinstance(stage, Revising):
                objects = stage.revise(objects, state.time)
        return replace(state, objects=objects.to_supervision())

    def close(self) -> None:
        """Stop the threads and give the video back; also done after the last frame.

        Any thread may call it: whoever waits for a state then is told that there is none. Dropping
        the ``Analysis`` does the same.
        """
        self._closed = True
        self._measured.close()  # first: it wakes who waits for a frame
        with self._turn:
            self._states.close()
            self._reader.close()
