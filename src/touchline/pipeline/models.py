"""The networks of the whole flow, loaded once and used for many clips."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Self

import numpy as np

from touchline.detection import Detector, YoloxDetector, load_detector
from touchline.errors import UsageError
from touchline.pipeline.analysis import Analysis
from touchline.pipeline.checked import CheckedDetector, CheckedPitchModel
from touchline.pipeline.checkpoint import Checkpoint
from touchline.pipeline.pace import Pace, Pacer
from touchline.pipeline.plugins import is_object_name, load_object, make
from touchline.pipeline.stages import NewStage, Stage
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pitch import HeatmapPitchModel, PitchDimensions, PitchModel, load_pitch_model
from touchline.settings import Settings
from touchline.teams import TeamModel, Teams, load_team_model
from touchline.tracking import NewTracker
from touchline.verification import Verification, Verifier, View, load_expert, load_student
from touchline.video import FASTEST, IMAGE_FPS, VideoInfo, VideoReader

DOUBTFUL = 0.12
"""Score from which tracking hears of a box; it gives an unsure one only as part of a track."""
FAINT = 0.05
"""The same of a ball that a verifier will look at, ..."""
CLEAR = 0.3
"""... and of one that none will look at: what the detector alone would call a ball."""


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """All that looks at pictures; none of it remembers a clip.

    ``Models.load(settings)`` is the one builder of the flow: load once, then ``analyze`` as many
    clips as you like, also side by side.

    Attributes:
        settings: What it was loaded by.
        detector: Finds people and the ball.
        pitch: Finds the pitch's keypoints.
        dimensions: Of the pitch.
        student: Looks at crops a second time; None where verification is off.
        expert: Looks at what stays doubtful, or None.
        tracker: Makes the tracker of each shot; None is ``PlayerTracker``.
        stages: Make further stages for each clip.
        teams: What is known of kits and places; None is the model that ships.
    """

    settings: Settings
    detector: Detector
    pitch: PitchModel
    dimensions: PitchDimensions = field(default_factory=PitchDimensions)
    student: Verifier | None = None
    expert: Verifier | None = None
    tracker: NewTracker | None = None
    stages: Sequence[NewStage] = ()
    teams: TeamModel | None = None

    @classmethod
    def load(
        cls,
        settings: Settings | None = None,
        *,
        detector: Detector | None = None,
        pitch_model: PitchModel | None = None,
        tracker: NewTracker | None = None,
    ) -> Self:
        """Load what the settings ask for.

        Args:
            settings: None reads the environment.
            detector: Instead of the one that the settings name. What ``load_detector`` was not told
                is chosen as for that one.
            pitch_model: Likewise.
            tracker: Likewise; called with the frames a second for each shot.

        Raises:
            ModelError: A network cannot be loaded.
            UsageError: A setting names something that is not there, or not of its kind.
        """
        settings = settings or Settings.read()
        dimensions = PitchDimensions(*settings.pitch_size)
        off = settings.verify == "off"
        return cls(
            settings=settings,
            detector=_for_tracking(detector or _find_detector(settings), settings),
            pitch=pitch_model or _find_pitch_model(settings, dimensions),
            dimensions=dimensions,
            student=None if off else load_student(**settings.runtime),
            expert=None if off else load_expert(settings.verifier, **settings.runtime),
            tracker=tracker or (load_object(settings.tracker) if settings.tracker else None),
            stages=tuple(map(load_object, settings.stages)),
            teams=load_team_model() if settings.teams == "on" else None,
        )

    @property
    def device(self) -> str:
        """What the detector runs on, such as ``openvino:cpu``.

        A detector of the caller's that does not say is paced as on the slowest, a CPU.
        """
        return str(getattr(self.detector, "device", "cpu"))

    def warm_up(self, size: tuple[int, int]) -> None:
        """Compile the networks for pictures of (width, height) pixels, before the first clip."""
        picture = np.zeros((size[1], size[0], 3), np.uint8)
        self.detector.detect([picture])
        self.pitch.locate([picture])
        if self.student is not None:
            self.student.judge([View(picture, np.array([0, 0, *size], np.float32))])

    def pace(self, info: VideoInfo) -> Pace:
        """How often the networks look at a clip, unless a pacer says otherwise."""
        return Pace.of(self.settings, info.fps, device=self.device)

    def verification(self) -> Verification | None:
        """The second look for one clip, made anew; None where it is off."""
        if self.student is None:
            return None
        return Verification(self.student, expert=self.expert, full=self.settings.verify == "full")

    def _own_stages(
        self,
        verification: Stage | None,
        dimensions: PitchDimensions | None,
        further: Sequence[Stage],
    ) -> list[Stage]:
        """Verification, then the teams of those whom it believes in.

        Where the detector or a stage adds a column of ``Teams``, its word stands and ours is not
        asked for.
        """
        added = {*getattr(self.detector, "adds", ()), *(c for stage in further for c in stage.adds)}
        teams = self.settings.teams == "on" and not added & {*Teams.adds}
        looks = verification or self.verification()
        kits = Teams(self.teams, dimensions=dimensions or self.dimensions) if teams else None
        return [stage for stage in (looks, kits) if stage is not None]

    def analyze(
        self,
        video: str | os.PathLike[str] | VideoReader,
        *,
        pacer: Pacer | None = None,
        dimensions: PitchDimensions | None = None,
        stages: Sequence[Stage] = (),
        verification: Stage | None = None,
        checkpoint: Checkpoint | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> Analysis:
        """Say who is where, on which pitch, in every frame of ``video``; lazy, in bounded memory.

        Args:
            video: A video file, a folder of images, or an open video, which is closed at the end.
            pacer: Says how often the networks look; None keeps to ``pace``.
            dimensions: Of this pitch; None is what the models were loaded for.
            stages: Further stages, made for this clip. They work between tracking and verification,
                but for those that read what verification or ``Teams`` adds: these come last.
            verification: Instead of the second look that the settings ask for; made for this clip.
            checkpoint: Where another analysis of this clip, asked for in the same way, was with the
                last state of a shot: the states are those that came after it there.
            stopwatch: Times the stages; None makes one.

        Raises:
            InputError: The video cannot be read.
            UsageError: A stage reads a column that nobody before it adds.
        """
        ours = self.pitch if isinstance(self.pitch, HeatmapPitchModel) else None
        further = [*(new() for new in self.stages), *stages]
        reader = video if isinstance(video, VideoReader) else _open(video, self.settings)
        try:
            return Analysis(
                reader,
                self.detector
                if isinstance(self.detector, YoloxDetector)
                else CheckedDetector(self.detector),
                ours.as_seen() if ours else CheckedPitchModel(self.pitch),
                pace=self.pace(reader.info),
                pacer=pacer,
                batch_size=self.settings.batch_size,
                stages=_in_order(further, self._own_stages(verification, dimensions, further)),
                dimensions=dimensions or self.dimensions,
                tracker=self.tracker,
                are_stills=self.settings.image_fps is None and reader.are_stills,
                checkpoint=checkpoint,
                stopwatch=stopwatch,
            )
        except BaseException:
            reader.close()
            raise


def analyze(
    video: str | os.PathLike[str],
    *,
    detector: Detector | None = None,
    pitch_model: PitchModel | None = None,
    tracker: NewTracker | None = None,
    verification: Stage | None = None,
    stages: Sequence[Stage] = (),
    dimensions: PitchDimensions | None = None,
    settings: Settings | None = None,
    image_fps: float | None = None,
) -> Analysis:
    """Say who is where, on which pitch, in every frame of ``video``; lazy, in bounded memory.

    For more than one clip, ``Models.load`` loads the networks once.

    Args:
        video: A video file, or a folder of images.
        detector: Finds people and the ball; None is what the settings name, else the shipped one.
            What ``load_detector`` was not told is chosen as for the shipped one.
        pitch_model: Finds the pitch's keypoints; None likewise.
        tracker: Makes the tracker of each shot, called with the frames a second; None likewise.
        verification: Takes a second look at what was found; made for this clip. None is what the
            settings ask for.
        stages: Further stages, made for this clip; see ``Models.analyze``.
        dimensions: Of the pitch; None is what the settings say, else 105 x 68 m.
        settings: None reads the environment.
        image_fps: Images a second, for a folder; None is what the settings say, else 25.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded.
        UsageError: A stage reads a column that nobody before it adds; a setting is not allowed.
    """
    settings = settings or Settings.read()
    if image_fps is not None:
        if not isinstance(image_fps, Real) or not 0 < image_fps <= FASTEST:
            raise UsageError(
                f"image_fps must be above 0 and at most {FASTEST:g}; got {image_fps!r:.30}"
            )
        settings = settings.model_copy(update={"image_fps": image_fps})
    reader = _open(video, settings)  # before the networks, which take a second to load
    try:
        models = Models.load(settings, detector=detector, pitch_model=pitch_model, tracker=tracker)
    except BaseException:
        reader.close()
        raise
    return models.analyze(reader, verification=verification, stages=stages, dimensions=dimensions)


def _open(video: str | os.PathLike[str], settings: Settings) -> VideoReader:
    return VideoReader(video, image_fps=settings.image_fps or IMAGE_FPS)


def _find_detector(settings: Settings) -> Detector:
    name = settings.detector
    if is_object_name(name):
        return make(name, has="detect")  # type: ignore[no-any-return]
    return load_detector(name, **settings.runtime)


def _find_pitch_model(settings: Settings, dimensions: PitchDimensions) -> PitchModel:
    name = settings.pitch_model
    if is_object_name(name):
        return make(name, has="locate")  # type: ignore[no-any-return]
    return load_pitch_model(
        name, batch_size=settings.batch_size, dimensions=dimensions, **settings.runtime
    )


def _for_tracking(detector: Detector, settings: Settings) -> Detector:
    """The detector as tracking wants it, in all that its maker has left open."""
    if not isinstance(detector, YoloxDetector):
        return detector
    return detector.or_else(
        confidence=DOUBTFUL,
        ball_confidence=CLEAR if settings.verify == "off" else FAINT,
        imgsz=settings.imgsz,
        batch_size=settings.batch_size,
    )


def _in_order(stages: Sequence[Stage], own: Sequence[Stage]) -> list[Stage]:
    """Our own stages after the others, but before those that read what ours add."""
    added = {column for stage in own for column in stage.adds}
    later = [each for each in stages if {*each.reads} & added]
    return [*(each for each in stages if each not in later), *own, *later]
