"""The commands, and what becomes of an error."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.answer import answer
from touchline.cli.audit import audit
from touchline.cli.batch import batch
from touchline.cli.challenge import challenge
from touchline.cli.consoles import err, out
from touchline.cli.doctor import doctor
from touchline.cli.evaluate import evaluate
from touchline.cli.export import export
from touchline.cli.models import models
from touchline.cli.options import (
    AsJson,
    BatchSize,
    DeviceName,
    ImageFps,
    Output,
    Predictions,
    VerifierName,
    Video,
    print_json,
)
from touchline.cli.pack import pack
from touchline.cli.register import register
from touchline.cli.report import report as write_page
from touchline.cli.run import run
from touchline.cli.score import score
from touchline.cli.serve import serve
from touchline.cli.signals import ending_by_signals
from touchline.cli.subnet import subnet
from touchline.errors import TouchlineError, UsageError
from touchline.files import as_text, require_apart

if TYPE_CHECKING:
    pass

app = typer.Typer(
    help="Soccer video in, verified game state out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in boxes costs more than all else that a mistyped option does
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(evaluate, name="evaluate")
app.add_typer(models, name="models")
app.add_typer(subnet, name="subnet")
for command in (
    run,
    batch,
    export,
    serve,
    challenge,
    register,
    doctor,
    score,
    pack,
    audit,
    answer,
):
    app.command()(command)
app.command(name="report")(write_page)


def main() -> None:
    """Run the command line; a ``TouchlineError`` becomes one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream of another kind, or none
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with ending_by_signals():
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
def demo(output: Output = Path("demo"), as_json: AsJson = False) -> None:
    """Render a synthetic match, analyse it, and hold the result against its exact truth."""
    from touchline.evaluation import run_demo

    report = run_demo(output, console=err())
    if as_json:
        print_json(report.as_dict())
    else:
        out().print(report.table())


@app.command()
def compare(
    first: Predictions,
    second: Predictions,
    video: Video,
    as_json: AsJson = False,
    overlay: Annotated[
        Path | None, typer.Option(help="Write both side by side into this video.")
    ] = None,
    fps: ImageFps = None,
    verifier: VerifierName = None,
) -> None:
    """Hold two answers to VIDEO against each other: both scores, and frame by frame."""
    from touchline.scorevision import compare_responses, comparison_report, read_response
    from touchline.scorevision.report import load_judge, write_side_by_side
    from touchline.settings import Settings

    require_apart([overlay] if overlay else [], [first, second, video])
    one, other = read_response(first), read_response(second)
    settings = Settings.read(verifier=verifier, image_fps=fps)
    judge = load_judge(settings.verifier, cache=settings.cache, device=settings.device)
    comparison = compare_responses(one, other, video, judge=judge)
    if overlay:
        write_side_by_side(overlay, one, other, video, image_fps=settings.image_fps or 25.0)
    if as_json:
        print_json(comparison.as_dict())
    else:
        out().print(comparison_report(comparison))


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
    from touchline.evaluation import run_bench
    from touchline.settings import Settings

    report = run_bench(video, settings=Settings.read(device=device, batch_size=batch_size))
    if as_json:
        print_json(report.as_dict())
    else:
        out().print(report.table())


def _fail(error: TouchlineError, code: int) -> None:
    # One line, also where a name or another library has several.
    print(f"touchline: {' '.join(as_text(error).splitlines())}", file=sys.stderr)
    sys.exit(code)
