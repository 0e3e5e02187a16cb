"""Every recipe is a whole example: its blocks are files, and its tests pass."""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import RECIPES, ROOT, python_blocks, table

NO_CASES: list[dict[str, object]] = [{}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose files can be imported, here and in the processes that a recipe starts."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_works_as_it_stands(
    page: Path, folder: Path, request: pytest.FixtureRequest
) -> None:
    blocks = {block.file: block for block in python_blocks(page)}
    assert None not in blocks, "each block begins with # name.py"
    for name, block in blocks.items():
        (folder / str(name)).write_text(block.text)
    tests = [name for name in blocks if str(name).startswith("test_")]
    assert tests, "a recipe shows its test"
    for name in tests:
        source = compile(blocks[name].text, str(folder / str(name)), "exec")
        module: dict[str, Any] = {"__name__": "recipe"}
        exec(source, module)
        for test in [each for label, each in module.items() if label.startswith("test_")]:
            _run(test, request)


def _run(test: Callable[..., None], request: pytest.FixtureRequest) -> None:
    """Call a test with the fixtures of pytest and the parameters that it asks for."""
    for case in _cases(test):
        given = {
            name: _fixture(name, request)
            for name in inspect.signature(test).parameters
            if name not in case
        }
        test(**given, **case)


def _cases(test: Callable[..., None]) -> list[dict[str, object]]:
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    return [{marks[0].args[0]: value} for value in marks[0].args[1]] if marks else NO_CASES


def _fixture(name: str, request: pytest.FixtureRequest) -> object:
    if name == "tmp_path":  # one for each test, not the folder of the recipe's files
        factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        return factory.mktemp("recipe")
    return request.getfixturevalue(name)


def test_every_recipe_is_in_the_table_of_recipes() -> None:
    rows = table(ROOT / "docs" / "recipes" / "README.md", "Recipes")
    linked = {row[-1].split("](")[1].rstrip(")") for row in rows}
    assert linked == {page.name for page in RECIPES}


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_the_files_of_a_recipe_are_named_above_it(page: Path) -> None:
    head = page.read_text().split("```")[0]
    for block in python_blocks(page):
        assert f"{block.file}`" in head, block.place
