"""``touchline audit``: what a checker of the subnet would say of a folder."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json

CHALLENGES = 10
"""So many a checker takes."""


def audit(
    folder: Annotated[Path, typer.Argument(help="The folder that is to be uploaded.")],
    frames: Annotated[
        Path, typer.Option(help="A video or a folder of images: ten challenges of one frame.")
    ],
    limit: Annotated[
        float, typer.Option(help="Milliseconds of a challenge: latency_p95_ms of the element.")
    ] = 100.0,
    as_json: AsJson = False,
) -> None:
    """Examine a folder as the subnet's checker does; exit code 1 where it would fail."""
    from touchline.errors import require_number
    from touchline.turbovision.auditing import audit as audited
    from touchline.video import VideoReader

    require_number("--limit", limit, above=0)
    with VideoReader(frames) as reader:
        step = max(1, (reader.info.frames or 1) // CHALLENGES)
        chosen = [frame.image for frame in islice(reader, 0, CHALLENGES * step, step)]
    result = audited(folder, chosen, limit_ms=limit)
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(result.table())
    if not result.ok:
        raise typer.Exit(1)
