"""What the subnet publishes, as a user reads it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.turbovision.live.test_manifest import GIVEN, PLAYERS
from tests.turbovision.live.test_standings import published

HOTKEY = "5A"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "manifest" / "7-a.yaml"
    path.parent.mkdir()
    element = {**PLAYERS, "id": "manak0/Detect-x", "weight": 0.04, "baseline_theta": 0.24}
    path.write_text(json.dumps({**GIVEN, "elements": [element]}))
    return path


def test_a_manifest_is_told_with_what_is_for_us(touchline: Command, place: Path) -> None:
    outcome = touchline("subnet", "manifest", place, "--block", 901, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["expired"], told["hash_matches_name"]) == (0, True, None)
    assert told["elements"][0]["for_us"]
    text = touchline("subnet", "manifest", place, "--public-key", "ab" * 32).out
    assert "touchline pack" in text
    assert "The signature does not hold." in text


def test_what_is_new_is_told_against_an_earlier_manifest(
    touchline: Command, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "old.yaml").write_text(json.dumps(GIVEN))
    asked = ("subnet", "manifest", place, "--against")
    assert "manak0/Detect-x: new" in touchline(*asked, tmp_path / "old.yaml").out
    assert touchline(*asked, place).out.strip() == "Nothing differs."


def test_standings_say_where_a_miner_is_and_who_is_paid(
    touchline: Command, place: Path, tmp_path: Path
) -> None:
    rows = [(HOTKEY, 1, 100 + n, 0.3) for n in range(31)] + [("5B", 2, 140, 0.9)]
    index = published(tmp_path, rows)
    asked = ("subnet", "standings", "--element", "manak0/Detect-x", "--manifest", place)
    asked = (*asked, "--index", index, "--hotkey", HOTKEY)
    told = json.loads(touchline(*asked, "--json").out)
    assert (told["rank"], told["weight"], told["miners"][1]["share"]) == (2, 0.04, 1.0)
    text = touchline(*asked).out
    assert f"{HOTKEY} is 2 of 2 over the last 3 days." in text
    assert "1 of 30 samples" in text


def test_an_element_that_nobody_asks_is_wrong_use(touchline: Command, place: Path) -> None:
    outcome = touchline("subnet", "standings", "--element", "x", "--manifest", place)
    assert (outcome.code, "it has manak0/Detect-x" in outcome.err) == (2, True)


def test_a_manifest_that_is_not_there_is_told_in_one_line(
    touchline: Command, tmp_path: Path
) -> None:
    outcome = touchline("subnet", "manifest", tmp_path / "m.yaml")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
