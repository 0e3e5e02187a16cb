"""The front page's table of settings is what ``Settings`` and ``touchline run`` know."""

import typer

from tests.docs.pages import ROOT, code, table
from touchline.cli import app
from touchline.settings import Settings

ROWS = table(ROOT / "README.md", "Settings")
ALONE = {"--deadline", "--format", "--from", "--json", "--no-overlay", "--output", "--overlay"}
ALONE |= {"--profile", "--report", "--resume", "--to", "-o"}
"""Options of ``run`` that no setting stands behind."""


def test_every_setting_of_the_pipeline_has_its_row() -> None:
    keys = [code(row[1])[0] for row in ROWS]
    assert sorted(keys) == sorted(str(f.validation_alias) for f in Settings.model_fields.values())


def test_every_option_of_run_is_in_the_table_or_named_below_it() -> None:
    run = typer.main.get_command(app).commands["run"]
    options = {name for each in run.params for name in (*each.opts, *each.secondary_opts)}
    listed = {name for row in ROWS for name in code(row[0])}
    assert {each for each in options if each.startswith("-")} == listed | ALONE
    below = (ROOT / "README.md").read_text().split("## Settings")[1]
    assert all(f"`{name}`" in below for name in ALONE - {"-o"})


def test_an_option_stands_beside_its_setting() -> None:
    fields = {str(f.validation_alias): name for name, f in Settings.model_fields.items()}
    other = {"size": "detection_size", "fps": "image_fps"}
    for option, key, _ in ROWS:
        for name in code(option):
            plain = name.removeprefix("--").replace("-", "_")
            assert fields[code(key)[0]] == other.get(plain, plain)


def test_a_default_is_the_first_thing_that_its_row_says() -> None:
    defaults = {str(f.validation_alias): f.default for f in Settings.model_fields.values()}
    for _, key, said in ROWS:
        default = defaults[code(key)[0]]
        if default not in (None, ()):
            assert said.startswith(f"`{default}`"), key
