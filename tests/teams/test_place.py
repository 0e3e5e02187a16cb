import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchline.pitch import PitchDimensions
from touchline.teams.model import load_team_model
from touchline.teams.place import RULES, place_rules

PITCH = PitchDimensions()
NOBODY, KEEPER, PLAYER, REFEREE = range(4)


def boxes(n: int) -> np.ndarray:
    left = 40.0 * np.arange(n)
    return np.stack([left, np.full(n, 100.0), left + 20, np.full(n, 150.0)], axis=1)


def rule(table: np.ndarray, name: str) -> list[float]:
    return table[:, RULES.index(name)].tolist()


def test_the_one_nearest_to_the_goal_is_told_from_the_second_and_the_rest() -> None:
    position = np.array([[51.0, 0.0], [44.0, 3.0], [30.0, -9.0], [-20.0, 0.0]])
    table = place_rules(boxes(4), position, PITCH)
    assert rule(table, "nearest to the goal") == [1, 0, 0, 1]
    assert rule(table, "second nearest") == [0, 1, 0, 0]
    assert rule(table, "in the penalty area") == [1, 1, 0, 0]


def test_an_assistant_is_level_with_the_second_last_on_the_touchline() -> None:
    position = np.array([[52.0, 0.0], [40.0, 5.0], [35.0, -9.0], [40.5, -34.5]])
    table = place_rules(boxes(4), position, PITCH)
    name = "level with the second last, on the touchline"
    assert rule(table, name) == [0, 0, 0, 1]
    odds = load_team_model().of_place(table)
    assert odds[3, REFEREE] > odds[3, PLAYER]


def test_the_place_before_the_goal_speaks_for_a_keeper() -> None:
    position = np.array([[51.5, 0.3], [36.0, 5.0], [30.0, -9.0], [25.0, 12.0]])
    odds = load_team_model().of_place(place_rules(boxes(4), position, PITCH))
    assert odds[0].argmax() == KEEPER
    assert (odds[1:, KEEPER] < odds[1:, PLAYER]).all()


def test_without_a_homography_only_the_picture_speaks() -> None:
    table = place_rules(boxes(3), np.full((3, 2), np.nan), PITCH)
    silent = [name for name in RULES if name not in ("height off its row's", "covered")]
    assert not np.array([rule(table, name) for name in silent]).any()


def test_another_size_of_the_pitch_moves_its_lines() -> None:
    position = np.array([[45.0, 0.0], [46.0, 31.9], [20.0, 3.0]])
    small = place_rules(boxes(3), position, PitchDimensions(90, 60))
    assert rule(small, "behind the goal line") == [0, 1, 0]
    assert rule(small, "beyond the touchline") == [0, 1, 0]
    assert not any(rule(place_rules(boxes(3), position, PITCH), "behind the goal line"))


def test_who_is_half_as_high_as_his_row_asks_stands_out() -> None:
    xyxy = boxes(6)
    xyxy[2, 1] = 125.0
    off = rule(place_rules(xyxy, np.full((6, 2), np.nan), PITCH), "height off its row's")
    assert np.argmax(off) == 2


@given(
    st.lists(
        st.tuples(st.floats(-80, 80), st.floats(-60, 60), st.booleans()), min_size=0, max_size=8
    )
)
def test_every_rule_is_a_finite_number_whoever_stands_where(
    people: list[tuple[float, float, bool]],
) -> None:
    position = np.array([(x, y) if known else (np.nan, np.nan) for x, y, known in people])
    table = place_rules(boxes(len(people)), position.reshape(-1, 2), PITCH)
    assert table.shape == (len(people), len(RULES))
    assert np.isfinite(table).all()
