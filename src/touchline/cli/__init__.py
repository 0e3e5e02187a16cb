"""The command line.

Exit codes: 0 done, 1 the input or the outside world failed, 2 wrong usage, 128 + number ended by a
signal (130 by Ctrl-C).
"""

from touchline.cli.commands import app, main

__all__ = ["app", "main"]
