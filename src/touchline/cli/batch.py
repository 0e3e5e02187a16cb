"""``touchline batch``: many videos, from files, folders or object stores to results."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import (
    AsJson,
    DetectorName,
    DeviceName,
    Formats,
    ImageFps,
    PitchModelName,
    PitchSize,
    SecondLook,
    Size,
    TeamsOrNot,
    TrackerName,
    VerifierName,
    print_json,
)
from touchline.files import as_text

if TYPE_CHECKING:
    from rich.table import Table

    from touchline.batch import BatchReport

Inputs = Annotated[
    list[str],
    typer.Argument(help="Videos, folders, globs, URLs; manifests (.csv, .jsonl, .parquet)."),
]
Target = Annotated[
    str, typer.Option("--output", "-o", help="Folder for the results, or a URL of an object store.")
]
Workers = Annotated[int, typer.Option("--workers", help="Processes, each with the networks.")]
Minutes = Annotated[
    float | None,
    typer.Option("--minutes", help="Cut longer videos into pieces of about so many minutes."),
]
RayAddress = Annotated[
    str | None,
    typer.Option("--ray", help="Actors of Ray: the address of a cluster, auto, or local."),
]
GpusPerWorker = Annotated[
    float | None, typer.Option("--gpus-per-worker", help="GPUs of an actor of Ray, such as 0.5.")
]
Dataset = Annotated[
    bool, typer.Option("--dataset/--no-dataset", help="Put the rows of all matches together, too.")
]
ResumeBatch = Annotated[
    bool, typer.Option("--resume", help="Do what a batch into that place has left, and no more.")
]
MetricsFile = Annotated[
    Path | None, typer.Option("--metrics", help="Keep a file for Prometheus's textfile collector.")
]


def batch(
    inputs: Inputs,
    output: Target,
    ray: RayAddress = None,
    workers: Workers = 1,
    gpus_per_worker: GpusPerWorker = None,
    minutes: Minutes = None,
    dataset: Dataset = True,
    resume: ResumeBatch = False,
    as_json: AsJson = False,
    metrics: MetricsFile = None,
    formats: Formats = None,
    fps: ImageFps = None,
    pitch: PitchSize = None,
    detector: DetectorName = None,
    pitch_model: PitchModelName = None,
    tracker: TrackerName = None,
    device: DeviceName = None,
    size: Size = None,
    verify: SecondLook = None,
    verifier: VerifierName = None,
    teams: TeamsOrNot = None,
) -> None:
    """Analyse many INPUTS; each ends in ledger.parquet, done, failed or skipped."""
    from touchline.batch import Order, chosen_crew, run_batch
    from touchline.inference import usable_cores
    from touchline.outputs import BATCH_FORMATS
    from touchline.settings import Settings

    new_crew = chosen_crew(workers, ray=ray, gpus=gpus_per_worker)
    settings = Settings.read(
        device=device,
        detection_size=size,
        image_fps=fps,
        verify=verify,
        verifier=verifier,
        teams=teams,
        pitch=pitch,
        detector=detector,
        pitch_model=pitch_model,
        tracker=tracker,
    )
    if settings.threads is None and workers > 1:  # else each would take all cores
        threads = max(1, usable_cores() // workers)
        settings = settings.model_copy(update={"threads": threads})
    order = Order(
        out=output,
        settings=settings.to_json(),
        formats=tuple(formats.split(",")) if formats else BATCH_FORMATS,
        minutes=minutes,
        dataset=dataset,
    )
    report = run_batch(
        inputs,
        order,
        new_crew,
        resume=resume,
        console=err(),
        metrics=metrics,
    )
    print_json(asdict(report)) if as_json else out().print(_table(report, output))
    if failed := report.counts.get("failed"):
        whole = sum(report.counts.values())
        told = as_text(f"{failed} of {whole} inputs failed: see {report.ledger}")
        print(f"touchline: {told}", file=sys.stderr)
        raise typer.Exit(1)


def _table(report: "BatchReport", output: str) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table("batch", "", title=Text(as_text(output)))
    for status in ("done", "failed", "skipped"):
        table.add_row(status, str(report.counts.get(status, 0)))
    table.add_row("workers", f"{report.workers}, {report.deaths} died and were replaced")
    table.add_row("networks loaded", f"{report.loads} times")
    return table
