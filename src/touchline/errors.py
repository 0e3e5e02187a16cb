"""Everything Touchline raises on purpose.

::

    TouchlineError
    ├── InputError      what was given cannot be read: a path, a video, a label file
    ├── ModelError      weights or an inference engine: missing, corrupt, of another shape
    ├── OutputError     a result cannot be written: no folder, no right, no space
    └── UsageError      an argument out of its range (also a ValueError)

Each message is one sentence that says what is wrong, where, and what is allowed. The command line
turns the first three into exit code 1 and a ``UsageError`` into exit code 2.
"""


class TouchlineError(Exception):
    """Root of the tree: catch this to catch them all."""


class InputError(TouchlineError):
    """What was given cannot be read."""


class ModelError(TouchlineError):
    """Weights or an inference engine cannot be used."""


class OutputError(TouchlineError):
    """A result cannot be written."""


class UsageError(TouchlineError, ValueError):
    """An argument has a value that is not allowed."""
