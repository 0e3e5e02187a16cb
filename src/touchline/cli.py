"""The command line. Exit codes: 0 done, 1 the input or the outside world failed, 2 wrong usage."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from touchline.errors import TouchlineError, UsageError

if TYPE_CHECKING:
    from touchline.outputs import Summary

app = typer.Typer(
    help="Soccer video in, verified game state out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_out = Console()
_err = Console(stderr=True)

Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DeviceName = Annotated[str | None, typer.Option("--device", help="auto, cpu, cuda or mps.")]
BatchSize = Annotated[
    int | None, typer.Option("--batch-size", help="Images a network gets at once.")
]
Size = Annotated[
    str | None,
    typer.Option("--size", help="Detect on 640x360, 960x540, 1280x720 or native frames."),
]


def main() -> None:
    """Run the command line; a ``TouchlineError`` becomes one line on stderr and an exit code."""
    try:
        app()
    except UsageError as error:
        _fail(error, 2)
    except TouchlineError as error:
        _fail(error, 1)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from touchline import __version__

        print(__version__)
        raise typer.Exit


@app.command()
def run(
    video: Annotated[Path, typer.Argument(help="A video file, or a folder of images.")],
    output: Output,
    as_json: AsJson = False,
    overlay: Annotated[bool, typer.Option(help="Write overlay.mp4.")] = True,
    device: DeviceName = None,
    batch_size: BatchSize = None,
    size: Size = None,
) -> None:
    """Analyse VIDEO; write predictions.json, tracks.parquet, overlay.mp4 and summary.json."""
    from touchline.job import run_job
    from touchline.settings import Settings

    settings = Settings.read(device=device, batch_size=batch_size, detection_size=size)
    summary = run_job(video, output, settings=settings, overlay=overlay, console=_err)
    if summary.skipped.truncated:
        print(f"touchline: {summary.skipped.truncated}", file=sys.stderr)
    if as_json:
        print(summary.to_json(), end="")
    else:
        _out.print(_table(summary, output))


@app.command()
def demo(output: Output = Path("demo"), as_json: AsJson = False) -> None:
    """Render a synthetic match, analyse it, and hold the result against its exact truth."""
    from touchline.demo import run_demo

    report = run_demo(output, console=_err)
    if as_json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        _out.print(report.table())


@app.command()
def models(as_json: AsJson = False) -> None:
    """List the shipped weights: name, size, licence, hash, and whether the file is whole."""
    from touchline.inference import weights

    listed = weights.listing()
    if as_json:
        print(json.dumps([entry.as_dict() for entry in listed], indent=2))
        return
    table = Table("name", "MiB", "licence", "sha256", "state")
    for entry in listed:
        table.add_row(
            entry.name, f"{entry.bytes / 2**20:.1f}", entry.licence, entry.sha256[:12], entry.state
        )
    _out.print(table)


@app.command()
def bench(
    video: Annotated[
        Path | None, typer.Argument(help="A video; without it a synthetic clip is rendered.")
    ] = None,
    as_json: AsJson = False,
    device: DeviceName = None,
    batch_size: BatchSize = None,
) -> None:
    """Time each stage alone, then the whole run, on this machine."""
    from touchline.bench import run_bench
    from touchline.settings import Settings

    report = run_bench(video, settings=Settings.read(device=device, batch_size=batch_size))
    if as_json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        _out.print(report.table())


def _table(summary: "Summary", output: Path) -> Table:
    table = Table("clip", "", title=f"{output}/")
    table.add_row("frames, shots", f"{summary.frames}, {summary.shots}")
    for name, sources in summary.objects.items():
        counts = ", ".join(f"{count} {source}" for source, count in sources.items())
        table.add_row(name, counts or "none")
    table.add_row("tracks", str(summary.ids))
    table.add_row("frames with a pitch", str(summary.frames_with_homography))
    if summary.median_uncertainty is not None:
        table.add_row("positions, standard error", f"{summary.median_uncertainty:.2f} m")
    table.add_row(
        "looked at",
        f"people and ball every {_th(summary.skipped.detect_every)} frame, "
        f"pitch every {_th(summary.skipped.locate_every)}",
    )
    table.add_row("seconds", f"{summary.seconds['total']:.1f} for {summary.duration:.1f} of video")
    return table


def _th(number: int) -> str:
    return "single" if number == 1 else {2: "2nd", 3: "3rd"}.get(number, f"{number}th")


def _fail(error: TouchlineError, code: int) -> None:
    print(f"touchline: {error}", file=sys.stderr)
    sys.exit(code)
