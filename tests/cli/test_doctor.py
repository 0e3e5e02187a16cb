"""``touchline doctor`` as an operator meets it."""

import json
import logging
from io import StringIO

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from tests.ports import free_port
from tests.service.doctor.places import web_server
from touchline.cli.doctor import _of_today, doctor
from touchline.scorevision import CHECKS
from touchline.service.doctor import Finding, as_dict, is_well, table

FINE = Finding("models", "weights", "ok", "whole [b]")
DULL = Finding("network", "clock", "warning", "30 s behind", "set it")
BAD = Finding("chain", "wallet", "wrong", "none", "make one")


def shown(*findings):
    console = Console(width=100, file=StringIO())
    console.print(table(findings))
    return console.file.getvalue()


def test_warnings_are_well_and_wrong_is_not():
    assert is_well([FINE, DULL])
    assert not is_well([FINE, DULL, BAD])


def test_a_table_counts_and_shows_what_to_do_below_what_was_found():
    text = shown(BAD, DULL, FINE)
    assert "1 ok, 1 warning, 1 wrong" in text
    assert text.index("weights") < text.index("clock") < text.index("wallet")
    assert text.index("none") < text.index("→ make one")
    assert "whole [b]" in text


def test_json_has_every_field():
    assert as_dict([BAD])["findings"] == [
        {"group": "chain", "name": "wallet", "state": "wrong", "detail": "none", "fix": "make one"}
    ]


def test_the_lines_of_what_was_found_stand_below_it_and_in_the_json():
    finding = Finding("models", "engines", "ok", "players", lines=("one: 2 ms", "other: 3 ms"))
    text = shown(finding)
    assert text.index("players") < text.index("one: 2 ms") < text.index("other: 3 ms")
    assert as_dict([finding])["findings"][0]["lines"] == ("one: 2 ms", "other: 3 ms")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder, its settings from the environment."""
    level = logging.getLogger("touchline").level
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOUCHLINE_STATE", str(tmp_path))
    monkeypatch.setenv("WALLET_PATH", str(tmp_path))
    monkeypatch.setenv("SUBTENSOR_ADDRESS", f"ws://127.0.0.1:{free_port()}")
    monkeypatch.setenv("TOUCHLINE_DETECTION_SIZE", "640x360")
    app = typer.Typer()
    app.command()(doctor)
    yield lambda *arguments: CliRunner().invoke(app, arguments)
    logging.getLogger("touchline").setLevel(level)


def test_an_element_belongs_to_the_subnet_of_today(touchline):
    outcome = touchline("doctor", "--element", "manak0/Detect-x")
    assert (outcome.code, "--protocol turbovision" in outcome.err) == (2, True)


def test_for_the_subnet_of_today_it_looks_at_what_was_committed_too(run, monkeypatch):
    monkeypatch.setenv("MINER_HOTKEY", "5DFwFpurRFaT5VtjdsATUnRakGhvUdgCghF61457QbWdsnJp")
    context, checks = _of_today(8001, "manak0/Detect-x")
    assert (context.settings.port, context.address()[:3]) == (8001, "5DF")
    names = [check.name for check in checks]
    assert names == [*(check.name for check in CHECKS), "element", "commitment", "upload"]


@pytest.mark.slow
def test_the_command_looks_at_everything_and_fails_where_something_is_wrong(run):
    with web_server(says={"another": "program"}) as taken:
        outcome = run("--json", "--port", str(taken))
    assert outcome.exit_code == 1
    found = json.loads(outcome.stdout)
    lines = {line["name"]: line for line in found["findings"]}
    assert set(lines) == {check.name for check in CHECKS}
    assert lines["port"]["state"] == "wrong"
    assert lines["inference"]["state"] == "ok"
    assert "750 frames of 1280x720 take about" in lines["speed"]["detail"]
    assert found["well"] is False


@pytest.mark.slow
def test_with_an_allow_list_one_machine_is_well(run, tmp_path, monkeypatch):
    (tmp_path / "allowed.json").write_text('{"anyone": true}')
    monkeypatch.setenv("ALLOW_LIST", str(tmp_path / "allowed.json"))
    outcome = run("--port", str(free_port()))
    assert outcome.exit_code == 0, outcome.stdout
    assert "wrong" not in outcome.stdout
