"""The box score against recorded numbers, against a plain reading of the rules, and rule by rule.

Quirks of the validator, each with a test that fails without it:
 1. coordinates are rounded to 2 decimals before all else, as Python rounds
 2. size is asked in those, from 15 x 40 on; a football may have any size
 3. the band is 150 rows of any image, its last row too, and only boxes at the image's own columns
 4. a frame with nothing left scores 0, and its boxes are not looked at
 5. corners are truncated, not rounded
 6. each crop is painted black before the next is cut, in list order
 7. dropped boxes are not painted
 8. the football's crop is cut last, its own box black too
 9. it is 4 times the box, rounded half to even, without the last row and column
10. CLIP gets RGB
11. every further football is "not a football", unseen
12. weights halve by the label seen, not by the one claimed
13. the divisor is the number of distinct labels seen, and one more
14. a wrong kind of person earns a half; a football claimed for a person, or seen nowhere, costs 1
15. areas: the mean decides which rule holds; dropped boxes do not count; overlaps count twice,
    and so does what lies outside
16. negative corners count from the other side
17. a box that shows no pixel breaks the frame (here an error that names it, never a 0)
18. clip: capped mean, coverage over 0.7, clipped, rounded to 2 decimals
"""

import json
import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scorevision.scoring import made
from tests.scorevision.scoring.plain import factor, is_kept, plain_frame_score
from tests.scorevision.scoring.scorers import Eyes, paint, pitch
from tests.shared import SHARED, beside
from tests.test_rooms import order
from touchline.errors import ModelError, UsageError
from touchline.scorevision import scoring as validator
from touchline.scorevision.scoring import (
    Dropped,
    agreement_score,
    area_factor,
    clip_box_score,
    frame_box_score,
    score_frame_boxes,
)
from touchline.verification.prompts import ALL_PROMPTS

BALL, GOALKEEPER, PLAYER, REFEREE = range(4)


def obj(*bbox: float, claim: int = PLAYER) -> dict[str, Any]:
    return {"id": 1, "bbox": list(bbox), "class_id": claim}


def scene(*painted: tuple[tuple[int, int, int, int], str]) -> np.ndarray:
    image = pitch()
    for bbox, label in painted:
        paint(image, bbox, label)
    return image


# --- recorded numbers


