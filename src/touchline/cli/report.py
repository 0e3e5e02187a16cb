"""``touchline report``: a page of a run's results."""

from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import out


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a run's results.")],
    video: Annotated[
        Path | None,
        typer.Option(help="The video, if it is not any more where the run found it."),
    ] = None,
    embed: Annotated[
        bool | None,
        typer.Option(help="The video inside the page; by default where it has up to 16 MiB."),
    ] = None,
) -> None:
    """Write DIR/report.html: the video with all that was found, to play and to click, offline."""
    from touchline.files import as_text
    from touchline.outputs.report import write_report

    names = write_report(folder, video=video, embed=embed)
    out().print(as_text(folder / names[0]), markup=False, highlight=False, soft_wrap=True)
