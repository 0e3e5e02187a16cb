"""A password is asked for at the terminal: a command line shows in the list of processes."""

import getpass
import sys
from collections.abc import Callable

from touchline.errors import UsageError


def asking() -> Callable[[str], str] | None:
    """What asks for a password; None where nobody sits at a terminal."""
    return _ask if sys.stdin is not None and sys.stdin.isatty() else None


def _ask(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise UsageError("no password was given") from None