class StandIn:
    """The stand-in for CLIP that the recorded cases document."""

    def __init__(self, texts: dict[str, list[float]]) -> None:
        self.texts = texts

    def __call__(self, images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        rows = [
            [*(image.reshape(-1, 3).mean(axis=0) / 255 - 0.5), self._shape(image)]
            for image in images
        ]
        return 6 * np.array(rows) @ np.array([self.texts[text] for text in texts]).T

    def _shape(self, image: np.ndarray) -> float:
        return min(image.shape[1] / image.shape[0], 4) / 4 - 0.25


CaseOf = Callable[[str], tuple[np.ndarray, dict[str, Any], StandIn]]


def made_case(name: str) -> tuple[np.ndarray, dict[str, Any], StandIn]:
    """A frame, its objects and how they score by the rules, and who looks at it."""
    image, objects = made.box_case(name)
    vectors = np.random.default_rng(5).normal(0, 1, (len(ALL_PROMPTS), 4))
    scorer = StandIn(dict(zip(ALL_PROMPTS, vectors.tolist(), strict=True)))
    boxes = [tuple(each["bbox"]) for each in objects]
    claims = [each["class_id"] for each in objects]
    kept = [b for b, c in zip(boxes, claims, strict=True) if is_kept(b, c, image.shape[1])]
    whole = factor(kept, image.shape[0] * image.shape[1]) if kept else 1.0
    score = plain_frame_score(image, objects, scorer)
    return image, {"objects": objects, "frame_score": score, "area_factor": whole}, scorer


def recorded_case(name: str) -> tuple[np.ndarray, dict[str, Any], StandIn]:
    """The same as a validator scored it."""
    folder = SHARED / "vectors"
    vectors = json.loads((folder / "bbox_scoring.json").read_text())
    case = vectors["cases"][name]
    image = cv2.imread(str(folder / case["image"]))
    return image, case, StandIn(vectors["stand_in_clip"]["text_vectors"])


@pytest.mark.parametrize("case_of", [made_case, *beside(recorded_case)])
@pytest.mark.parametrize(
    "name",
    [
        "mixed_with_ball",
        "players_only",
        "overlapping_boxes",
        "two_footballs",
        "ball_under_player_box",
        "huge_boxes",
        "all_too_small_or_top",
        "fractional_coordinates",
        "order_reversed_of_mixed",
    ],
)
def test_frames_get_the_score_of_the_validator(case_of: CaseOf, name: str) -> None:
    image, case, scorer = case_of(name)
    assert frame_box_score(image, case["objects"], scorer=scorer) == pytest.approx(
        case["frame_score"], abs=1e-6
    )
    whole = score_frame_boxes(image, case["objects"], scorer=scorer)
    assert whole.area_factor == pytest.approx(case["area_factor"], abs=1e-6)


# --- against a plain reading of the rules

BOXES = st.builds(
    lambda x, y, w, h, claim: obj(x, y, x + w, y + h, claim=claim),
    st.floats(0, 600),
    st.floats(100, 440),
    st.floats(1, 80),
    st.floats(1, 120),
    st.sampled_from([BALL, GOALKEEPER, PLAYER, REFEREE]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BOXES, max_size=12), st.integers(0, 2**32 - 1))
def test_any_list_of_boxes_scores_as_the_rules_read(boxes: list[dict[str, Any]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (12, 16, 3), np.uint8)
    image = cv2.resize(blocks, (640, 480), interpolation=cv2.INTER_NEAREST)
    scorer = Eyes(ball=bool(rng.integers(2)))
    score = frame_box_score(image, boxes, scorer=scorer)
    assert score == pytest.approx(plain_frame_score(image, boxes, scorer), abs=1e-12)
    assert -2 < score < 2


# --- what is kept


@pytest.mark.parametrize(
    ("bbox", "why"),
    [
        ((100, 200, 115, 240), None),
        ((100, 200, 114.99, 240), Dropped.TOO_SMALL),
        ((100, 200, 115, 239.99), Dropped.TOO_SMALL),
        ((100, 200, 114.996, 240), None),
        ((100, 200, 114.994, 240), Dropped.TOO_SMALL),
        ((100, 150, 130, 240), Dropped.TOP_BAND),
        ((100, 150.01, 130, 240), None),
        ((100, 150.004, 130, 240), Dropped.TOP_BAND),
        ((100, 20, 130, 100), Dropped.TOP_BAND),
        ((100, 20, 110, 30), Dropped.TOO_SMALL),
    ],
)
def test_a_box_counts_from_15_by_40_and_below_row_150(
    bbox: tuple[float, ...], why: Dropped | None
) -> None:
    (box,) = score_frame_boxes(pitch(), [obj(*bbox)], scorer=Eyes()).boxes
    assert box.dropped == why
    assert (box.seen is None) == (why is not None)


def test_a_football_may_have_any_size_but_not_touch_the_top_band() -> None:
    objects = [obj(100, 200, 104, 204, claim=BALL), obj(100, 146, 104, 150, claim=BALL)]
    boxes = score_frame_boxes(pitch(), objects, scorer=Eyes()).boxes
    assert [box.dropped for box in boxes] == [None, Dropped.TOP_BAND]


def test_the_top_band_is_150_rows_of_any_image() -> None:
    large = pitch(1920, 1080)
    (box,) = score_frame_boxes(large, [obj(100, 151, 130, 240)], scorer=Eyes()).boxes
    assert box.dropped is None


def test_coordinates_are_rounded_as_python_rounds_and_not_as_numpy_does() -> None:
    assert (round(10.995, 2), np.round(10.995, 2)) == (10.99, 11.0)
    scorer = Eyes()
    frame_box_score(pitch(), [obj(10.995, 200, 40, 260)], scorer=scorer)
    assert scorer.crops("person")[0].shape == (60, 30, 3)


def test_coordinates_are_rounded_before_they_are_truncated() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(100.996, 200, 130, 260)], scorer=scorer)
    assert scorer.crops("person")[0].shape == (60, 29, 3)


