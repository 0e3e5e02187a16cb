"""The site is built without a warning, and has what the pages and the program have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from tests.docs.pages import PAGES, ROOT, SOURCE, name_of
from touchline.cli import app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def place_of(page: Path) -> str:
    name = name_of(page)
    if name in {"README.md", "docs/README.md"}:
        return {"README.md": "index.html", "docs/README.md": "pages.html"}[name]
    place = name.removeprefix("docs/") if name.startswith("docs/") else f"project/{name}"
    return place.replace("README.md", "index.html").replace(".md", ".html")


@pytest.mark.slow
def test_every_page_is_in_the_site_with_all_its_tables(site: Path) -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        made = (site / place_of(page)).read_text("utf-8")
        tables = sum(set(line) <= set("|-: ") and "---" in line for line in text.splitlines())
        assert made.count("<table>") == tables, name_of(page)


@pytest.mark.slow
def test_every_room_and_every_command_has_its_place_in_the_reference(site: Path) -> None:
    rooms = {path.stem for path in SOURCE.iterdir() if path.stem.islower() and path.stem[0] != "_"}
    made = {path.stem for path in (site / "reference").glob("*.html")}
    assert made == (rooms - {"py"}) | {"index", "commands"}
    commands = (site / "reference" / "commands.html").read_text("utf-8")
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"touchline {name}" in commands
    assert "--report" in commands
    assert "load_detector" in (site / "reference" / "detection.html").read_text("utf-8")


@pytest.mark.slow
def test_nothing_in_the_site_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert 'src="http' not in text, page
        assert '<link rel="stylesheet" href="http' not in text, page


def test_the_citation_has_the_version_of_the_package() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(said)
    assert f'\nversion = "{said["version"]}"\n' in (ROOT / "pyproject.toml").read_text()
