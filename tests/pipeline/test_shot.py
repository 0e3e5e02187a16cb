import numpy as np
import pytest
import supervision as sv

from tests.pitch.cameras import Camera, look
from touchline.frame import ClassId, Objects, TrackedFrame
from touchline.pipeline.shot import MANY, SURE, MeasuredFrame, Shot, ShotMaker
from touchline.pitch import PitchDimensions, PitchLook
from touchline.video import VideoInfo

WIDTH, HEIGHT = 1280, 720
STILL = np.eye(3)
"""No motion of the camera."""


def seen(people: int, height: float) -> Objects:
    """So many people in a row, and a ball."""
    left = 20 + 120.0 * np.arange(people)
    boxes = [[x, 200, x + height / 3, 200 + height] for x in left]
    boxes.append([600, 650, 614, 664])
    return Objects.from_supervision(
        sv.Detections(
            np.array(boxes, np.float32),
            confidence=np.full(people + 1, 0.9, np.float32),
            class_id=np.array([ClassId.PLAYER] * people + [ClassId.BALL]),
        )
    )


PITCH = look(Camera((0.0, -80.0, 20.0), (-25.0, 0.0), 1.2))
"""The pitch as a camera beside the halfway line sees it."""


def shot(objects: Objects, pitch: PitchLook | None) -> list[TrackedFrame]:
    """Ten frames that look alike."""
    info = VideoInfo(width=WIDTH, height=HEIGHT, fps=25.0, frames=10, duration=0.4, codec="h264")
    follow = Shot(0, ShotMaker(info, PitchDimensions()), first_id=1)
    given = [MeasuredFrame(i, i / 25, float(i), i == 0, STILL, objects, pitch) for i in range(10)]
    return [each for frame in given for each in follow.push(frame)] + follow.finish()


@pytest.mark.parametrize(
    ("people", "height", "pitch", "balls"),
    [
        (3, 90, PITCH, 10),
        (3, 90, None, 0),
        (MANY, 90, None, 10),
        (MANY, 250, None, 0),
        (0, 90, None, 0),
    ],
    ids=["pitch", "few people", "many small people", "many large people", "nobody"],
)
def test_there_is_a_ball_where_the_pitch_is_and_where_many_small_people_are(
    people: int, height: float, pitch: PitchLook | None, balls: int
) -> None:
    frames = shot(seen(people, height), pitch)
    assert len(frames) == 10
    assert sum(int(frame.objects.is_ball.sum()) for frame in frames) == balls
    assert all((~frame.objects.is_ball).sum() == people for frame in frames)


@pytest.mark.parametrize(("pitch", "balls"), [(PITCH, 10), (None, 0)], ids=["pitch", "no pitch"])
def test_where_no_pitch_is_located_a_ball_must_be_sure(pitch: PitchLook | None, balls: int) -> None:
    objects = seen(MANY, 90)
    objects.confidence[objects.is_ball] = SURE - 0.1
    frames = shot(objects, pitch)
    assert sum(int(frame.objects.is_ball.sum()) for frame in frames) == balls
    assert all((~frame.objects.is_ball).sum() == MANY for frame in frames)