def test_a_frame_with_nothing_left_scores_0_and_nobody_is_asked() -> None:
    scorer = Eyes()
    dropped = [obj(10, 300, 20, 330), obj(300, 100, 360, 220), obj(300, 100, 304, 104, claim=BALL)]
    for objects in ([], dropped):
        result = score_frame_boxes(pitch(), objects, scorer=scorer)
        assert (result.score, result.area_factor) == (0.0, 1.0)
        assert len(result.boxes) == len(objects)
    assert not scorer.shown


# --- what is seen


def test_corners_are_truncated() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(100.99, 200.99, 130.99, 260.99)], scorer=scorer)
    assert scorer.crops("person")[0].shape == (60, 30, 3)
    image = pitch()
    image[260:] = 255
    frame_box_score(image, [obj(100.99, 200.99, 130.99, 260.99)], scorer=scorer)
    assert (scorer.crops("person")[1] != 255).all()


def test_clip_sees_rgb() -> None:
    image = pitch()
    image[200:260, 100:130] = (1, 2, 3)
    scorer = Eyes()
    frame_box_score(image, [obj(100, 200, 130, 260)], scorer=scorer)
    assert scorer.crops("person")[0][0, 0].tolist() == [3, 2, 1]


def test_a_crop_is_black_where_an_earlier_box_was() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(100, 200, 130, 260), obj(110, 200, 140, 260)], scorer=scorer)
    first, second = scorer.crops("person")
    assert first.all()
    assert not second[:, :20].any()
    assert second[:, 20:].all()


def test_a_dropped_box_leaves_no_black() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(100, 200, 110, 260), obj(100, 200, 130, 260)], scorer=scorer)
    assert scorer.crops("person")[0].all()


def test_a_later_football_is_painted_too() -> None:
    scorer = Eyes()
    ball = obj(100, 200, 110, 210, claim=BALL)
    frame_box_score(pitch(), [ball, ball, obj(100, 200, 130, 260)], scorer=scorer)
    assert not scorer.crops("person")[0][:10, :10].any()


def test_the_same_box_twice_is_a_player_and_then_black() -> None:
    bbox = (100, 200, 130, 260)
    image = scene((bbox, "football player"))
    boxes = score_frame_boxes(image, [obj(*bbox), obj(*bbox)], scorer=Eyes()).boxes
    assert [box.seen for box in boxes] == ["football player", "black shape"]


def test_the_football_is_looked_at_in_four_times_its_box_when_all_boxes_are_black() -> None:
    scorer = Eyes()
    objects = [obj(300, 300, 310, 312, claim=BALL), obj(312, 290, 330, 340)]
    frame_box_score(pitch(), objects, scorer=scorer)
    (crop,) = scorer.crops("a photo of a round object on grass")
    assert crop.shape == (48, 40, 3)
    # The crop begins at (285, 282).
    assert not crop[18:30, 15:25].any(), "its own box"
    assert not crop[8:48, 27:40].any(), "a box that comes later in the list"
    assert crop[:8].all()


@pytest.mark.parametrize(
    ("bbox", "shape"),
    [
        ((300, 300, 301, 301), (4, 4, 3)),
        ((300, 300, 301.5, 301), (4, 6, 3)),
        ((0, 300, 10, 310), (40, 25, 3)),
        ((630, 300, 640, 310), (40, 24, 3)),
        ((300, 470, 310, 480), (24, 40, 3)),
        ((300, 300, 310, 480), (449, 40, 3)),
    ],
)
def test_the_football_crop_ends_before_the_last_row_and_column(
    bbox: tuple[float, ...], shape: tuple[int, ...]
) -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(*bbox, claim=BALL)], scorer=scorer)
    assert scorer.crops("a photo of a round object on grass")[0].shape == shape


