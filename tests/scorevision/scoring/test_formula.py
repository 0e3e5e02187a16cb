"""Quality, speed and the final score of a clip.

Quirks of the validator, each with a test that fails without it: speed is 0 from 15 s on, 15 s too,
even if all took as long; 1 where all times are equal; 0 at a box score of 0.2 or less; only miners
above 0.2 set the pace; the decay is counted from the fastest to 15 s, not from 0.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import UsageError
from touchline.scorevision.scoring import fastest_time, final_score, quality_score, speed_score

shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("time", "fastest", "expected"),
    [
        (5.0, 5.0, 1.0),
        (10.0, 5.0, math.exp(-2.5)),
        (14.999, 0.0, math.exp(-5 * 14.999 / 15)),
        (2.0, 1.0, math.exp(-5 / 14)),
        (15.0, 1.0, 0.0),
        (15.0, 15.0, 0.0),
        (20.0, 20.0, 0.0),
        (200.0, 1.0, 0.0),
        (3.0, 5.0, 1.0),
        (10.0, 15.0, 1.0),
        (0.0, 0.0, 1.0),
    ],
)
def test_speed_falls_from_1_at_the_fastest_to_nothing_at_15_seconds(
    time: float, fastest: float, expected: float
) -> None:
    assert speed_score(time, fastest=fastest) == pytest.approx(expected, abs=1e-15)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_speed_stays_within_0_and_1(time: float, fastest: float) -> None:
    assert 0 <= speed_score(time, fastest=fastest) <= 1


@given(st.floats(0, 30), st.floats(0, 30), st.floats(0, 30))
def test_who_is_later_never_gets_more(fastest: float, one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert speed_score(early, fastest=fastest) >= speed_score(late, fastest=fastest)


def test_only_box_scores_above_a_fifth_set_the_pace() -> None:
    assert fastest_time([1.0, 3.0, 2.0], [0.2, 0.21, 0.9]) == 2.0
    assert fastest_time([1.0, 3.0], [0.2, 0.0]) is None
    assert fastest_time([], []) is None


def test_quality_is_half_boxes_and_half_keypoints() -> None:
    assert quality_score(0.8, 0.4) == pytest.approx(0.6)


def test_the_final_score_is_65_percent_quality_and_35_percent_speed() -> None:
    assert final_score(0.8, 0.4, 0.0) == pytest.approx(0.39)
    assert final_score(0.8, 0.4, 0.5) == pytest.approx(0.39 + 0.175)
    assert final_score(1.0, 1.0, 1.0) == pytest.approx(1.0)


def test_speed_counts_for_nothing_at_a_box_score_up_to_a_fifth() -> None:
    assert final_score(0.2, 0.4, 1.0) == pytest.approx(0.65 * 0.3)
    assert final_score(0.21, 0.4, 1.0) == pytest.approx(0.65 * 0.305 + 0.35)


@given(shares, shares, shares)
def test_the_final_score_stays_within_0_and_1(box: float, keypoints: float, speed: float) -> None:
    assert 0 <= final_score(box, keypoints, speed) <= 1 + 1e-12


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_share_is_refused(bad: float) -> None:
    for arguments, name in (
        ((bad, 0.5, 0.5), "box"),
        ((0.5, bad, 0.5), "keypoints"),
        ((0.5, 0.5, bad), "speed"),
    ):
        with pytest.raises(UsageError, match=f"^{name} lies within 0 and 1"):
            final_score(*arguments)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_what_is_no_duration_is_refused(bad: float) -> None:
    with pytest.raises(UsageError, match=r"^time is in seconds"):
        speed_score(bad, fastest=1.0)
    with pytest.raises(UsageError, match=r"^fastest is in seconds"):
        speed_score(1.0, fastest=bad)
    with pytest.raises(UsageError, match=r"^times is in seconds"):
        fastest_time([bad], [0.5])


def test_each_time_has_its_box_score() -> None:
    with pytest.raises(UsageError, match="2 times"):
        fastest_time([1.0, 2.0], [0.5])
