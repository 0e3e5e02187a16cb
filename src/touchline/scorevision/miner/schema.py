"""What goes over the wire, as pydantic models: they check it, and make the service's OpenAPI."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from touchline.frame import N_KEYPOINTS, ClassId

Coordinate = Annotated[float, Field(ge=0, le=32768, allow_inf_nan=False)]
"""Pixels of the frame."""
Point = tuple[Coordinate, Coordinate]


class Challenge(BaseModel):
    """What a validator asks; further keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    challenge_id: (
        Annotated[str, Field(max_length=256)] | Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
    )
    """Sent back as it was received."""
    video_url: Annotated[str, Field(min_length=1, max_length=4096)]
    """Where the clip lies: ``http`` or ``https``, at a public address."""
    type: str | None = None
    """``gsr``."""
    created_at: str | None = None
    """ISO 8601."""


class Object(BaseModel):
    """One object in one frame."""

    model_config = ConfigDict(extra="allow")

    id: int
    bbox: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    """x1, y1, x2, y2."""
    class_id: ClassId

    @model_validator(mode="after")
    def _has_area(self) -> "Object":
        x1, y1, x2, y2 = self.bbox
        if not (x1 < x2 and y1 < y2):
            raise ValueError(f"bbox {self.bbox} has no area")
        return self


class FrameAnswer(BaseModel):
    """What is in one frame."""

    frame_number: Annotated[int, Field(ge=0)]
    """As ``cv2.VideoCapture.read`` counts, from 0."""
    objects: list[Object]
    """Best first."""
    keypoints: Annotated[list[Point], Field(min_length=N_KEYPOINTS, max_length=N_KEYPOINTS)]
    """In the order of the pitch's 32 vertices; [0, 0] where one is absent."""

    @model_validator(mode="after")
    def _is_sane(self) -> "FrameAnswer":
        ids = [each.id for each in self.objects]
        if len(set(ids)) < len(ids):
            raise ValueError("an id occurs twice")
        if sum(each.class_id == ClassId.BALL for each in self.objects) > 1:
            raise ValueError("there are two balls")
        return self


class Answer(BaseModel):
    """What a validator gets; it ignores the last two keys."""

    challenge_id: str | int
    frames: list[FrameAnswer]
    processing_time: Annotated[float, Field(ge=0)]
    """Seconds from the request to the answer."""
    skipped: dict[str, Any]
    """What was not looked at for want of time, and what could not be read."""


class Availability(BaseModel):
    """Whether a challenge would be taken now."""

    available: bool


class Problem(BaseModel):
    """Why a request was not served."""

    detail: str