def test_the_football_crop_goes_from_half_a_pixel_to_the_even_one() -> None:
    image = pitch()
    image[:] = (np.arange(640) % 256).astype(np.uint8)[None, :, None]
    scorer = Eyes()
    for left in (300, 301):
        frame_box_score(image, [obj(left, 300, left + 1, 301, claim=BALL)], scorer=scorer)
    first = [crop[0, 0, 0] for crop in scorer.crops("a photo of a round object on grass")]
    assert first == [298 - 256, 300 - 256], "of 298.5 and 299.5"


def test_every_further_football_is_none_and_nobody_looks() -> None:
    scorer = Eyes()
    objects = [obj(x, 300, x + 10, 310, claim=BALL) for x in (300, 100, 200)]
    boxes = score_frame_boxes(pitch(), objects, scorer=scorer).boxes
    assert [box.seen for box in boxes] == ["football", "not a football", "not a football"]
    assert len(scorer.crops("a photo of a round object on grass")) == 1


def test_a_football_in_the_top_band_leaves_the_next_one_first() -> None:
    objects = [obj(300, 100, 310, 110, claim=BALL), obj(300, 300, 310, 310, claim=BALL)]
    boxes = score_frame_boxes(pitch(), objects, scorer=Eyes()).boxes
    assert [box.seen for box in boxes] == [None, "football"]


def test_a_football_that_is_not_seen_costs_a_point() -> None:
    result = score_frame_boxes(
        pitch(), [obj(300, 300, 310, 310, claim=BALL)], scorer=Eyes(ball=False)
    )
    assert (result.boxes[0].seen, result.score) == ("not a football", -0.5)


def test_corners_left_of_the_image_count_from_its_right_side() -> None:
    image = pitch()
    paint(image, (600, 200, 630, 260), "referee")
    (box,) = score_frame_boxes(image, [obj(-40, 200, -10, 260)], scorer=Eyes()).boxes
    assert box.seen == "referee"


def test_a_football_left_of_the_image_is_looked_for_around_where_it_is() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(-20, 200, -10, 210, claim=BALL)], scorer=scorer)
    assert scorer.crops("a photo of a round object on grass")[0].shape == (40, 5, 3)


def test_a_box_left_of_the_image_does_not_touch_the_top_band() -> None:
    (box,) = score_frame_boxes(pitch(), [obj(-40, 20, -10, 80)], scorer=Eyes()).boxes
    assert box.dropped is None


def test_a_box_above_the_image_does_not_touch_the_top_band_and_shows_the_bottom() -> None:
    image = pitch()
    paint(image, (100, 400, 130, 460), "referee")
    (box,) = score_frame_boxes(image, [obj(100, -80, 130, -20)], scorer=Eyes()).boxes
    assert box.seen == "referee"


def test_a_box_right_of_the_image_does_not_touch_the_top_band_and_shows_nothing() -> None:
    with pytest.raises(UsageError, match=r"object 0: bbox .* shows no pixel"):
        frame_box_score(pitch(), [obj(700, 20, 740, 80)], scorer=Eyes())


def test_a_box_that_reaches_beyond_the_right_side_shows_what_is_inside() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(620, 400, 700, 600)], scorer=scorer)
    assert scorer.crops("person")[0].shape == (80, 20, 3)


@pytest.mark.parametrize(
    ("bbox", "claim"),
    [
        ((-1.5, 200, 30, 260), PLAYER),
        ((640, 200, 700, 260), PLAYER),
        ((100, 480, 130, 540), PLAYER),
        ((-40, 200, -0.5, 260), PLAYER),
        ((100, 200, 100, 210), BALL),
        ((100.2, 200.2, 100.8, 200.8), BALL),
        ((-40, 200, -35, 205), BALL),
    ],
)
def test_a_box_that_shows_no_pixel_is_refused(bbox: tuple[float, ...], claim: int) -> None:
    objects = [obj(100, 300, 130, 360), obj(*bbox, claim=claim)]
    with pytest.raises(UsageError, match=r"^frame 7, object 1: bbox .* shows no pixel"):
        score_frame_boxes(pitch(), objects, scorer=Eyes(), frame=7)


def test_a_corner_less_than_a_pixel_outside_is_inside() -> None:
    scorer = Eyes()
    frame_box_score(pitch(), [obj(-0.99, 200, 30, 260)], scorer=scorer)
    assert scorer.crops("person")[0].shape == (60, 30, 3)


