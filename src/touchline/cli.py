"""The command line. Exit codes: 0 done, 1 the input or the outside world failed, 2 wrong usage."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
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
evaluate = typer.Typer(help="Measure how good the results are.", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate")
models = typer.Typer(invoke_without_command=True)
app.add_typer(models, name="models")
_out = Console()
_err = Console(stderr=True)

Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")]
Predictions = Annotated[Path, typer.Argument(help="A predictions.json.")]
Video = Annotated[Path, typer.Argument(help="The clip it is an answer to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DeviceName = Annotated[str | None, typer.Option("--device", help="auto, cpu, cuda or mps.")]
VerifierName = Annotated[
    str | None,
    typer.Option("--verifier", help="student; clip or another CLIP that was pulled; or auto."),
]
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
    verify: Annotated[
        str | None, typer.Option(help="fast, full (a second look at everything) or off.")
    ] = None,
    verifier: VerifierName = None,
) -> None:
    """Analyse VIDEO; write predictions.json, tracks.parquet, overlay.mp4 and summary.json."""
    from touchline.job import run_job
    from touchline.settings import Settings

    settings = Settings.read(
        device=device,
        batch_size=batch_size,
        detection_size=size,
        verify=verify,
        verifier=verifier,
    )
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
def score(
    predictions: Predictions,
    video: Video,
    as_json: AsJson = False,
    others: Annotated[
        Path | None, typer.Option(help="A JSON list: seconds of the other miners.")
    ] = None,
    elapsed: Annotated[
        float | None, typer.Option(help="Seconds from request to answer; else what it says.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each of the worst frames.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the frames whose boxes are scored.")] = 0,
    verifier: VerifierName = None,
) -> None:
    """Say what a validator would pay for PREDICTIONS of VIDEO, and why."""
    from touchline.score import Terms, score_clip
    from touchline.scoring.report import load_judge, report, write_pictures
    from touchline.scoring.response import read_response, read_times
    from touchline.settings import Settings

    response = read_response(predictions)
    terms = Terms(elapsed, read_times(others) if others else (), seed)
    settings = Settings.read(verifier=verifier)
    judge = load_judge(settings.verifier, cache=settings.cache, device=settings.device)
    result = score_clip(response, video, judge=judge, terms=terms)
    if pictures:
        write_pictures(result, response, pictures)
    if as_json:
        print(json.dumps(result.as_dict(), indent=2))
    else:
        _out.print(report(result))


@app.command()
def compare(
    first: Predictions,
    second: Predictions,
    video: Video,
    as_json: AsJson = False,
    overlay: Annotated[
        Path | None, typer.Option(help="Write both side by side into this video.")
    ] = None,
    verifier: VerifierName = None,
) -> None:
    """Hold two answers to VIDEO against each other: both scores, and frame by frame."""
    from touchline.compare import compare, report
    from touchline.scoring.report import load_judge
    from touchline.scoring.report.side_by_side import write_side_by_side
    from touchline.scoring.response import read_response
    from touchline.settings import Settings

    one, other = read_response(first), read_response(second)
    settings = Settings.read(verifier=verifier)
    judge = load_judge(settings.verifier, cache=settings.cache, device=settings.device)
    comparison = compare(one, other, video, judge=judge)
    if overlay:
        write_side_by_side(overlay, one, other, video)
    if as_json:
        print(json.dumps(comparison.as_dict(), indent=2))
    else:
        _out.print(report(comparison))


@models.callback()
def list_models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the shipped weights: name, size, licence, hash, and whether the file is whole.

    After them the CLIPs that can be pulled, and whether they were.
    """
    if context.invoked_subcommand:
        return
    from touchline.inference import weights
    from touchline.settings import Settings
    from touchline.verification.clip import SOURCES, installed

    cache = Settings.read().cache
    listed = [entry.as_dict() for entry in weights.listing()] + [
        {
            "name": name,
            "bytes": source.weights.bytes,
            "licence": "MIT",
            "sha256": source.weights.sha256,
            "state": "pulled" if installed(name, cache) else "not pulled",
        }
        for name, source in SOURCES.items()
    ]
    if as_json:
        print(json.dumps(listed, indent=2))
        return
    table = Table("name", "MiB", "licence", "sha256", "state")
    for entry in listed:
        mib, sha256 = f"{int(entry['bytes']) / 2**20:.1f}", str(entry["sha256"])[:12]
        table.add_row(str(entry["name"]), mib, str(entry["licence"]), sha256, str(entry["state"]))
    _out.print(table)


@models.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="clip, clip-b16, clip-int8 or clip-b16-int8.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A folder with the files, where the hub cannot be reached."),
    ] = None,
) -> None:
    """Fetch a CLIP from the public hub, check it and convert it; a broken-off pull goes on."""
    from touchline.inference.download import Transfer
    from touchline.settings import Settings
    from touchline.verification.clip import pull

    with _fetching() as progress:
        folder = pull(
            name, cache=Settings.read().cache, source=source, transfer=Transfer(progress=progress)
        )
    _out.print(f"{name} is in {folder}")


@evaluate.command("verification")
def evaluate_verification(
    videos: Annotated[list[Path], typer.Argument(help="Clips.")],
    as_json: AsJson = False,
    verifier: VerifierName = None,
    expert: Annotated[
        Path | None,
        typer.Option(help="A network with the student's inputs and outputs, as the expert."),
    ] = None,
    device: DeviceName = None,
) -> None:
    """Verify clips with all shortcuts and with none: how often both agree, and what it costs."""
    from touchline.evaluate import evaluate_verification, table
    from touchline.settings import Settings

    settings = Settings.read(device=device, verifier=verifier)
    agreements = evaluate_verification(videos, settings=settings, expert=expert)
    if as_json:
        print(json.dumps([each.as_dict() for each in agreements], indent=2))
    else:
        _out.print(table(agreements))


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


@contextmanager
def _fetching() -> Iterator[Callable[[int, int | None], None]]:
    """A bar for the file under way, on a terminal only; told the bytes there and expected."""
    if not _err.is_terminal:
        yield lambda done, total: None
        return
    columns = (TextColumn("fetching"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=_err) as progress:
        task = progress.add_task("fetching")
        yield lambda done, total: progress.update(task, completed=done, total=total)


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
    if summary.verification is not None:
        table.add_row("a second look", _second_look(summary.verification))
    table.add_row(
        "looked at",
        f"people and ball every {_th(summary.skipped.detect_every)} frame, "
        f"pitch every {_th(summary.skipped.locate_every)}",
    )
    table.add_row("seconds", f"{summary.seconds['total']:.1f} for {summary.duration:.1f} of video")
    return table


def _second_look(spent: dict[str, int]) -> str:
    expert = f", {spent['expert']} by CLIP" if spent["expert"] else ""
    return f"{spent['student']} looks at {spent['objects']} boxes{expert}"


def _th(number: int) -> str:
    return "single" if number == 1 else {2: "2nd", 3: "3rd"}.get(number, f"{number}th")


def _fail(error: TouchlineError, code: int) -> None:
    print(f"touchline: {error}", file=sys.stderr)
    sys.exit(code)
