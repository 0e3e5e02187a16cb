"""Fast against full verification, on painted windows and on a rendered clip."""

import json
from pathlib import Path

import pytest

from tests.verification.worlds import Oracle, Painter, man, shown
from touchline.evaluation.shortcuts import (
    ShortcutAgreement,
    _Both,
    evaluate_verification,
    shortcut_table,
)
from touchline.settings import Settings
from touchline.verification import Label, Spent, Verification


def test_both_ways_agree_on_what_is_plain() -> None:
    painter = Painter()
    both = _Both(Verification(painter), Verification(painter, full=True))
    both.process([shown(i, [man(2, 100), man(3, 300, shows=Label.GRASS)]) for i in range(8)])
    assert both.objects == both.agreeing == {"player": 8, "nothing": 8}
    assert both.spent.student < both.full.spent.student == 16


def test_what_one_way_drops_and_the_other_keeps_counts_against_it() -> None:
    both = _Both(Verification(Painter()), Verification(Oracle(Label.GRASS)))
    both.process([shown(i, [man(2, 100)]) for i in range(8)])
    assert both.objects == {"nothing": 8}
    assert sum(both.agreeing.values()) == 0


def agreement(**given: object) -> ShortcutAgreement:
    figures: dict[str, object] = {
        "video": "clips/one.mp4",
        "verifier": "student",
        "objects": {"player": 90, "nothing": 10},
        "agreeing": {"player": 90, "nothing": 5},
        "fast": Spent(objects=200, student=20, expert=4),
        "full": Spent(objects=200, student=0, expert=200),
        "seconds": {"fast": 0.5, "full": 2.0},
    }
    return ShortcutAgreement(**(figures | given))  # type: ignore[arg-type]


def test_shares_are_of_all_objects() -> None:
    assert agreement().share == pytest.approx(0.95)
    assert agreement().expert_share == pytest.approx(0.02)
    assert agreement(objects={}, agreeing={}).share == 1.0


def test_the_table_has_a_column_for_each_clip() -> None:
    shown_table = shortcut_table([agreement(), agreement()])
    assert [str(column.header) for column in shown_table.columns[1:]] == ["one.mp4", "one.mp4"]


@pytest.mark.slow
def test_a_rendered_clip_is_evaluated_by_the_command_line_way(match: Path) -> None:
    (result,) = evaluate_verification([match / "match.mp4"], settings=Settings.read())
    assert result.share > 0.9
    assert result.fast.student < result.full.student
    assert json.loads(json.dumps(result.as_dict()))["verifier"] == "student"
