"""What the tests of deployment look at: files at the root, and the settings they tell of."""

from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from touchline.cli.serve import GRACE
from touchline.scorevision.settings import MinerSettings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"

STOPS_WITHIN: float = MinerSettings.model_fields["give_up_after"].default + GRACE
"""Seconds in which a service that is told to end has ended, with the default settings."""


def fields() -> dict[str, FieldInfo]:
    """Every setting of a miner by its key."""
    return {str(field.validation_alias): field for field in MinerSettings.model_fields.values()}


def settings_without_surroundings(
    monkeypatch: pytest.MonkeyPatch, env_file: Path
) -> dict[str, object]:
    """The settings that an ``.env`` file alone gives."""
    for key in (*fields(), *MinerSettings.model_fields):
        for spelling in (key, key.upper(), key.lower()):
            monkeypatch.delenv(spelling, raising=False)
    return dict(MinerSettings(_env_file=env_file))


def defaults() -> dict[str, object]:
    """The settings where nobody sets any."""
    return dict(MinerSettings.model_construct())
