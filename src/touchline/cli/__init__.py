"""The command line. Exit codes: 0 done, 1 the input or the outside world failed, 2 wrong usage."""

from touchline.cli.commands import app, main

__all__ = ["app", "main"]
