"""The score of one clip, with everything that it was made of."""

from dataclasses import asdict, dataclass
from typing import Any

from touchline.scorevision.scoring import FrameBoxScore, FrameKeypoints, KeypointScore


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScore:
    """What one frame of the clip counts for.

    Attributes:
        frame: Its number.
        pitch: Pitch score after the check, 0 to 1; the frame is validated at exactly 1.
        drawn: Whether it was drawn for boxes.
        boxes: Its box score; None where it was not drawn, has no objects, or ``failed``.
        failed: Why the validator breaks over it and leaves it out of the mean, or None.
        keypoints: What it adds to the keypoint score; None where it is not validated.
    """

    frame: int
    pitch: float
    drawn: bool
    boxes: FrameBoxScore | None
    failed: str | None
    keypoints: FrameKeypoints | None

    @property
    def validated(self) -> bool:
        """Whether its keypoints are scored."""
        return self.keypoints is not None

    @property
    def merit(self) -> float:
        """What the frame earns: its box score, and the share of its keypoint score."""
        boxes = 0.0 if self.boxes is None else self.boxes.score
        fit = None if self.keypoints is None else self.keypoints.fit
        return boxes + (0.0 if fit is None else (fit.keypoint_score / 100 + fit.on_line) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What the time of the answer is worth.

    Attributes:
        seconds: From request to answer; None where nobody measured it.
        measured_by: ``given``, or ``the miner`` where it is the answer's own ``processing_time``,
            to which download and transfer come on top; None without seconds.
        fastest: Seconds that set the pace: the least of the others' and this one's.
        others: How many times of others were given; with none the answer is its own pace.
        raw: 0 to 1, from the times alone; None without seconds.
        score: What is paid: ``raw``, or 0 where the box score is at most 0.2.
    """

    seconds: float | None
    measured_by: str | None
    fastest: float | None
    others: int
    raw: float | None
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something that keeps the final score down.

    Attributes:
        part: ``boxes``, ``keypoints`` or ``speed``.
        name: What it is.
        gain: By how much the final score would rise if this alone were as good as it can be. Gains
            do not add up: each is measured with everything else as it is.
        change: What to change, with the figures it follows from.
        frames: The frames that lose most by it, the worst first; none where it has no frames.
    """

    part: str
    name: str
    gain: float
    change: str
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipScore:
    """The score of an answer.

    Attributes:
        predictions: The file that was scored.
        video: The clip.
        size: (width, height) of it in pixels.
        scorer: Who looked at the crops: ``clip``, or the name of a stand-in.
        is_validators: Whether that is what validators use; without it no number here is one that a
            validator would come to.
        skipped: Whether fewer than 75 frames are validated, and a validator scores nobody.
        box: Box score of the clip, 0 to 1; None where no frame is validated.
        keypoints: Keypoint score and its parts; None where no frame is validated.
        speed: What the time is worth.
        quality: Half ``box``, half keypoints.
        final: ``0.65 quality + 0.35 speed``; None where a part is not known.
        frames: Every frame of the clip, in order.
        losses: What keeps the score down, the worst first.
    """

    predictions: str
    video: str
    size: tuple[int, int]
    scorer: str
    is_validators: bool
    skipped: bool
    box: float | None
    keypoints: KeypointScore | None
    speed: Speed
    quality: float | None
    final: float | None
    frames: tuple[FrameScore, ...]
    losses: tuple[Loss, ...]

    @property
    def validated(self) -> tuple[int, ...]:
        """Frames on which keypoints are scored."""
        return tuple(each.frame for each in self.frames if each.validated)

    @property
    def drawn(self) -> tuple[int, ...]:
        """Frames on which boxes are scored."""
        return tuple(each.frame for each in self.frames if each.drawn)

    @property
    def reported_keypoints(self) -> float | None:
        """Keypoint score, 0 to 1; None where no frame is validated."""
        return None if self.keypoints is None else self.keypoints.reported_score

    def notices(self) -> list[str]:
        """What has to be said before any number; the first line says who looked."""
        said = []
        if not self.is_validators:
            said.append(
                f"This is not a validator's score: crops were judged by {self.scorer} instead of "
                "the CLIP that validators use; `touchline models pull clip` fetches that."
            )
        if self.skipped:
            said.append(
                f"A validator would skip this challenge: {len(self.validated)} frames show enough "
                "of a pitch and 75 are needed. The figures are of those frames."
            )
        if self.speed.seconds is None:
            said.append("The time is not known, so there is no final score: give the seconds.")
        elif self.speed.measured_by == "the miner":
            said.append(
                "The time is the miner's own; a validator's clock counts download and transfer too."
            )
        return said

    def worst(self, count: int) -> list[FrameScore]:
        """The frames drawn for boxes that score least, boxes and keypoints together."""
        drawn = [each for each in self.frames if each.drawn]
        return sorted(drawn, key=lambda each: each.merit)[:count]

    def as_dict(self) -> dict[str, Any]:
        """The score as JSON takes it.

        The figures stand under ``validator_score`` or, with a stand-in, under ``estimate``.
        """
        figures = {
            "box": self.box,
            "keypoints": self.reported_keypoints,
            "quality": self.quality,
            "speed": self.speed.score,
            "final": self.final,
        }
        parts = None if self.keypoints is None else asdict(self.keypoints)
        if parts is not None:
            del parts["frames"]  # they stand below, each with all of its scores
        return {
            "scorer": self.scorer,
            "notices": self.notices(),
            "predictions": self.predictions,
            "video": self.video,
            "skipped": self.skipped,
            "validator_score" if self.is_validators else "estimate": figures,
            "speed": asdict(self.speed),
            "keypoint_parts": parts,
            "losses": [asdict(each) for each in self.losses],
            "validated_frames": list(self.validated),
            "box_frames": list(self.drawn),
            "frames": [asdict(each) for each in self.frames],
        }
