import json
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.outputs.factory import match
from touchline.outputs import FORMATS, Analytics, ResultFolder

FILES = FORMATS["analytics"].files


def write(folder: Path, count: int) -> None:
    with Analytics(folder / "analytics.parquet") as out:
        for index in range(count):
            out.write(match(index))
        out.finish()


@pytest.mark.parametrize("count", [0, 1, 30])
def test_all_files_are_there_and_are_read_by_others(tmp_path: Path, count: int) -> None:
    write(tmp_path, count)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    rows = pq.read_table(tmp_path / "analytics.parquet")
    assert rows.num_rows == 3 * count
    assert rows.schema.field("speed").metadata == {b"unit": b"m/s"}
    players = pyarrow.csv.read_csv(tmp_path / "players.csv")
    assert players.num_rows == (3 if count else 0)
    assert {"distance", "top_speed", "jump"} <= {*players.column_names}
    assert pyarrow.csv.read_csv(tmp_path / "passes.csv").column_names[2:4] == ["passer", "receiver"]
    assert pyarrow.csv.read_csv(tmp_path / "events.csv").column_names[2:4] == ["time", "action"]
    assert "defence" in pyarrow.csv.read_csv(tmp_path / "teams.csv").column_names
    assert json.loads((tmp_path / "analytics.json").read_text())["speeds"]["rows"] == 3 * count


def test_a_block_that_is_not_told_to_finish_does_so(tmp_path: Path) -> None:
    with Analytics(tmp_path / "analytics.parquet") as out:
        out.write(match(0))
    assert pq.read_table(tmp_path / "analytics.parquet").num_rows == 3


def write_one_and_break(folder: Path) -> None:
    with Analytics(folder / "analytics.parquet") as out:
        out.write(match(0))
        raise InterruptedError


def test_a_run_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(InterruptedError):
        write_one_and_break(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "players.csv").write_text("mine")
    with pytest.raises(ValueError, match=r"players\.csv"):
        ResultFolder.of(tmp_path, ["analytics"])
