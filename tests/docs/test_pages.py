"""The pages: all are listed, links lead somewhere, blocks are code of today."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs.pages import (
    DOCS,
    PAGES,
    RECIPES,
    ROOT,
    Block,
    anchors,
    links,
    name_of,
    python_blocks,
    resolved,
)

BLOCKS = [block for page in PAGES for block in python_blocks(page)]
BESIDE = [*(ROOT / "benchmarks").glob("*.md"), *sorted((ROOT / "training").rglob("*.md"))]
"""Pages that stand beside what they are about."""
INSIDE = [DOCS / "recipes" / f"{name}.md" for name in ("endpoint", "label-format", "output")]
"""Recipes whose code lies in a room, and may name what others must not."""
PRESENT = [page for page in PAGES if page.name != "CHANGELOG.md"]
"""Pages that tell of what is, not of what was."""
FOLDERS = ("src", "tests", "docs", "benchmarks", "training", "deploy")


def _id(page: Path) -> str:
    return name_of(page)


def test_every_page_is_in_the_index() -> None:
    index = DOCS / "README.md"
    listed = {(DOCS / link).resolve() for link in links(index)}
    assert {path for path in PAGES if path != index} == listed & {*PAGES}
    assert {ROOT / "benchmarks" / "README.md", ROOT / "training" / "README.md"} <= listed


def test_the_front_page_leads_to_the_index() -> None:
    assert "docs/README.md" in links(ROOT / "README.md")


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=_id)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    for link in links(page):
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_every_file_that_is_named_exists(page: Path) -> None:
    """Recipes name files that are to be made."""
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+\.\w+)`", page.read_text())
    assert page in RECIPES or [each for each in named if not (ROOT / each).exists()] == []


@pytest.mark.parametrize("page", PRESENT, ids=_id)
def test_every_module_of_touchline_that_is_named_exists(page: Path) -> None:
    for name in re.findall(r"\b(touchline(?:\.\w+)+)\b", page.read_text()):
        resolved(name)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_block_of_python_names_what_exists(block: Block) -> None:
    tree = ast.parse(block.text, filename=block.place)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("touchline"):
            for alias in node.names:
                resolved(f"{node.module}.{alias.name}")
                assert block.page in INSIDE or _is_shown(str(node.module), alias.name)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id != "tl" or node.attr in import_module("touchline").__all__


def _is_shown(module: str, name: str) -> bool:
    """Whether a name stands in the face of a room, or in a module of the ground floor."""
    face = import_module(module)
    return name in face.__all__ if hasattr(face, "__path__") else module.count(".") == 1
