"""The command line.

Exit codes: 0 done, 1 the input or the outside world failed, 2 wrong usage, 128 + number ended by a
signal (130 by Ctrl-C).
"""

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchline.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from touchline import __version__

        print(__version__)
        sys.exit(0)
    if "_TOUCHLINE_COMPLETE" in os.environ:
        # For each press of Tab typer would import rich, to take markup off texts that have none.
        sys.modules["rich"] = None  # type: ignore[assignment]
    from touchline.cli.commands import main

    main()


def __getattr__(name: str) -> Any:
    if name == "app":  # takes a while to import
        from touchline.cli.commands import app

        return app
    raise AttributeError(f"module 'touchline.cli' has no attribute {name!r}")
