"""JSON that every reader and every terminal takes, whatever the names in it are."""

import json
import re

from touchline.files import as_text

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def to_json(value: object, *, ascii_only: bool = False, allow_nan: bool = True) -> str:
    """Indented JSON; what of a name is no text becomes U+FFFD, see ``as_text``.

    Args:
        value: What ``json.dumps`` takes.
        ascii_only: Escape whatever is not ASCII, for a stream whose encoding is anybody's guess.
        allow_nan: As in ``json.dumps``.

    Raises:
        ValueError: A number is not finite, and may not be.
    """
    text = as_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=allow_nan))
    if not ascii_only:
        return text
    return _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
