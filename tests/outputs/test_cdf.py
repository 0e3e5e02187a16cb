"""Common Data Format, as the public validator reads it."""

import json
import tomllib
import warnings
from collections.abc import Sequence
from pathlib import Path

import cdf
import pytest

import touchline as tl
from tests.outputs.runs import save, state
from tests.outputs.sheets import TEXT, sheet
from touchline.evaluation.formats import read_cdf
from touchline.frame import FrameState
from touchline.outputs import FORMATS, export_run

BOX = (10.0, 20.0, 40.0, 90.5)
VALIDATORS = {
    "tracking.jsonl": cdf.TrackingSchemaValidator,
    "match.json": cdf.MatchSchemaValidator,
    "meta.json": cdf.MetaSchemaValidator,
    "video.json": cdf.VideoSchemaValidator,
}
PLAYERS = (
    'players = [{ id = "ada", first_name = "Ada", last_name = "Hall", jersey_number = 9, '
    "is_starter = true, has_played = true, tracks = [7, 12] }]"
)
NAMED = ("team = 0", f"team = 0\n{PLAYERS}")
TURNED = ('play_direction = "left_right"', 'play_direction = "right_left"')


def frames() -> list[FrameState]:
    people = [
        {"box": BOX, "id": 7, "team": 0, "position": (10.0, -5.0)},
        {"box": BOX, "id": 8, "team": 1, "class_id": 1, "position": (50.0, 0.25)},
        {"box": BOX, "id": 9, "class_id": 3, "position": (0.0, 4.0)},
        {"box": BOX, "id": 1, "class_id": 0, "position": (9.5, -5.0)},
        {"box": BOX, "id": 2, "team": 1},
        {"box": BOX, "id": 3, "team": 1, "position": (80.0, 0.0)},
        {"box": BOX, "id": 4, "team": 1, "position": (1.0, 1.0), "off_pitch": True},
        {"box": BOX, "id": 5, "position": (1.0, 1.0)},
    ]
    return [state(index, people) for index in range(4)]


def exported(folder: Path, *changes: tuple[str, str], states: Sequence[FrameState]) -> Path:
    run = save(folder / "run", states)
    export_run(run, ["cdf"], match=sheet(folder, *changes))
    return run


