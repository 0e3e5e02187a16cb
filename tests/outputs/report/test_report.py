import json
import re
from pathlib import Path

import pytest

from tests.conftest import MakeVideo
from tests.outputs.report.results import FRAMES, SIZE, write_results
from touchline.errors import InputError, UsageError
from touchline.outputs.folder import ResultFolder
from touchline.outputs.report import folder, require_own_report, write_report


@pytest.fixture
def results(tmp_path: Path, make_video: MakeVideo) -> Path:
    return write_results(tmp_path / "results", make_video(frames=FRAMES, size=SIZE))


def test_a_small_clip_lies_in_the_page(results: Path) -> None:
    assert write_report(results) == ("report.html",)
    page = (results / "report.html").read_text()
    assert 'id="clip"' in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    assert "report.html" in json.loads((results / "summary.json").read_text())["files"]


def test_a_clip_that_is_not_embedded_is_found_beside_the_page(results: Path) -> None:
    write_report(results, embed=False)
    page = (results / "report.html").read_text()
    assert 'id="clip"' not in page
    assert '"address":"../match.mp4"' in page


def test_much_data_lies_in_parts_beside_the_page(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "INLINE", 0)
    assert write_report(results) == ("report.html", "report-data/000.js")
    assert (results / "report-data" / "000.js").read_text().startswith("touchlinePart(")
    monkeypatch.undo()
    assert write_report(results) == ("report.html",)
    assert not (results / "report-data" / "000.js").exists()


def test_the_next_run_into_the_folder_takes_the_report_away(results: Path) -> None:
    write_report(results)
    with ResultFolder.of(results, ["parquet"]).opened() as save:
        save(b"{}")
    assert not (results / "report.html").exists()


def test_a_name_of_a_file_is_never_read_as_html(tmp_path: Path, make_video: MakeVideo) -> None:
    name = "<script>alert(1)<&\"'.mp4"
    results = write_results(tmp_path / "results", make_video(name, frames=4, size=SIZE), frames=4)
    write_report(results, embed=False)
    page = (results / "report.html").read_text()
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_a_page_of_somebody_else_is_not_replaced(results: Path) -> None:
    (results / "report.html").write_text("mine")
    with pytest.raises(UsageError, match="was not written by"):
        write_report(results)
    assert (results / "report.html").read_text() == "mine"
    (results / "report.html").unlink()
    require_own_report(results)


def test_a_summary_removes_nothing_outside_of_its_folder(results: Path) -> None:
    (results.parent / "precious").write_text("kept")
    summary = json.loads((results / "summary.json").read_text())
    summary["files"] += ["report-data/../../precious", 7]
    (results / "summary.json").write_text(json.dumps(summary))
    write_report(results)
    assert (results.parent / "precious").read_text() == "kept"


def test_a_report_of_a_video_that_is_gone_says_so(results: Path) -> None:
    (results.parent / "match.mp4").unlink()
    write_report(results)
    assert '"video":false' in (results / "report.html").read_text()
    with pytest.raises(UsageError, match="no such video"):
        write_report(results, video=results / "gone.mp4")


@pytest.mark.parametrize("content", ["{}", "[", "[1]"])
def test_a_folder_without_results_is_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"summary\.json"):
        write_report(tmp_path)
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(InputError, match=r"summary\.json"):
        write_report(tmp_path)
