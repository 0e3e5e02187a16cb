"""A room is entered by its face: others import what its ``__init__`` names, and nothing past it.

A room is a folder of the package, or a folder in one: ``touchline.pitch``, ``service.fetching``.
"""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import touchline

SOURCE = Path(touchline.__file__).parent
ROOMS = {
    ".".join(("touchline", *init.parent.relative_to(SOURCE).parts)): init
    for init in (*SOURCE.glob("*/__init__.py"), *SOURCE.glob("*/*/__init__.py"))
}
FACES = sorted(name for name, init in ROOMS.items() if "__all__ = [" in init.read_text())


def room_of(module: str) -> str | None:
    """The innermost room that a module lies in; None for those of the package itself."""
    parts = module.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((name for name in above if name in ROOMS), None)


def files() -> Iterator[tuple[str, str, ast.Module]]:
    """Each file of the package: its path, its module, what is in it."""
    for path in sorted(SOURCE.rglob("*.py")):
        parts = ("touchline", *path.relative_to(SOURCE).with_suffix("").parts)
        module = ".".join(parts).removesuffix(".__init__")
        yield str(path.relative_to(SOURCE)), module, ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Modules of the package that are imported, each with the names that are taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            if node.module and node.module.startswith("touchline."):
                yield node.module, [each.name for each in node.names]
        elif isinstance(node, ast.Import):
            yield from ((each.name, []) for each in node.names if "touchline." in each.name)


def from_outside() -> Iterator[tuple[str, str, list[str]]]:
    """Imports from one room into another: the file, the module, the names."""
    for path, module, tree in files():
        for imported, names in imports(tree):
            room = room_of(imported)
            if room and not f"{module}.".startswith(f"{room}."):
                yield path, imported, names


def order(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions, each by name."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


def named_by(face: str) -> set[str]:
    """What a face names, and the rooms behind it."""
    rooms = {name.rpartition(".")[2] for name in ROOMS if name.rpartition(".")[0] == face}
    return rooms | {*getattr(importlib.import_module(face), "__all__", ())}


def test_a_room_is_entered_by_its_face() -> None:
    past = {(path, module) for path, module, _ in from_outside() if module not in ROOMS}
    assert not past


def test_what_is_imported_from_a_face_is_named_by_it() -> None:
    unnamed = {
        (path, f"{module}:{name}")
        for path, module, names in from_outside()
        if module in ROOMS
        for name in names
        if name not in named_by(module)
    }
    assert not unnamed


@pytest.mark.parametrize("name", FACES)
def test_a_face_has_what_it_names_in_order(name: str) -> None:
    face = importlib.import_module(name)
    assert all(hasattr(face, each) for each in face.__all__)
    assert face.__all__ == sorted(face.__all__, key=order)


@pytest.mark.parametrize(
    "name", [name for name in FACES if "\n_MODULES" in ROOMS[name].read_text()]
)
def test_a_face_that_loads_late_loads_what_it_shows_to_type_checkers(name: str) -> None:
    face = importlib.import_module(name)
    shown = {
        each.name: node.module
        for node in ast.walk(ast.parse(ROOMS[name].read_text()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(name)
        for each in node.names
    }
    assert {each: f"{name}.{module}" for each, module in face._MODULES.items()} == shown
    assert {*shown} == {*face.__all__}
    modules = {path.stem for path in ROOMS[name].parent.iterdir()}
    assert modules.isdisjoint(face.__all__), "an imported module would hide the name"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = face.nothing


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("touchline.scorevision.settings", {"httpx", "psutil", "fastapi", "cv2", "openvino"}),
        ("touchline.service.fetching.limits", {"httpx", "psutil", "uvicorn", "pynvml"}),
        ("touchline.scorevision.miner.app", {"supervision", "cv2", "scipy", "av", "openvino"}),
        ("touchline.scorevision.miner.answer", {"fastapi", "httpx", "prometheus_client"}),
        ("touchline.service.doctor", {"fastapi", "httpx", "bittensor", "bittensor_core"}),
        ("touchline.pipeline.run", {"pandas", "matplotlib", "torch"}),
    ],
)
def test_a_face_loads_no_more_than_is_asked_for(module: str, unwanted: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted({unwanted} & {{*sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""
