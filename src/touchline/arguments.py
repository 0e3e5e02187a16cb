"""Numbers that a caller gives: finite and in their range, or refused in one sentence."""

import math
from numbers import Integral, Real

from touchline.errors import UsageError


def require_number(
    name: str, value: object, *, above: float = -math.inf, least: float = -math.inf
) -> None:
    """Refuse what is no finite number, or is too small; truth is no number here.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not value > above or not value >= least:  # type: ignore[arg-type, operator]
        allowed = f" above {above:g}" if above > -math.inf else ""
        allowed += f" from {least:g}" if least > -math.inf else ""
        raise UsageError(f"{name} is a finite number{allowed}; got {value!r:.60}")


def require_whole(name: str, value: object, *, least: int) -> None:
    """Refuse what is no whole number, or is too small.

    Raises:
        UsageError: Names the argument, what is allowed, and the value.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise UsageError(f"{name} is a whole number from {least}; got {value!r:.60}")
