"""``touchline answer``: a packed folder asked on this machine, and what it would be paid."""

from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json
from touchline.errors import UsageError


def answer(
    folder: Annotated[Path, typer.Argument(help="A packed folder, with miner.py.")],
    frames: Annotated[Path, typer.Argument(help="The video of a challenge, or its images.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A file for the answer, JSON.")],
    manifest: Annotated[
        Path | None, typer.Option(help="The manifest that has the element: scores the answer.")
    ] = None,
    element: Annotated[
        str | None, typer.Option(help="The id of the element; else what the folder says.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help='The true boxes, {"annotations": [...]}.')
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask FOLDER about FRAMES as the subnet's chute does; with a manifest, score the answer.

    `touchline score --protocol turbovision` reads what is written.
    """
    from touchline.files import require_apart
    from touchline.outputs import to_json, write_whole
    from touchline.turbovision import (
        ask_folder,
        element_of,
        read_asked,
        read_element,
        read_miner_answer,
        score_answer,
        score_report,
    )

    if manifest is None and (element or truth):
        raise UsageError("--element and --truth need --manifest FILE.")
    require_apart([output], [frames, folder, *filter(None, [manifest, truth])])
    rules = None if manifest is None else read_element(manifest, element or element_of(folder))
    asked = None if rules is None else read_asked(frames, truth, element=rules)
    given = ask_folder(folder, frames)
    write_whole(output, to_json(given.as_chute()).encode())
    told = {"answer": str(output), "frames": len(given.frames), "milliseconds": given.elapsed}
    if rules is None or asked is None:
        text = f"{len(given.frames)} frames in {given.elapsed / 1000:.1f} s: {output}"
        print_json(told) if as_json else out().print(text, markup=False, highlight=False)
        return
    result = score_answer(read_miner_answer(output), asked, element=rules, latency_ms=given.elapsed)
    if as_json:
        print_json({**result.as_dict(), **told})
    else:
        out().print(score_report(result))
