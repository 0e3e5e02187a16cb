"""All matches of a batch as one dataset, as three libraries read it."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.batch.worlds import run
from tests.pipeline.worlds import make_clip
from touchline.analytics import TEAMS
from touchline.batch.dataset import add_match
from touchline.batch.stores import LocalStore


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two matches of two shots."""
    folder = tmp_path_factory.mktemp("season")
    clips = [make_clip(folder / f"{name}.mp4", [12, 11]) for name in ("cup", "league")]
    run(clips, folder / "out", dataset=True, formats=("parquet", "cameras", "analytics"))
    return folder / "out"


def test_rows_lie_by_match_and_shot_and_none_is_lost(season: Path) -> None:
    files = sorted((season / "dataset" / "tracks").rglob("*.parquet"))
    assert [path.relative_to(season / "dataset" / "tracks").as_posix() for path in files] == [
        f"match={match}/shot={shot}/part-0.parquet"
        for match in ("cup", "league")
        for shot in (0, 1)
    ]
    for match in ("cup", "league"):
        whole = pq.read_table(season / match / "tracks.parquet")
        parts = [pq.read_table(path, partitioning=None) for path in files if match in str(path)]
        assert sum(map(len, parts)) == len(whole)
        assert parts[0]["x1"].to_pylist() == whole["x1"].to_pylist()[: len(parts[0])]


def test_duckdb_polars_and_pandas_read_the_same(season: Path) -> None:
    duckdb, pl = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    pd = pytest.importorskip("pandas")
    tracks = season / "dataset" / "tracks"
    counted = duckdb.sql(f"""
        select match, shot, count(*) from read_parquet('{tracks}/**/*.parquet',
        hive_partitioning = true) group by all order by all""").fetchall()
    frame = pl.read_parquet(f"{tracks}/**/*.parquet", hive_partitioning=True)
    by_polars = frame.group_by("match", "shot").len().sort("match", "shot").rows()
    grouped = pd.read_parquet(tracks).groupby(["match", "shot"], observed=True).size()
    by_pandas = [(str(match), int(shot), int(n)) for (match, shot), n in grouped.items()]
    assert [tuple(row) for row in counted] == by_polars == by_pandas
    assert [row[:2] for row in by_polars] == [("cup", 0), ("cup", 1), ("league", 0), ("league", 1)]


def test_a_match_that_is_done_again_replaces_its_rows(season: Path, tmp_path: Path) -> None:
    folder, store = tmp_path / "match", LocalStore(tmp_path / "out")
    shutil.copytree(season / "cup", folder)
    for count in (2, 1):
        rows = [{**dict.fromkeys(TEAMS.names), "shot": 3, "second": s, "team": 0, "people": 11}
                for s in range(count)]  # fmt: skip
        pyarrow.csv.write_csv(pa.Table.from_pylist(rows, TEAMS), folder / "teams.csv")
        add_match(folder, "cup", store, tmp_path / "out" / "scratch")
    teams = tmp_path / "out" / "dataset" / "teams" / "match=cup"
    table = pq.read_table(teams / "part-0.parquet", partitioning=None)
    assert (table["shot"].to_pylist(), table["second"].to_pylist()) == ([3], [0])
    assert table.field("defence").type == pa.float64()
