"""Frame states become a dataset of kloppy, and come back."""

import sys
from pathlib import Path

import numpy as np
import pytest
from kloppy.domain import Ground, Orientation, PositionType

import touchline as tl
from tests.outputs.runs import save, state
from tests.outputs.sheets import sheet
from tests.outputs.test_cdf import NAMED, TURNED, frames
from touchline.evaluation.formats import read_kloppy
from touchline.frame import FrameState

BOX = (10.0, 20.0, 40.0, 90.5)


def test_a_dataset_says_who_is_where() -> None:
    dataset = tl.to_kloppy(frames())
    home, away = dataset.metadata.teams
    assert [player.player_id for player in home.players] == ["track_7"]
    assert [player.player_id for player in away.players] == ["track_3", "track_8"]
    assert (home.ground, away.ground) == (Ground.HOME, Ground.AWAY)
    assert away.players[1].starting_position == PositionType.Goalkeeper
    assert dataset.metadata.orientation == Orientation.NOT_SET
    assert dataset.metadata.frame_rate == pytest.approx(25)
    first, *_, last = dataset.records
    assert (first.frame_id, last.timestamp.total_seconds()) == (0, 0.12)
    place = first.players_coordinates[home.players[0]]
    assert (place.x, place.y) == (10.0, -5.0)
    ball = first.ball_coordinates
    assert (ball.x, ball.y, ball.z) == (9.5, -5.0, None)
    assert [*first.other_data["officials"]] == ["track_9"]
    assert (len(dataset.to_df(engine="pandas")), len(dataset)) == (4, 4)


@pytest.mark.parametrize("through", ["metrica", "tracab", "secondspectrum"])
def test_it_comes_back_through_the_coordinates_of_others(through: str) -> None:
    dataset = tl.to_kloppy(moving())
    there = dataset.transform(to_coordinate_system=through, to_pitch_dimensions=None)
    one, other = read_kloppy(dataset), read_kloppy(there)
    assert one.objects.tracker_id.tolist() == other.objects.tracker_id.tolist()
    assert np.allclose(one.objects.metres, other.objects.metres)


def moving() -> list[FrameState]:
    return [
        state(
            index,
            [
                {"box": BOX, "id": 4, "team": 0, "position": (index - 3.0, 2.5)},
                {"box": BOX, "id": 5, "team": 1, "position": (7.125, -index)},
                {"box": BOX, "class_id": 0, "position": (index / 8, 0.0)},
            ],
        )
        for index in range(6)
    ]


def test_a_round_trip_loses_nothing_that_kloppy_has_room_for() -> None:
    read = read_kloppy(tl.to_kloppy(moving()))
    assert len(read) == 6
    assert read.objects.tracker_id.tolist() == [4, 5, -1] * 6
    assert read.objects.team.tolist() == ["home", "away", ""] * 6
    assert read.objects.class_id.tolist() == [2, 2, 0] * 6
    given = np.concatenate([each.objects.data["position"] for each in moving()])
    assert np.array_equal(read.objects.metres, given.astype(float))


def test_a_track_plays_for_the_team_of_most_of_its_frames() -> None:
    teams = [1, 0, 1, -1]
    rows = [[{"box": BOX, "id": 4, "team": team, "position": (0.0, 0.0)}] for team in teams]
    dataset = tl.to_kloppy([state(index, each) for index, each in enumerate(rows)])
    assert [len(team.players) for team in dataset.metadata.teams] == [0, 1]
    assert all(len(frame.players_data) == 1 for frame in dataset.records)


def test_a_match_file_tells_names_periods_and_directions(tmp_path: Path) -> None:
    run = save(tmp_path / "run", frames())
    dataset = tl.to_kloppy(run, match=sheet(tmp_path, NAMED))
    home, away = dataset.metadata.teams
    assert (home.name, away.team_id, home.players[0].last_name) == ("Reds", "blues", "Hall")
    assert dataset.metadata.orientation == Orientation.HOME_AWAY
    assert (dataset.metadata.game_id, dataset.metadata.date.year) == ("cup-final-2026", 2026)
    turned = tl.to_kloppy(str(run), match=sheet(tmp_path, TURNED))
    assert turned.metadata.orientation == Orientation.AWAY_HOME


@pytest.mark.parametrize(
    ("directions", "orientation"),
    [
        (("left_right", "right_left"), Orientation.HOME_AWAY),
        (("right_left", "left_right"), Orientation.AWAY_HOME),
        (("left_right", "left_right"), Orientation.STATIC_HOME_AWAY),
        (("right_left", "right_left"), Orientation.STATIC_AWAY_HOME),
    ],
)
def test_sides_change_or_do_not(
    tmp_path: Path, directions: tuple[str, str], orientation: Orientation
) -> None:
    half = f'play_direction = "{directions[0]}"\n[[periods]]\nperiod = "second_half"\nstart = 0.08'
    more = f'{half}\nplay_direction = "{directions[1]}"'
    path = sheet(tmp_path, ('play_direction = "left_right"', more))
    dataset = tl.to_kloppy(moving(), match=path)
    assert dataset.metadata.orientation == orientation
    assert [period.id for period in dataset.metadata.periods] == [1, 2]
    assert dataset.records[2].timestamp.total_seconds() == 0
    assert dataset.records[2].period.id == 2


def test_without_kloppy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kloppy", None)
    with pytest.raises(tl.UsageError, match=r'pip install "touchline\[kloppy\]"'):
        tl.to_kloppy([])
    with pytest.raises(tl.UsageError, match=r'pip install "touchline\[kloppy\]"'):
        read_kloppy(None)