# --- what it is worth


@pytest.mark.parametrize(
    ("claimed", "seen", "score"),
    [
        ("football player", "football player", 1.0),
        ("referee", "goalkeeper", 0.5),
        ("football", "football player", -1.0),
        ("football", "football", 1.0),
        ("referee", "football", -1.0),
        ("football", "not a football", -1.0),
        *(
            ("goalkeeper", seen, -1.0)
            for seen in ("grass", "crowd", "black shape", "other", "background", "goal", "blank")
        ),
    ],
)
def test_a_claim_scores_by_what_is_seen(claimed: str, seen: str, score: float) -> None:
    assert agreement_score(claimed, seen) == score


PLAYERS = [(100 + 50 * i, 200, 130 + 50 * i, 260) for i in range(4)]


def test_each_box_of_a_label_weighs_half_the_one_before() -> None:
    image = scene(*((bbox, "football player") for bbox in PLAYERS[:3]))
    result = score_frame_boxes(image, [obj(*bbox) for bbox in PLAYERS[:3]], scorer=Eyes())
    assert [box.weight for box in result.boxes] == [1, 0.5, 0.25]
    assert result.score == 1.75 / 2


def test_weights_go_by_the_label_seen_and_not_by_the_claim() -> None:
    image = scene((PLAYERS[0], "football player"), (PLAYERS[1], "football player"))
    objects = [obj(*PLAYERS[0], claim=REFEREE), obj(*PLAYERS[1], claim=PLAYER)]
    result = score_frame_boxes(image, objects, scorer=Eyes())
    assert [(box.weight, box.points) for box in result.boxes] == [(1, 0.5), (0.5, 0.5)]


def test_the_order_of_the_list_matters() -> None:
    image = scene((PLAYERS[0], "football player"), (PLAYERS[1], "football player"))
    right, wrong = obj(*PLAYERS[0]), obj(*PLAYERS[1], claim=REFEREE)
    best_first = frame_box_score(image, [right, wrong], scorer=Eyes())
    assert (best_first, frame_box_score(image, [wrong, right], scorer=Eyes())) == (0.625, 0.5)


def test_points_are_divided_by_the_labels_seen_and_one_more() -> None:
    labels = ("football player", "referee", "grass", "football player")
    image = scene(*zip(PLAYERS, labels, strict=True))
    claims = (PLAYER, REFEREE, PLAYER, PLAYER)
    objects = [obj(*bbox, claim=claim) for bbox, claim in zip(PLAYERS, claims, strict=True)]
    result = score_frame_boxes(image, objects, scorer=Eyes())
    assert [box.points for box in result.boxes] == [1, 1, -1, 0.5]
    assert result.score == 1.5 / 4


def test_each_object_is_told_in_its_place_dropped_or_not() -> None:
    image = scene((PLAYERS[1], "referee"))
    objects = [obj(100, 20, 130, 80), obj(*PLAYERS[1], claim=GOALKEEPER)]
    dropped, seen = score_frame_boxes(image, objects, scorer=Eyes()).boxes
    assert (dropped.index, dropped.claimed, dropped.seen) == (0, "football player", None)
    assert (dropped.weight, dropped.points, dropped.cost) == (0, 0, 0)
    assert (seen.index, seen.claimed, seen.seen) == (1, "goalkeeper", "referee")
    assert (seen.weight, seen.points, seen.dropped) == (1, 0.5, None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["football player", "referee", "grass"]), min_size=1, max_size=5))
def test_the_cost_of_a_box_is_what_the_frame_would_gain_without_it(labels: list[str]) -> None:
    boxes = [(20 + 100 * i, 200, 110 + 100 * i, 300 + 10 * i) for i in range(len(labels))]
    image = scene(*zip(boxes, labels, strict=True))
    objects = [obj(*bbox) for bbox in boxes]
    whole = score_frame_boxes(image, objects, scorer=Eyes())
    for i, box in enumerate(whole.boxes):
        without = frame_box_score(image, objects[:i] + objects[i + 1 :], scorer=Eyes())
        assert box.cost == pytest.approx(without - whole.score, abs=1e-12)


