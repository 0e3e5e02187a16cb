"""From a run's folder to ``report.html`` in it."""

import hashlib
import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from touchline.errors import OutputError, UsageError
from touchline.files import PathLike, as_path, as_text, require_apart
from touchline.outputs.folder import PART_OF_REPORT, REPORT, SUMMARY, of_former_run
from touchline.outputs.json_text import to_json
from touchline.outputs.report.columns import CLASSES, PART, SOURCES, Columns
from touchline.outputs.report.judged import judged
from touchline.outputs.report.packing import as_script, pack
from touchline.outputs.report.reading import Run
from touchline.outputs.report.video import EMBEDDED, Footage
from touchline.outputs.writer import write_whole
from touchline.pitch import PitchDimensions

INLINE = 8 * 2**20
"""Characters of data that still go into the page; more lies in parts beside it."""

_SCRIPTS = (
    "data", "clock", "marks", "picture", "radar", "timeline", "moments", "person", "people", "main"
)  # fmt: skip
"""Of ``page/``, in the order in which they are joined; the first may be used by the next."""


def require_own_report(folder: PathLike) -> None:
    """Refuse, before any work, to replace a ``report.html`` that no run wrote.

    Raises:
        UsageError: There is one.
    """
    path = as_path(folder)
    if (path / REPORT).exists() and REPORT not in (of_former_run(path / SUMMARY) or ()):
        raise UsageError(
            f"{as_text(path / REPORT)} is there, and was not written by `touchline report`; "
            "remove it, or name another folder"
        )


def write_report(
    folder: PathLike, *, video: PathLike | None = None, embed: bool | None = None
) -> tuple[str, ...]:
    """Write ``report.html`` into the folder of a run, and note it in ``summary.json`` there.

    Args:
        folder: Holds at least ``summary.json`` and ``tracks.parquet``; ``predictions.json`` gives
            keypoints, ``cameras.parquet`` lines, ``analytics.parquet`` speed and possession,
            ``score.json`` (of ``touchline score --json``) what a validator pays.
        video: Where the video lies now; None is where the summary says.
        embed: Whether the video goes into the page; None is up to ``EMBEDDED`` bytes. What is not
            embedded is found beside the page by its relative path.

    Returns:
        The names of what was written: the page, and for long videos ``report-data/000.js`` and so
        on beside it.

    Raises:
        InputError: The folder holds no results.
        OutputError: A file cannot be written.
        UsageError: The video is not there, or the page would replace a file that no run wrote.
    """
    path = as_path(folder)
    require_own_report(path)
    run = Run.of(path)
    footage = Footage.of(_video(run, video))
    require_apart([path / REPORT], [] if footage.path is None else [footage.path])
    columns = Columns(run)
    parts = [as_script(pack(each)) for each in columns.parts()]
    key = hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
    inside = sum(map(len, parts)) <= INLINE
    beside = 0 if inside else len(parts)
    names = (REPORT, *(f"{PART_OF_REPORT}/{number:03}.js" for number in range(beside)))
    if not inside:
        _write_parts(path / PART_OF_REPORT, key, parts)
    facts = _facts(run, columns, footage) | {"key": key, "parts": len(parts), "inside": inside}
    holds = footage.plays and (_is_small(footage) if embed is None else embed)
    facts["address"] = "" if holds else footage.address(path)
    blocks = {"facts": as_script(facts), "overview": as_script(pack(columns.overview()))}
    if inside:
        blocks |= {f"part-{i}": part for i, part in enumerate(parts)}
    if holds:
        blocks["clip"] = f'"{footage.embedded()}"'
    write_whole(path / REPORT, _page(footage.name, blocks).encode())
    _note(path, names)
    return names


def _video(run: Run, given: PathLike | None) -> Path | None:
    """Where the video lies: as given, as the summary names it, or beside the results."""
    if given is not None:
        path = as_path(given)
        if not path.exists():
            raise UsageError(f"{as_text(path)}: no such video; leave --video out to do without")
        return path
    named = as_path(str(run.summary.get("path", "")))
    return next((each for each in (named, run.folder / named.name) if each.is_file()), None)


def _is_small(footage: Footage) -> bool:
    return footage.path is not None and footage.path.stat().st_size <= EMBEDDED


def _facts(run: Run, columns: Columns, footage: Footage) -> dict[str, Any]:
    """What the page is told once."""
    length, width = columns.ground
    paint = PitchDimensions(length=length, width=width)
    kept = ("video", "duration", "timing", "objects", "ids", "teams", "median_uncertainty")
    return {
        "title": footage.name or as_text(Path(str(run.summary.get("path", ""))).name),
        "summary": {name: run.summary.get(name) for name in kept},
        "truncated": (run.summary.get("skipped") or {}).get("truncated"),
        "versions": (run.summary.get("versions") or {}).get("touchline"),
        "size": columns.size,
        "part": PART,
        "frames": len(run.frames),
        "classes": CLASSES,
        "sources": SOURCES,
        "ground": [length, width],
        "lines": [line.round(2).tolist() for line in paint.lines()],
        "codec": footage.codec,
        "plays": footage.plays,
        "kind": footage.kind,
        "offset": footage.offset,
        "has": {
            "cameras": run.cameras is not None,
            "analytics": run.analytics is not None,
            "video": footage.path is not None,
        },
        "events": run.events,
        "judged": judged(run),
    }


def _page(title: str, blocks: dict[str, str]) -> str:
    """The whole page: text, style, data and program in one."""
    assets = files("touchline.outputs.report") / "page"
    read = {name: (assets / name).read_text("utf-8") for name in ("report.html", "style.css")}
    library = assets / "library"
    data = "\n".join(
        f'<script type="application/json" id="{name}">{block}</script>'
        for name, block in blocks.items()
    )
    program = [(library / "uPlot.iife.min.js").read_text("utf-8"), '(() => {\n"use strict";']
    program += [(assets / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    style = (library / "uPlot.min.css").read_text("utf-8") + read["style.css"]
    filled = {
        "TITLE": html.escape(title or "report"),
        "STYLE": style,
        "DATA": data,
        "PROGRAM": "\n".join([*program, "})();"]),
    }
    pieces = read["report.html"].split("%%")  # text, name, text, name, ... text
    return "".join(filled[each] if at % 2 else each for at, each in enumerate(pieces))


def _write_parts(folder: Path, key: str, parts: list[str]) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {as_text(folder)}: {error.strerror}") from error
    for number, part in enumerate(parts):
        text = f'touchlinePart("{key}",{number},{part});\n'
        write_whole(folder / f"{number:03}.js", text.encode())


def _note(folder: Path, names: tuple[str, ...]) -> None:
    """Say in the summary what was written, so that the next run into the folder removes it."""
    summary = json.loads((folder / SUMMARY).read_bytes())
    written = of_former_run(folder / SUMMARY) or ()
    before = [name for name in written if not name.startswith((REPORT, PART_OF_REPORT))]
    for name in {*written} - {*before, *names}:
        (folder / name).unlink(missing_ok=True)
    summary["files"] = [*before, *names]
    write_whole(folder / SUMMARY, (to_json(summary, allow_nan=False) + "\n").encode())
