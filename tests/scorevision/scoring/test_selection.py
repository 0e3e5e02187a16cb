"""Which frames count.

Quirks of the validator, each with a test that fails without it: frames go through JPEG at OpenCV's
default quality; only a score of exactly 1 counts; from 0.7 to 1, both included, CLIP alone decides,
at 0.75 and more; below 0.7 it is not heard; a score is never below 0; fewer than 75 frames skip the
challenge; boxes are scored on 100 drawn at random, keypoints on all.
"""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scorevision.scoring.scorers import pitch
from touchline.errors import ModelError, UsageError
from touchline.scorevision.scoring import (
    checked_score,
    is_doubtful,
    pitch_probability,
    select_frames,
    through_jpeg,
)


def noisy() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (48, 64, 3), np.uint8)


def test_a_frame_comes_back_as_opencv_writes_jpegs(tmp_path) -> None:
    image = noisy()
    before = image.copy()
    path = str(tmp_path / "frame.jpg")
    cv2.imwrite(path, image)
    np.testing.assert_array_equal(through_jpeg(image), cv2.imread(path))
    np.testing.assert_array_equal(image, before)
    assert (through_jpeg(image) != image).any()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((5, 5, 3), np.float64),
    ],
)
def test_what_is_no_image_is_not_written(image: np.ndarray) -> None:
    with pytest.raises(UsageError, match="an image"):
        through_jpeg(image)


@pytest.mark.parametrize(
    ("score", "pitch", "expected"),
    [
        (0.7, 0.75, 1.0),
        (0.7, 0.749, 0.0),
        (1.0, 0.75, 1.0),
        (1.0, 0.1, 0.0),
        (0.699, 1.0, 0.699),
        (0.699, 0.0, 0.699),
        (0.71, None, 0.71),
        (1.0, None, 1.0),
        (-0.2, None, 0.0),
        (-0.2, 1.0, 0.0),
    ],
)
def test_clip_decides_from_seven_tenths_on(
    score: float, pitch: float | None, expected: float
) -> None:
    assert checked_score(score, pitch=pitch) == expected


def test_clip_is_asked_about_doubtful_frames_only() -> None:
    assert [is_doubtful(score) for score in (0.69, 0.7, 0.9, 1.0)] == [False, True, True, True]


def test_the_chance_of_a_pitch_is_a_softmax_over_two_prompts_of_rgb_frames() -> None:
    asked = []

    def scorer(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        asked.append((images, texts))
        return np.array([[1.0, 0.0], [0.0, 1.0]])

    image = pitch(8, 6)
    image[:] = (1, 2, 3)
    answer = pitch_probability([image, image], scorer=scorer)
    np.testing.assert_allclose(answer, [np.e / (1 + np.e), 1 / (1 + np.e)])
    ((images, texts),) = asked
    assert texts == ["a football pitch", "a close-up of a football player"]
    assert images[0][0, 0].tolist() == [3, 2, 1]


def test_no_frames_have_no_chance_and_a_broken_scorer_is_no_answer() -> None:
    assert pitch_probability([], scorer=lambda images, texts: np.zeros((9, 9))).shape == (0,)
    with pytest.raises(ModelError):
        pitch_probability([pitch(8, 6)], scorer=lambda images, texts: np.full((1, 2), np.nan))


def test_only_a_score_of_exactly_1_counts() -> None:
    below = math.nextafter(1.0, 0.0)
    selection = select_frames([1.0, below, 0.0, 1.0, 0.99], seed=1)
    assert selection.keypoint_frames == (0, 3)


@pytest.mark.parametrize(("count", "skipped"), [(0, True), (74, True), (75, False)])
def test_fewer_than_75_frames_skip_the_challenge(count: int, skipped: bool) -> None:
    selection = select_frames([1.0] * count + [0.5], seed=1)
    assert selection.skipped is skipped
    assert selection.keypoint_frames == selection.box_frames == tuple(range(count))


@given(st.integers(0, 750), st.integers(0, 2**63))
def test_boxes_are_scored_on_at_most_100_of_the_validated_frames(count: int, seed: int) -> None:
    selection = select_frames([0.0, *[1.0] * count], seed=seed)
    assert len(selection.keypoint_frames) == count
    assert len(set(selection.box_frames)) == len(selection.box_frames) == min(count, 100)
    assert set(selection.box_frames) <= set(selection.keypoint_frames)
    assert list(selection.box_frames) == sorted(selection.box_frames)


def test_one_seed_draws_alike_and_another_does_not() -> None:
    scores = [1.0] * 750
    first = select_frames(scores, seed=1)
    assert first == select_frames(scores, seed=1)
    assert first.box_frames != select_frames(scores, seed=2).box_frames


def test_every_frame_is_drawn_for_some_seed() -> None:
    drawn = {
        frame for seed in range(40) for frame in select_frames([1.0] * 150, seed=seed).box_frames
    }
    assert drawn == set(range(150))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_score_that_is_no_number_is_named(bad: float) -> None:
    with pytest.raises(UsageError, match=r"^frame 1: its pitch score"):
        select_frames([1.0, bad], seed=1)
    with pytest.raises(UsageError, match="finite"):
        checked_score(bad)
    with pytest.raises(UsageError, match="finite"):
        checked_score(0.9, pitch=bad)