# --- areas


def size_for(share: float) -> dict[str, Any]:
    """A box that covers this share of an image of 1000 x 1000."""
    return obj(0, 200, 1000 * share, 1200)


@pytest.mark.parametrize(
    ("shares", "factor"),
    [
        ([], 1.0),
        ([0.015], 1.0),
        ([0.016], math.exp(-80 * 0.001)),
        ([0.01, 0.02], 1.0),
        ([0.015] * 10, 1.0),
        ([0.014] * 11, math.exp(-3 * 0.004)),
        ([0.016] * 11, math.exp(-80 * 0.001)),
    ],
)
def test_large_boxes_cost_by_their_mean_and_small_ones_by_their_sum(
    shares: list[float], factor: float
) -> None:
    objects = [size_for(share) for share in shares]
    assert area_factor(objects, width=1000, height=1000) == pytest.approx(factor, abs=1e-12)


def test_the_area_of_dropped_boxes_does_not_count() -> None:
    objects = [obj(*PLAYERS[0]), obj(0, 0, 640, 480)]
    result = score_frame_boxes(pitch(), objects, scorer=Eyes())
    assert result.area_factor == 1.0


def test_an_area_outside_the_image_counts() -> None:
    result = score_frame_boxes(pitch(), [obj(600, 400, 800, 500)], scorer=Eyes())
    assert result.area_factor == pytest.approx(math.exp(-80 * (20000 / (640 * 480) - 0.015)))
    assert result.score == pytest.approx(-0.5 * result.area_factor)


# --- a clip


@pytest.mark.parametrize(
    ("scores", "selected", "expected"),
    [
        ([], 100, 0.0),
        ([0.5] * 100, 100, 0.5),
        ([0.5] * 70, 100, 0.5),
        ([0.5] * 35, 100, 0.25),
        ([-0.5, 1.0], 2, 0.25),
        ([-0.5], 1, 0.0),
        ([1.5, 1.3], 2, 1.0),
        ([1.5] * 35, 100, 0.5),
        ([0.123456], 1, 0.12),
        ([0.126], 1, 0.13),
        ([0.0, 0.5], 2, 0.25),
    ],
)
def test_a_clip_scores_its_mean_frame_times_its_coverage(
    scores: list[float], selected: int, expected: float
) -> None:
    assert clip_box_score(scores, selected=selected) == expected


@pytest.mark.parametrize(("scores", "selected"), [([0.5, math.nan], 2), ([0.5, 0.5], 1), ([], 0)])
def test_a_clip_of_impossible_numbers_is_refused(scores: list[float], selected: int) -> None:
    with pytest.raises(UsageError):
        clip_box_score(scores, selected=selected)


# --- what is given


def test_the_image_and_the_objects_of_the_caller_stay_as_they_are() -> None:
    image = scene((PLAYERS[0], "referee"))
    objects = [obj(100.123, 200, 130, 260), obj(300, 300, 310, 310, claim=BALL)]
    before = image.copy()
    frame_box_score(image, objects, scorer=Eyes())
    assert (image == before).all()
    assert objects == [obj(100.123, 200, 130, 260), obj(300, 300, 310, 310, claim=BALL)]


