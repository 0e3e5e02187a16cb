"""Answers and truth as the validator reads them: what is dropped, what is bent into shape.

Source: the description, "Reading the answer" and "Truth".
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from touchline.errors import UsageError
from touchline.turbovision.scoring.shapes import Instance, Polygon
from touchline.turbovision.scoring.teams import read_team

Answered = dict[Any, list[Instance]]
"""The shapes of each frame that was answered, boxes before polygons, by the id as it was given."""
Known = dict[int, list[Instance]]
"""The true shapes of each frame that has any, by its number."""

NO_ID = -1
"""The id of a frame that has none."""


def read_answer(predictions: Mapping[str, Any] | None, *, objects: Sequence[str]) -> Answered:
    """Read ``{"frames": [{"frame_id", "boxes", "polygons", ...}]}`` as the validator does.

    Ids stay what they are: the string "11" is another frame than 11, and no frame of the truth. Of
    two frames with one id the later counts.

    Args:
        predictions: What ``predict_batch`` gave, as JSON; None is no frame.
        objects: The element's list, into which ``cls_id`` points; with none there is no shape.
    """
    return {
        frame.get("frame_id", NO_ID): [
            *_shapes(frame.get("boxes"), objects, _read_box),
            *_shapes(frame.get("polygons"), objects, _read_polygon),
        ]
        for frame in (predictions or {}).get("frames") or ()
    }


def in_order(answer: Answered) -> Answered:
    """The frames of an answer by id.

    Raises:
        UsageError: Ids of different kinds have no order: the validator breaks, and no sample is
            recorded.
    """
    try:
        return {key: answer[key] for key in sorted(answer)}
    except TypeError:
        kinds = ", ".join(sorted({type(key).__name__ for key in answer}))
        raise UsageError(
            f"frame_id is a whole number in every frame; ids of {kinds} have no order, and the "
            "validator records nothing for such an answer."
        ) from None


def read_truth(payload: object) -> Known:
    """Read ``{"annotations": [{"bbox", "class" or "label", "frame_idx", "polygon"}]}``.

    Rows that cannot be read are skipped; a frame without a row is not scored. ``frame_idx`` is a
    whole number or a text of one, else 0: 2.0 is 0. No team is read: real truth has none.
    """
    rows = payload.get("annotations") if isinstance(payload, Mapping) else None
    found: Known = {}
    for row in rows if isinstance(rows, list) else ():
        shape = _read_annotation(row)
        if shape is not None:
            found.setdefault(_frame_number(row.get("frame_idx")), []).append(shape)
    return {frame: found[frame] for frame in sorted(found)}


def _shapes(given: object, objects: Sequence[str], read: Any) -> list[Instance]:
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    found = []
    for row in rows:
        try:
            label = objects[_class_of(row, len(objects))]
            found.append(read(row, label))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue  # the validator drops it without a word
    return found


def _class_of(row: Mapping[str, Any], classes: int) -> int:
    index = int(row["cls_id"])
    if not 0 <= index < classes:
        raise ValueError
    return index


def _read_box(row: Mapping[str, Any], label: str) -> Instance:
    x1, y1, x2, y2 = (int(row[name]) for name in ("x1", "y1", "x2", "y2"))
    return Instance((x1, y1, x2, y2), label, team=_team_of(row), score=_score_of(row))


def _read_polygon(row: Mapping[str, Any], label: str) -> Instance:
    outline = _outline(row.get("points") or row.get("polygon") or row.get("masks"))
    if outline is None:
        raise ValueError
    return Instance(_around(outline), label, _team_of(row), _score_of(row), outline)


def _score_of(row: Mapping[str, Any]) -> float:
    given = row["score"] if "score" in row else row.get("conf")
    score = 1.0 if given is None else float(given)
    return score if math.isfinite(score) else 1.0


def _team_of(row: Mapping[str, Any]) -> str | None:
    return read_team(row["cluster_id"] if "cluster_id" in row else row.get("team_id"))


def _outline(given: object) -> Polygon | None:
    """The points of a list of pairs, or None where it is none."""
    if not isinstance(given, list) or not given:
        return None
    if not all(isinstance(point, (list, tuple)) and len(point) == 2 for point in given):
        return None
    return tuple((int(x), int(y)) for x, y in given)


def _around(outline: Iterable[tuple[int, int]]) -> tuple[int, int, int, int]:
    across, down = zip(*outline, strict=True)
    return min(across), min(down), max(across), max(down)


def _read_annotation(row: object) -> Instance | None:
    if not isinstance(row, Mapping):
        return None
    try:
        x1, y1, x2, y2 = (int(value) for value in row["bbox"])
        label = str(row.get("class") or row.get("label") or "")
        return Instance((x1, y1, x2, y2), label, polygon=_outline(row.get("polygon")))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _frame_number(given: object) -> int:
    if isinstance(given, str):
        try:
            return int(given)
        except ValueError:
            return 0
    return given if isinstance(given, int) else 0
