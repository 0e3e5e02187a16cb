"""Scores as a person reads them."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from touchline.turbovision.score import ElementScore, pillar_rows


def score_report(score: ElementScore) -> Group:
    """What is paid and by which pillars, what an empty answer gets, and the remarks."""
    return Group(_pillars(score), _gates(score), *map(Text, score.remarks))


def _pillars(score: ElementScore) -> Table:
    table = Table(
        *("pillar", "weight", "score", "adds", "an empty answer adds"),
        title=Text(f"{score.answer} for {score.element.id}"),
    )
    for name, row in pillar_rows(score).items():
        table.add_row(name, *(f"{value:.3f}" for value in row))
    return table


def _gates(score: ElementScore) -> Table:
    paid, element = score.payment, score.element
    table = Table("a validator pays", f"{paid.score:.3f}")
    if paid.weighted is not None:
        table.add_row("sum of the pillars", f"{paid.weighted:.3f}")
        table.add_row("less theta", f"{element.theta:.3f}")
        table.add_row("at least (delta_floor)", f"{element.delta_floor:.3f}")
        table.add_row("times beta", f"{element.beta:g}")
    if paid.rtf is not None:
        table.add_row("share of the time that there is", f"{paid.rtf:.3f}")
    if paid.shut is not None:
        table.add_row("a gate is shut", paid.shut)
    table.add_row("an empty answer is paid", f"{score.empty.score:.3f}")
    table.add_row("for what was answered", f"{score.above_empty:+.3f}")
    return table
