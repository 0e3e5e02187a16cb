"""Findings for a person, and for a script."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import get_args

from rich.table import Table
from rich.text import Text

from touchline.service.doctor.finding import Finding, Group, State

STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "wrong": "bold red"}


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; warnings may be there."""
    return all(finding.state != "wrong" for finding in findings)


def as_dict(findings: Sequence[Finding]) -> dict[str, object]:
    """The findings as JSON takes them."""
    shown = [asdict(finding) for finding in findings]
    for each in shown:
        if not each["lines"]:
            del each["lines"]
    return {"well": is_well(findings), "findings": shown}


def table(findings: Sequence[Finding]) -> Table:
    """The findings by group; what to do stands below what was found."""
    counts = Counter(finding.state for finding in findings)
    title = ", ".join(f"{counts[state]} {state}" for state in STYLES if counts[state])
    shown = Table("", "what", "found", title=title, title_justify="left")
    order = get_args(Group)
    by_group = sorted(findings, key=lambda finding: order.index(finding.group))
    for group, members in groupby(by_group, key=lambda finding: finding.group):
        shown.add_section()
        shown.add_row("", Text(group, "bold"), "")
        for finding in members:
            # Text, not markup: what was found may hold brackets.
            found = Text("\n".join([finding.detail, *finding.lines]))
            if finding.fix:
                found = Text.assemble(found, "\n", (f"→ {finding.fix}", "bold"))
            state = Text(finding.state, STYLES[finding.state])
            shown.add_row(state, Text(finding.name), found)
    return shown
