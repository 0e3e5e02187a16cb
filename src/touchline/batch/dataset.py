"""All matches of a batch as one dataset: Parquet, in folders by match and shot."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from touchline.analytics import PASSES, TEAMS
from touchline.batch.stores import Store
from touchline.errors import OutputError

DATASET = "dataset"
TABLES = ("tracks.parquet", "analytics.parquet", "cameras.parquet", "teams.csv", "passes.csv")
"""Files of a result whose rows go into it, each into a table of its own."""
_KINDS = {"teams.csv": TEAMS, "passes.csv": PASSES}
"""Columns of those that do not say of which kind they are."""


def add_match(folder: Path, match: str, store: Store, scratch: Path) -> None:
    """Put the rows of a match into the dataset: ``dataset/TABLE/match=NAME/shot=N/part-0.parquet``.

    Tables of a row for each second or pass have no folder for each shot, but ``part-0.parquet``
    for each match: a hundred thousand files of ten rows would take longer to open than to read.

    Args:
        folder: Of its results, whatever tables are in it.
        match: Its name.
        store: Where the dataset is.
        scratch: A folder on the same file system for what is not whole yet.

    Raises:
        OutputError: It cannot be written.
    """
    for file in TABLES:
        if (folder / file).is_file():
            name = Path(file).stem
            grown = scratch / match / name
            shutil.rmtree(grown, ignore_errors=True)
            try:
                _write(folder / file, grown)
                store.publish(grown, f"{DATASET}/{name}/match={match}")
            except (OSError, pa.ArrowException) as error:
                raise OutputError(f"cannot write {grown}: {error}") from error
    shutil.rmtree(scratch / match, ignore_errors=True)


def _write(path: Path, folder: Path) -> None:
    """The rows of a file in a folder for each shot; plain columns, as every reader takes them."""
    kinds = _KINDS.get(path.name)
    with path.open("rb") as file:
        if kinds is None:
            rows = pq.read_table(file)
        else:
            options = pyarrow.csv.ConvertOptions(column_types=kinds)
            rows = pyarrow.csv.read_csv(file, convert_options=options)
    plain = [
        pa.field(each.name, pa.string()) if pa.types.is_dictionary(each.type) else each
        for each in rows.schema
    ]
    folder.mkdir(parents=True)
    table = rows.cast(pa.schema(plain))
    if kinds is not None:
        pq.write_table(table, folder / "part-0.parquet", compression="zstd")
        return
    ds.write_dataset(
        table,
        folder,
        format="parquet",
        partitioning=["shot"],
        partitioning_flavor="hive",
        basename_template="part-{i}.parquet",
        max_partitions=65536,
        max_open_files=64,
    )
