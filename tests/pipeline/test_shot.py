import numpy as np
import pytest
import supervision as sv

from tests.pitch.cameras import Camera, keypoints
from touchline.frame import N_KEYPOINTS, ClassId, Objects, TrackedFrame
from touchline.pipeline.shot import MANY, MeasuredFrame, Shot, ShotMaker
from touchline.pitch import PitchDimensions
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


def no_points() -> sv.KeyPoints:
    return sv.KeyPoints(
        xy=np.zeros((1, N_KEYPOINTS, 2), np.float32),
        keypoint_confidence=np.zeros((1, N_KEYPOINTS), np.float32),
    )


def pitch_points() -> sv.KeyPoints:
    """A pitch as the camera at the halfway line sees it."""
    pixels = Camera((0.0, -80.0, 20.0), (-25.0, 0.0), 1.2).see(PitchDimensions().vertices())
    inside = ((pixels > 0) & (pixels < (WIDTH, HEIGHT))).all(axis=1)
    return keypoints(pixels, inside)


def shot(objects: Objects, points: sv.KeyPoints) -> list[TrackedFrame]:
    """Ten frames that look alike."""
    info = VideoInfo(width=WIDTH, height=HEIGHT, fps=25.0, frames=10, duration=0.4, codec="h264")
    follow = Shot(0, ShotMaker(info, PitchDimensions()), first_id=1)
    given = [MeasuredFrame(i, i / 25, float(i), i == 0, STILL, objects, points) for i in range(10)]
    return [each for frame in given for each in follow.push(frame)] + follow.finish()


@pytest.mark.parametrize(
    ("people", "height", "points", "balls"),
    [
        (3, 90, pitch_points(), 10),
        (3, 90, no_points(), 0),
        (MANY, 90, no_points(), 10),
        (MANY, 250, no_points(), 0),
        (0, 90, no_points(), 0),
    ],
    ids=["pitch", "few people", "many small people", "many large people", "nobody"],
)
def test_there_is_a_ball_where_the_pitch_is_and_where_many_small_people_are(
    people: int, height: float, points: sv.KeyPoints, balls: int
) -> None:
    frames = shot(seen(people, height), points)
    assert len(frames) == 10
    assert sum(int(frame.objects.is_ball.sum()) for frame in frames) == balls
    assert all((~frame.objects.is_ball).sum() == people for frame in frames)
