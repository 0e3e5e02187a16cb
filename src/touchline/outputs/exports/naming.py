"""How formats of the field name what we number, and how exactly they say it."""

import json
import re
from pathlib import Path

from touchline.files import as_text
from touchline.frame import NO_TEAM, ClassId, Objects

DECIMALS = 3
"""Of pixels, metres and confidences in text: thousandths."""
OTHER = "other"
"""The role of who stands beyond the lines and takes no part."""
ROLES = (*(member.name.lower() for member in ClassId), OTHER)
"""By ``ClassId``, and then ``OTHER``: their places are their numbers."""


def roles(objects: Objects) -> list[str]:
    """The role (n,) of each, one of ``ROLES``."""
    rows = zip(objects.class_id.tolist(), objects.off_pitch.tolist(), strict=True)
    return [OTHER if off else ROLES[class_id] for class_id, off in rows]


def teams(objects: Objects) -> list[int | None]:
    """The team (n,) of each, None where there is none."""
    return [None if team == NO_TEAM else team for team in objects.team.tolist()]


def stem(path: Path) -> str:
    """The name of a clip as one word, without what separates a name from a number."""
    return re.sub(r"[\s_/\\]+", "-", as_text(path.stem)) or "clip"


def dumps(value: object) -> str:
    """JSON in one line, in ASCII."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
