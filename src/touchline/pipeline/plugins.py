"""What is named by ``module:name``: a user's own code, or that of a room which must not be known.

The form is that of entry points and of ASGI servers.
"""

import re
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from touchline.errors import UsageError


def load_object(name: str) -> Any:
    """Import what ``module:name`` names; dots in ``name`` lead into classes.

    Raises:
        UsageError: It is not of that form, or there is nothing of that name; what an import raises
            besides passes through.
    """
    module, colon, path = name.partition(":")
    if not (module and colon and path):
        raise UsageError(f"{name!r} names nothing: write module:name, as in mypackage.mine:Finder")
    try:
        return reduce(getattr, path.split("."), import_module(module))
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise UsageError(f"{name!r} names nothing: there is no module {error.name!r}") from error
    except AttributeError as error:
        raise UsageError(f"{name!r} names nothing: {error}") from error


def is_object_name(name: str) -> bool:
    """Whether it has the form ``module:name``, and is no path (of a drive, perhaps)."""
    return bool(re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", name)) and not Path(name).exists()


def make(name: str, *, has: str) -> Any:
    """Call the factory that ``module:factory`` names, and see that it makes the right thing.

    Args:
        name: As for ``load_object``.
        has: The method that what it makes must have.

    Raises:
        UsageError: There is no such factory, or it makes something else.
    """
    made = load_object(name)()
    if not callable(getattr(made, has, None)):
        raise UsageError(f"{name!r} makes a {type(made).__name__}, which has no method {has}")
    return made