def test_an_image_that_cannot_be_written_and_a_view_of_another_are_fine() -> None:
    image = pitch(1280, 960)[::2, ::2]
    image.setflags(write=False)
    assert frame_box_score(image, [obj(*PLAYERS[0])], scorer=Eyes()) == -0.5


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"class_id": 2}, "bbox is missing"),
        ({"bbox": [1, 200, 30, 260]}, "class_id is missing"),
        ([1, 200, 30, 260], "is a mapping"),
        (None, "is a mapping"),
        (obj(1, 200, 30), "four numbers"),
        ({"bbox": "1234", "class_id": 2}, "four numbers"),
        ({"bbox": None, "class_id": 2}, "four numbers"),
        (obj(1, 200, math.nan, 260), "finite"),
        (obj(1, 200, math.inf, 260), "finite"),
        (obj(1, 200, 10**400, 260), "finite"),
        ({"bbox": [1, 200, "30", 260], "class_id": 2}, "finite"),
        ({"bbox": [1, 200, None, 260], "class_id": 2}, "finite"),
        ({"bbox": [1, 200, True, 260], "class_id": 2}, "finite"),
        (obj(30, 200, 1, 260), "no size negative"),
        (obj(1, 260, 30, 200, claim=BALL), "no size negative"),
        (obj(1, 200, 30, 260, claim=4), "one of 0, 1, 2, 3; got 4"),
        (obj(1, 200, 30, 260, claim=-1), "got -1"),
        ({"bbox": [1, 200, 30, 260], "class_id": "2"}, "got '2'"),
        ({"bbox": [1, 200, 30, 260], "class_id": None}, "got None"),
        ({"bbox": [1, 200, 30, 260], "class_id": 1.5}, "got 1.5"),
    ],
)
def test_a_broken_object_is_named_and_nothing_is_scored(broken: Any, message: str) -> None:
    scorer = Eyes()
    with pytest.raises(UsageError, match=f"^frame 12, object 1.*{message}"):
        score_frame_boxes(pitch(), [obj(*PLAYERS[0]), broken], scorer=scorer, frame=12)
    assert not scorer.shown


@pytest.mark.parametrize("objects", [{"1": obj(1, 200, 30, 260)}, "objects", None, 3])
def test_what_is_no_list_of_objects_is_refused(objects: Any) -> None:
    with pytest.raises(UsageError, match="objects is a list"):
        frame_box_score(pitch(), objects, scorer=Eyes())


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
)
def test_what_is_no_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(UsageError, match="an image"):
        frame_box_score(image, [], scorer=Eyes())


def test_numbers_of_numpy_are_numbers() -> None:
    objects = [{"bbox": np.array([100, 200, 130, 260], np.float32), "class_id": np.int64(2)}]
    assert frame_box_score(pitch(), objects, scorer=Eyes()) == -0.5


def test_what_the_scorer_raises_is_no_score() -> None:
    def broken(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        raise ConnectionError("no such device")

    for claim in (PLAYER, BALL):
        with pytest.raises(ConnectionError):
            frame_box_score(pitch(), [obj(*PLAYERS[0], claim=claim)], scorer=broken)


def test_an_answer_that_is_no_number_is_no_score() -> None:
    with pytest.raises(ModelError):
        frame_box_score(
            pitch(), [obj(*PLAYERS[0])], scorer=lambda images, texts: np.full((1, 2), np.nan)
        )


def test_one_frame_asks_each_question_once() -> None:
    scorer = Eyes()
    objects = [obj(*bbox) for bbox in PLAYERS] + [obj(300, 300, 310, 310, claim=BALL)]
    frame_box_score(scene((PLAYERS[0], "referee")), objects, scorer=scorer)
    assert len(scorer.shown) == 4


def flat(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
    return np.zeros((len(images), len(texts)))


def test_a_hundred_thousand_objects_are_scored() -> None:
    objects = [obj(100, 200, 130, 260)] * 100_000
    result = score_frame_boxes(pitch(), objects, scorer=flat)
    assert result.boxes[-1].weight == 0.0
    assert math.isfinite(result.score)


def test_large_boxes_are_shown_in_parts_that_memory_can_hold() -> None:
    most = []

    def held(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        most.append(sum(image.nbytes for image in images))
        return flat(images, texts)

    image = pitch(1000, 1200)
    frame_box_score(image, [obj(0, 200, 1000, 1200)] * 100, scorer=held)
    assert max(most) < 140 * 2**20
    assert sum(most) >= 2 * 100 * 3 * 10**6, "all of them, twice"


def test_the_fixed_names_are_there() -> None:
    names = ("area_factor", "clip_box_score", "final_score", "frame_box_score", "speed_score")
    assert set(names) <= set(validator.__all__)
    assert validator.__all__ == sorted(validator.__all__, key=order)
    assert all(hasattr(validator, name) for name in validator.__all__)
