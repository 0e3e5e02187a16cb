import re
from pathlib import Path

import pytest

from tests.deploy.project import ROOT, defaults, fields, settings_without_surroundings

EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^#([A-Z_]+)=(.*)$")


def lines() -> list[str]:
    return EXAMPLE.read_text().splitlines()


def test_every_setting_is_in_the_example_once_and_no_other() -> None:
    keys = [match[1] for line in lines() if (match := LINE.match(line))]
    assert sorted(keys) == sorted(fields())


def test_every_setting_is_explained_in_the_line_above() -> None:
    for before, line in zip(lines(), lines()[1:], strict=False):
        if LINE.match(line):
            assert re.match(r"# [A-Z].*\.$|# [A-Z].*\)\.$", before), line


def test_the_example_as_it_is_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_without_surroundings(monkeypatch, EXAMPLE) == defaults()


def test_the_values_in_the_example_are_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    filled = tmp_path / ".env"
    filled.write_text("\n".join(LINE.sub(r"\1=\2", line) for line in lines()))
    assert settings_without_surroundings(monkeypatch, filled) == defaults()


def test_a_value_that_is_uncommented_and_changed_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = tmp_path / ".env"
    changed.write_text(EXAMPLE.read_text().replace("#NETUID=44", "NETUID=261"))
    assert settings_without_surroundings(monkeypatch, changed) == defaults() | {"netuid": 261}
