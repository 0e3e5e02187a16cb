"""Which frames of a clip a validator looks at."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.errors import UsageError
from touchline.scorevision.scoring.image import checked_image
from touchline.verification import PITCH_OR_CLOSE_UP, Scorer, ask

MIN_FRAMES = 75
"""Validated frames below which the challenge is skipped, for everybody."""
BOX_FRAMES = 100
"""Boxes are scored on so many of the validated frames."""
DOUBTFUL = 0.7
"""Pitch score from which CLIP decides."""
MIN_PITCH = 0.75
"""Probability of a pitch from which CLIP accepts a frame."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The frames of a clip that count.

    Attributes:
        keypoint_frames: Indices of all validated frames, rising; keypoints are scored on them.
        box_frames: Those drawn for boxes, rising; all where there are no more than 100.
        skipped: Whether there are too few; the validator then scores nobody.
    """

    keypoint_frames: tuple[int, ...]
    box_frames: tuple[int, ...]
    skipped: bool


def through_jpeg(image_bgr: Image) -> Image:
    """A frame as the validator's frame filter gets it: written as JPEG and read again.

    Args:
        image_bgr: uint8 (H, W, 3) BGR; it is not changed.

    Returns:
        uint8 (H, W, 3) BGR after OpenCV's default quality.

    Raises:
        UsageError: It is no such image.
    """
    _, written = cv2.imencode(".jpg", checked_image(image_bgr))
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)


def pitch_probability(images_bgr: Sequence[Image], *, scorer: Scorer) -> Float64:
    """How sure CLIP is that each frame shows a pitch and not a player close up.

    Args:
        images_bgr: n frames after ``through_jpeg``, uint8 (H, W, 3) BGR.
        scorer: ``scorer(images_rgb, texts)``: image-text logits (n, m).

    Returns:
        float64 (n,), a softmax over the two prompts.

    Raises:
        UsageError: A frame is no image.
        ModelError: The scorer's answer has another shape, or is not finite.
    """
    images_rgb = [np.ascontiguousarray(image[..., ::-1]) for image in images_bgr]
    pitch: Float64 = ask(images_rgb, PITCH_OR_CLOSE_UP, scorer)[:, 0]
    return pitch


def is_doubtful(score: float) -> bool:
    """Whether CLIP is asked about a frame with this pitch score: from 0.7 to 1, both included."""
    return DOUBTFUL <= score <= 1


def checked_score(score: float, *, pitch: float | None = None) -> float:
    """The pitch score of a frame after CLIP's check.

    Args:
        score: ``pitch_frame_score`` of the frame after ``through_jpeg``.
        pitch: ``pitch_probability`` of the frame; None where there is no CLIP.

    Returns:
        From 0.7 to 1, where CLIP was asked, 1 for a pitch and 0 for none; otherwise the score, at
        least 0.

    Raises:
        UsageError: A number is not finite.
    """
    if not np.isfinite([score, 0.0 if pitch is None else pitch]).all():
        raise UsageError(f"score and pitch are finite; got {score} and {pitch}.")
    if pitch is not None and is_doubtful(score):
        return float(pitch >= MIN_PITCH)
    return max(float(score), 0.0)


def select_frames(scores: Sequence[float], *, seed: int) -> Selection:
    """Choose the frames that count: those with a score of exactly 1.

    The validator draws anew for each challenge, so no seed gives its own draw; one seed always
    gives the same one.

    Args:
        scores: ``checked_score`` of every frame of the clip, in order.
        seed: For drawing the frames that boxes are scored on.

    Raises:
        UsageError: A score is not finite.
    """
    if not np.isfinite(scores).all():
        frame = int(np.argmin(np.isfinite(scores)))
        raise UsageError(f"frame {frame}: its pitch score is finite; got {scores[frame]}.")
    validated = tuple(frame for frame, score in enumerate(scores) if score == 1)
    drawn = random.Random(seed).sample(validated, min(BOX_FRAMES, len(validated)))
    return Selection(validated, tuple(sorted(drawn)), len(validated) < MIN_FRAMES)
