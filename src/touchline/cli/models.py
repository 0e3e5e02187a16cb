"""``touchline models``: what is shipped, and what can be pulled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import AsJson, print_json
from touchline.errors import UsageError
from touchline.files import as_path, as_text

models = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@models.callback()
def list_models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the shipped weights: name, size, licence, hash, and whether the file is whole.

    After them the CLIPs that can be pulled, and whether they were.
    """
    if context.invoked_subcommand:
        return
    from rich.table import Table

    from touchline.detection import added, added_file
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
    listed += [
        {
            "name": each.name,
            "bytes": added_file(each.name, cache).stat().st_size,
            "licence": "yours",
            "sha256": each.sha256,
            "state": f"added, {each.layout}",
        }
        for each in added(cache).values()
    ]
    if as_json:
        print_json(listed)
        return
    table = Table("name", "MiB", "licence", "sha256", "state")
    for entry in listed:
        mib, sha256 = f"{int(entry['bytes']) / 2**20:.1f}", str(entry["sha256"])[:12]
        table.add_row(str(entry["name"]), mib, str(entry["licence"]), sha256, str(entry["state"]))
    out().print(table)


@models.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="clip, clip-b16, clip-int8 or clip-b16-int8.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A folder with the files, where the hub cannot be reached."),
    ] = None,
) -> None:
    """Fetch a CLIP from the public hub, check it and convert it; a broken-off pull goes on."""
    from touchline.inference import Transfer
    from touchline.settings import Settings
    from touchline.verification.clip import pull

    with _fetching() as progress:
        folder = pull(
            name, cache=Settings.read().cache, source=source, transfer=Transfer(progress=progress)
        )
    print(as_text(f"{name} is in {folder}"))


@models.command("add")
def add_model(
    file: Annotated[Path, typer.Argument(help="An ONNX file.")],
    classes: Annotated[
        str,
        typer.Option(help="Its classes in its order, by commas: player, ball, ...; - for others."),
    ],
    task: Annotated[str, typer.Option(help="What it does: detection.")] = "detection",
    layout: Annotated[
        str | None,
        typer.Option(
            help="yolov5, yolov8 (to 12), yolox, rf-detr or d-fine; else told by its outputs."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What it is asked for by, as by --detector; else the file's.")
    ] = None,
) -> None:
    """Add a network of your own; ``run --detector NAME`` uses it."""
    from touchline.detection import add
    from touchline.settings import Settings

    if task != "detection":
        raise UsageError(f"--task is detection; got {task!r:.40}")
    added = add(
        as_path(file),
        classes=classes.split(","),
        layout=layout,  # type: ignore[arg-type]  # checked there
        name=name,
        cache=Settings.read().cache,
    )
    print(as_text(f"{added.name} was added ({added.layout}); --detector {added.name} uses it"))


@contextmanager
def _fetching() -> Iterator[Callable[[int, int | None], None]]:
    """A bar for the file under way, on a terminal only; told the bytes there and expected."""
    if not err().is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("fetching"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=err()) as progress:
        task = progress.add_task("fetching")
        yield lambda done, total: progress.update(task, completed=done, total=total)
