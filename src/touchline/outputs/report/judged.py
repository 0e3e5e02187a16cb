"""What a validator pays, from ``score.json``: marks on the frames that it looked at."""

from typing import Any

from touchline.errors import InputError
from touchline.outputs.report.reading import SCORE, Run


def judged(run: Run) -> dict[str, Any] | None:
    """The validator's view of a run, or None without ``score.json``.

    Returns:
        ``{"figures": {...}, "is_validators": bool, "notices": [...], "losses": [...], "frames":
        {number: {"boxes": score, "pitch": score, "marks": [[x1, y1, x2, y2, verdict, text]]}}}``.
        A verdict is ``earns``, ``half``, ``costs`` or ``dropped``.

    Raises:
        InputError: ``score.json`` is none that ``touchline score --json`` printed.
    """
    if run.score is None:
        return None
    try:
        told = {each["frame"]: each for each in run.score["frames"] if each["drawn"]}
        answers = {each["frame_number"]: each["objects"] for each in run.answers()} if told else {}
        frames = {number: _frame(each, answers.get(number, [])) for number, each in told.items()}
        losses = [[each["gain"], each["name"], each["frames"]] for each in run.score["losses"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{run.folder / SCORE}: not what `touchline score --json` prints: {error!r:.80}"
        ) from error
    figures = run.score.get("validator_score")
    return {
        "figures": figures or run.score.get("estimate") or {},
        "is_validators": figures is not None,
        "notices": run.score.get("notices", []),
        "losses": losses[:8],
        "frames": frames,
    }


def _frame(told: dict[str, Any], objects: list[dict[str, Any]]) -> dict[str, Any]:
    boxes = told["boxes"] or {"score": None, "boxes": []}
    marks = []
    for box in boxes["boxes"]:
        if box["index"] < len(objects):
            corners = objects[box["index"]]["bbox"]
            marks.append([*corners, *_verdict(box)])
    return {"boxes": boxes["score"], "pitch": told["pitch"], "marks": marks}


def _verdict(box: dict[str, Any]) -> tuple[str, str]:
    if box["seen"] is None or box["dropped"] is not None:
        return "dropped", str(box["dropped"] or "not looked at")
    points = f"{box['points']:+.2f}"
    if box["claimed"] == box["seen"]:
        return "earns" if box["points"] >= 0 else "costs", points
    return "half" if box["points"] >= 0 else "costs", f"{box['claimed']} > {box['seen']} {points}"