def complaints(folder: Path, name: str) -> list[str]:
    """What the public validator says of a file, every line and every unknown key."""
    assert (folder / name).is_file()  # of a file that is not there it checks a sample of its own
    validator = VALIDATORS[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validator.validate_schema(str(folder / name), mode="soft", limit=None)
    return [*validator.errors, *validator.advisories]


@pytest.mark.parametrize("changes", [(), (NAMED,), (TURNED,)])
def test_the_public_validator_finds_nothing(tmp_path: Path, changes) -> None:
    run = exported(tmp_path, *changes, states=frames())
    for name, validator in VALIDATORS.items():
        assert complaints(run, name) == []
        validator().validate_schema(str(run / name), mode="extreme", limit=None)


def test_a_ball_that_was_not_seen_is_null_as_the_schema_wants_it(tmp_path: Path) -> None:
    run = exported(tmp_path, states=[frames()[0], state(1, [])])
    line = json.loads((run / "tracking.jsonl").read_text().splitlines()[1])
    assert line["ball"] == {"x": None, "y": None, "z": None}
    assert not [*cdf.TrackingSchemaValidator().validator.iter_errors(line)]
    # Beyond its own schema the validator 0.1.1 asks for numbers there.
    assert all("ball.x" in each or "ball.y" in each for each in complaints(run, "tracking.jsonl"))


def test_people_are_where_they_are_and_anonymous(tmp_path: Path) -> None:
    run = exported(tmp_path, states=frames())
    line = json.loads((run / "tracking.jsonl").read_text().splitlines()[2])
    assert (line["frame_id"], line["timestamp"]) == (2, "2026-01-31T14:12:30.080Z")
    assert line["teams"]["home"]["players"] == [{"id": "track_7", "x": 10.0, "y": -5.0}]
    assert line["teams"]["away"]["players"] == [{"id": "track_8", "x": 50.0, "y": 0.25}]
    assert line["officials"] == [{"id": "track_9", "x": 0.0, "y": 4.0}]
    assert line["ball"] == {"x": 9.5, "y": -5.0, "z": None}
    meta = json.loads((run / "meta.json").read_text())
    (period,) = meta["match"]["periods"]
    assert (period["frame_id_start"], period["frame_id_end"]) == (0, 3)
    assert (period["left_team_id"], period["right_team_id"]) == ("reds", "blues")
    assert (meta["venue"]["pitch_length"], meta["meta"]["tracking"]["fps"]) == (105.0, 25)
    video = json.loads((run / "video.json").read_text())
    assert video["recording"]["resolution"] == "1280x720"


def test_frames_of_a_part_of_a_video_are_counted_from_0(tmp_path: Path) -> None:
    run = exported(tmp_path, states=[state(index, []) for index in range(60, 62)])
    lines = [json.loads(line) for line in (run / "tracking.jsonl").read_text().splitlines()]
    assert [each["frame_id"] for each in lines] == [0, 1]
    assert lines[0]["timestamp"] == "2026-01-31T14:12:32.400Z"


def test_the_home_team_always_plays_to_the_right(tmp_path: Path) -> None:
    run = exported(tmp_path, TURNED, states=frames())
    line = json.loads((run / "tracking.jsonl").read_text().splitlines()[0])
    assert line["teams"]["home"]["players"] == [{"id": "track_7", "x": -10.0, "y": 5.0}]
    (period,) = json.loads((run / "meta.json").read_text())["match"]["periods"]
    assert (period["play_direction"], period["left_team_id"]) == ("right_left", "blues")


def test_players_of_the_sheet_have_their_names(tmp_path: Path) -> None:
    run = exported(tmp_path, NAMED, states=frames())
    line = json.loads((run / "tracking.jsonl").read_text().splitlines()[0])
    assert line["teams"]["home"]["players"][0]["id"] == "ada"
    match = json.loads((run / "match.json").read_text())
    (player,) = match["teams"]["home"]["players"]
    assert (player["last_name"], player["team_id"], "tracks" in player) == ("Hall", "reds", False)
    assert match["match"]["result"]["final"]["winning_team_id"] == "reds"


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    read = read_cdf(exported(tmp_path, states=frames()) / "tracking.jsonl")
    assert (len(read), set(read.match)) == (4, {"cup-final-2026"})
    first = read.objects.where(read.objects.frame == 0)
    assert first.tracker_id.tolist() == [7, 8, 9, -1]
    assert first.class_id.tolist() == [2, 2, 3, 0]
    assert first.team.tolist() == ["home", "away", "", ""]
    assert first.metres.tolist() == [[10, -5], [50, 0.25], [0, 4], [9.5, -5]]


def test_a_sheet_may_be_json_and_periods_follow_one_another(tmp_path: Path) -> None:
    content = tomllib.loads(TEXT)
    halves = [
        {"period": "second_half", "start": 0.1, "play_direction": "right_left"},
        {"period": "first_half", "play_direction": "left_right"},
    ]
    path = tmp_path / "match.json"
    path.write_text(json.dumps({**content, "periods": halves}, default=lambda t: t.isoformat()))
    out = tmp_path / "out"
    export_run(save(tmp_path / "run", frames()), ["cdf"], match=path, output=out)
    lines = [json.loads(line) for line in (out / "tracking.jsonl").read_text().splitlines()]
    assert [each["period"] for each in lines] == ["first_half"] * 3 + ["second_half"]
    assert not any(complaints(out, name) for name in VALIDATORS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('id = "cup"', ""), r"lacks competition\.id: a match sheet"),
        (("team = 0", "team = 2"), r"home\.team is 0 or 1"),
        (('"first_half"', '"third_half"'), "period is one of first_half"),
        (("start = 0.0", 'start = "now"'), "start is in seconds"),
        (("2026-01-31T14:12:30Z", '"noon"'), r"video\.start_time is a time such as"),
        (("2026-01-31T14:12:30Z", "2026-01-31T14:12:30"), r"video\.start_time is a time such as"),
        (("team = 0", 'team = 0\nplayers = [{ id = "ada" }]'), r"home\.players, number 0, lacks"),
        (("[match]", "[match"), "is no match sheet in TOML or JSON"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_named_and_nothing_written(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(tl.InputError, match=words):
        exported(tmp_path, change, states=frames())
    assert not {*FORMATS["cdf"].files} & {path.name for path in (tmp_path / "run").iterdir()}


def test_without_a_sheet_it_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(tl.UsageError, match="--match FILE"):
        export_run(save(tmp_path / "run", frames()), ["cdf"])
    with pytest.raises(tl.InputError, match="cannot be read"):
        export_run(tmp_path / "run", ["cdf"], match=tmp_path / "none.toml")
