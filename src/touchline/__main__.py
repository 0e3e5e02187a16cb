"""``python -m touchline``, and the program of that name, are the command line."""

import atexit
import os
import sys

from touchline.cli import main


def program() -> None:
    """Run the command line in a process of its own, and leave as soon as nothing is left to do.

    The interpreter takes libraries and networks apart piece by piece, for half a second in which
    somebody waits; the system frees them at once.
    """
    codes: list[int] = []
    atexit.register(_leave, codes)  # the first to be registered is the last to run
    try:
        main()
        codes.append(0)
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            codes.append(leaving.code or 0)
        raise


def _leave(codes: list[int]) -> None:
    """End here with the exit code, if there is one and all that was printed has arrived."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # the interpreter says so in its own way
        return
    if codes:
        os._exit(codes[0])


if __name__ == "__main__":
    program()
