"""The networks of the whole flow, loaded by the settings; once for many clips where that counts."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from touchline.detection import Detector, YoloxDetector, load_detector
from touchline.pitch import PitchModel, load_pitch_model
from touchline.settings import Settings
from touchline.verification import Verification, Verifier, load_expert, load_student

DOUBTFUL = 0.12
"""Score from which tracking hears of a box; it gives an unsure one only as part of a track."""


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """What looks at pictures; none of it remembers a clip.

    Attributes:
        detector: Finds people and the ball.
        pitch: Finds the pitch's keypoints.
        student: Looks at crops a second time; None where verification is off.
        expert: Looks at what stays doubtful, or None.
        device: What the detector runs on, such as ``openvino:cpu``.
        full: Whether everything is looked at a second time.
    """

    detector: Detector
    pitch: PitchModel
    student: Verifier | None
    expert: Verifier | None
    device: str
    full: bool = False

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Load what the settings ask for.

        Raises:
            ModelError: A network cannot be loaded.
            UsageError: There is no verifier of that name.
        """
        detector = find_detector(settings)
        off = settings.verify == "off"
        return cls(
            detector,
            find_pitch_model(settings),
            None if off else load_student(device=settings.device, threads=settings.threads),
            None if off else _expert(settings),
            detector.device,
            full=settings.verify == "full",
        )

    def warm_up(self, size: tuple[int, int]) -> None:
        """Compile the networks for pictures of (width, height) pixels, before the first clip."""
        picture = np.zeros((size[1], size[0], 3), np.uint8)
        self.detector.detect([picture])
        self.pitch.locate([picture])

    def verification(self) -> Verification | None:
        """A second look for one clip, made anew."""
        if self.student is None:
            return None
        return Verification(self.student, expert=self.expert, full=self.full)


def find_detector(settings: Settings) -> YoloxDetector:
    """The shipped detector, as the settings ask for it."""
    return load_detector(
        confidence=DOUBTFUL,
        imgsz=settings.imgsz,
        batch_size=settings.batch_size,
        device=settings.device,
        backend=settings.backend,
        threads=settings.threads,
    )


def find_pitch_model(settings: Settings) -> PitchModel:
    """The shipped pitch model, as the settings ask for it."""
    return load_pitch_model(
        batch_size=settings.batch_size,
        device=settings.device,
        backend=settings.backend,
        threads=settings.threads,
    )


def _expert(settings: Settings) -> Verifier | None:
    return load_expert(
        settings.verifier,
        cache=settings.cache,
        device=settings.device,
        threads=settings.threads,
    )
