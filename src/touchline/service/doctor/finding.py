"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong"]
Group = Literal["models", "performance", "download", "network", "chain", "subnet"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look comes to.

    Attributes:
        state: Whether the miner works with it, works less well, or does not work.
        detail: What was found.
        fix: What to do about it, in one sentence; empty where nothing is to be done.
        lines: What was found, one by one; most have none.
    """

    state: State
    detail: str
    fix: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination: a verdict, and on what."""

    group: Group
    name: str
    state: State
    detail: str
    fix: str = ""
    lines: tuple[str, ...] = ()


def ok(detail: str) -> Verdict:
    """All is well."""
    return Verdict("ok", detail)


def warning(detail: str, fix: str) -> Verdict:
    """The miner works, but not as well as it could; or nobody knows."""
    return Verdict("warning", detail, fix)


def wrong(detail: str, fix: str) -> Verdict:
    """The miner does not work like this."""
    return Verdict("wrong", detail, fix)
