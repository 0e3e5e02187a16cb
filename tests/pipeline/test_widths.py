from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import supervision as sv
from hypothesis import given
from hypothesis import strategies as st

from touchline.arrays import Image
from touchline.detection import YoloxDetector
from touchline.pipeline.pace import Pace
from touchline.pipeline.widths import Widths

NEAR, FAR = 30, 15
"""Heights of the person in pictures of 1000 pixels."""


class Noting(YoloxDetector):
    """Finds one person as high as a picture says, and notes at what size it looked at which."""

    def __init__(self) -> None:
        self.looks: dict[int, str] = {}

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        return self._noted(images, "full")

    def detect_reduced(self, images: list[Image]) -> list[sv.Detections]:
        return self._noted(images, "reduced")

    def _noted(self, images: list[Image], how: str) -> list[sv.Detections]:
        found = []
        for image in images:
            number, height = int(image[0, 0, 0]), int(image[0, 1, 0])
            self.looks[number] = how
            found.append(
                sv.Detections(
                    np.array([[0, 0, 9, height]], np.float32),
                    confidence=np.ones(1, np.float32),
                    class_id=np.array([2]),
                )
            )
        return found


def picture(number: int, height: int) -> Image:
    image = np.zeros((2, 1000, 3), np.uint8)
    image[0, :2, 0] = number, height
    return image


THIRD = Pace(detect_every=1, locate_every=1, full_every=3)


def looks(
    heights: Sequence[int], cuts: Sequence[int] = (), *, together: int = 100, pace: Pace = THIRD
) -> list[str]:
    """How each of the pictures was looked at, so many at once."""
    detector = Noting()
    widths = Widths(detector)
    pictures = [picture(*each) for each in enumerate(heights)]
    begins = [number == 0 or number in cuts for number in range(len(heights))]
    for start in range(0, len(heights), together):
        part = slice(start, start + together)
        found = widths.detect(pictures[part], begins[part], pace)
        assert [int(each.xyxy[0, 3]) for each in found] == list(heights[part])
    return [detector.looks[number] for number in range(len(heights))]


def test_one_look_in_so_many_is_full() -> None:
    assert looks([NEAR] * 5) == ["full", "reduced", "reduced", "full", "reduced"]
    second = replace(THIRD, full_every=2)
    assert looks([NEAR] * 5, pace=second) == ["full", "reduced", "full", "reduced", "full"]


def test_where_people_are_smaller_than_the_network_has_learnt_from_every_look_is_full() -> None:
    assert looks([FAR] * 5) == ["full"] * 5


def test_a_shot_begins_with_a_full_look() -> None:
    expected = ["full", "reduced", "full", "reduced", "reduced", "full"]
    assert looks([NEAR] * 6, cuts=[2]) == expected


def test_the_full_look_before_says_whether_people_are_near_enough() -> None:
    heights = [NEAR, FAR, FAR, FAR, NEAR, NEAR, NEAR]
    assert looks(heights) == ["full", "reduced", "reduced", "full", "full", "full", "full"]


@given(
    heights=st.lists(st.sampled_from([NEAR, FAR]), min_size=1, max_size=12),
    cuts=st.lists(st.integers(0, 12)),
    together=st.integers(1, 5),
)
def test_how_many_come_at_once_does_not_matter(
    heights: list[int], cuts: list[int], together: int
) -> None:
    assert looks(heights, cuts, together=together) == looks(heights, cuts)


@pytest.mark.parametrize("count", [0, 3])
def test_a_detector_that_is_not_ours_takes_every_look_alike(count: int) -> None:
    class Own:
        def detect(self, images: list[Image]) -> list[sv.Detections]:
            return [sv.Detections.empty() for _ in images]

    found = Widths(Own()).detect([picture(0, NEAR)] * count, [True] * count, THIRD)
    assert len(found) == count
