"""``touchline export``: the folder of a run in the formats of others."""

from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.options import AsJson, PitchSize, print_json
from touchline.files import as_text


def export(
    folder: Annotated[Path, typer.Argument(help="The folder of a run.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", help="csv, mot, coco, gsr, cvat, cdf, rerun, analytics, overlay; by commas."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder, or a file for one format; else FOLDER."),
    ] = None,
    match: Annotated[
        Path | None,
        typer.Option(help="What a video cannot know of its match, in TOML or JSON; for cdf, gsr."),
    ] = None,
    pitch: PitchSize = None,
    as_json: AsJson = False,
) -> None:
    """Write what is in the folder of a run in other formats; files that are there stay."""
    from touchline.outputs import export_run
    from touchline.pitch import PitchDimensions
    from touchline.settings import Settings

    settings = Settings.read(pitch=pitch)
    dimensions = PitchDimensions(*settings.pitch_size)
    files = export_run(folder, to.split(","), output=output, dimensions=dimensions, match=match)
    if as_json:
        print_json([str(file) for file in files])
    else:
        for file in files:
            print(as_text(file))
