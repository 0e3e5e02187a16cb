"""What is named by ``module:name``: a user's own code, or that of a room which must not be known.

The form is that of entry points and of ASGI servers.
"""

from functools import reduce
from importlib import import_module
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
