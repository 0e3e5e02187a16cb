"""Where commands print; made at first use, as rich takes longer to import than all the rest."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@cache
def out() -> "Console":
    """For results."""
    from rich.console import Console

    return Console()


@cache
def err() -> "Console":
    """For progress and whatever else is no result."""
    from rich.console import Console

    return Console(stderr=True)
