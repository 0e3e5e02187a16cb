"""Findings for a person, and for a script."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import get_args

from rich.table import Table
from rich.text import Text

from touchline.scorevision.doctor.finding import Finding, Group, State

STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "wrong": "bold red"}


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; warnings may be there."""
    return all(finding.state != "wrong" for finding in findings)


def as_dict(findings: Sequence[Finding]) -> dict[str, object]:
    """The findings as JSON takes them."""
    return {"well": is_well(findings), "findings": [asdict(finding) for finding in findings]}


def table(findings: Sequence[Finding]) -> Table:
    """The findings by group; what to do stands below what was found."""
    shown = Table("", "what", "found", title=_title(findings), title_justify="left")
    order = get_args(Group)
    by_group = sorted(findings, key=lambda finding: order.index(finding.group))
    for group, members in groupby(by_group, key=lambda finding: finding.group):
        shown.add_section()
        shown.add_row("", Text(group, "bold"), "")
        for finding in members:
            shown.add_row(
                Text(finding.state, STYLES[finding.state]), Text(finding.name), _found(finding)
            )
    return shown


def _found(finding: Finding) -> Text:
    # Text, not markup: what was found may hold brackets.
    if not finding.fix:
        return Text(finding.detail)
    return Text.assemble(finding.detail, "\n", (f"→ {finding.fix}", "bold"))


def _title(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.state for finding in findings)
    return ", ".join(f"{counts[state]} {state}" for state in STYLES if counts[state])
