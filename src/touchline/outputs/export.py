"""From the folder of a run to files in the formats of others."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from touchline.errors import UsageError
from touchline.files import PathLike, as_path, as_text
from touchline.outputs.formats import FORMATS, check_formats
from touchline.outputs.saved import SavedRun
from touchline.outputs.writer import reported
from touchline.pitch import PitchDimensions

NOT_EXPORTED = ("predictions", "parquet", "cameras")
"""What a run alone writes: it knows more than its folder does."""
_WITH_POINTS = ("overlay", "rerun")
EXPORTS = tuple(name for name in FORMATS if name not in NOT_EXPORTED)
"""Formats that the folder of a run can be turned into."""


def export_run(
    folder: PathLike,
    names: Sequence[str],
    *,
    output: PathLike | None = None,
    dimensions: PitchDimensions | None = None,
    match: PathLike | None = None,
) -> list[Path]:
    """Write what is in the folder of a run in other formats.

    Frames go through one by one, so that memory does not grow with the clip. Files that are there
    stay as they are: somebody may have corrected them.

    Args:
        folder: What was given to ``touchline run`` with ``--output``.
        names: What is written, names of ``EXPORTS``.
        output: A folder, made if it is missing; or, for one format, a file with its suffix. None
            is the folder of the run.
        dimensions: Of the pitch; 105 x 68 m unless told.
        match: A file that tells what a video cannot know of its match, in TOML or JSON; for
            ``cdf``, which needs it, and ``gsr``.

    Returns:
        The files.

    Raises:
        InputError: The folder is not that of a run, or the match file lacks something.
        OutputError: A file cannot be written; all are whole, or none is there.
        UsageError: There is no such format, or a file is there.
    """
    check_formats(names)
    if wrong := [name for name in names if name not in EXPORTS]:
        raise UsageError(f"an export is one of {', '.join(EXPORTS)}; got {wrong[0]!r}")
    run = SavedRun.open(folder, dimensions=dimensions, match=match)
    targets = _targets(run.folder if output is None else as_path(output), names)
    files = [
        each
        for name, path in targets
        for each in (path, *(path.parent / beside for beside in FORMATS[name].beside))
    ]
    if taken := [each for each in files if each.exists()]:
        raise UsageError(
            f"{as_text(taken[0])} is there; remove it, or name another place with --output"
        )
    with reported(files[0].parent):
        files[0].parent.mkdir(parents=True, exist_ok=True)
    _write(run, targets)
    return files


def _targets(target: Path, names: Sequence[str]) -> list[tuple[str, Path]]:
    """Where each format goes: into a folder, or, if it is one file, under the name given."""
    first = FORMATS[names[0]]
    if len(names) > 1 or target.suffix != Path(first.file).suffix or target.is_dir():
        return [(name, target / FORMATS[name].file) for name in names]
    if first.beside:
        written = ", ".join(first.files)
        raise UsageError(f"{names[0]} writes {written}; name a folder with --output")
    return [(names[0], target)]


def _write(run: SavedRun, targets: Sequence[tuple[str, Path]]) -> None:
    with ExitStack() as stack:
        writers = [
            stack.enter_context(FORMATS[name].writer(path, run.clip)) for name, path in targets
        ]
        for state in run.states(keypoints=any(name in _WITH_POINTS for name, _ in targets)):
            for writer in writers:
                writer.write(state)
        for writer in writers:
            writer.finish()
