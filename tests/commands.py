"""Modules of a package that are run as ``python -m``, run in this process."""

import runpy
import sys
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import pytest


def modules_of(package: ModuleType) -> list[str]:
    """Full names of all modules below a package, sorted."""
    found = walk_packages(package.__path__, f"{package.__name__}.")
    return sorted(each.name for each in found if not each.ispkg)


def commands_of(package: ModuleType) -> list[str]:
    """Those that do something when they are run."""
    root = Path(package.__path__[0]).parent
    files = {name: root / f"{name.replace('.', '/')}.py" for name in modules_of(package)}
    return [name for name, file in files.items() if '__name__ == "__main__"' in file.read_text()]


def forget_modules(*prefixes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have modules imported anew in a test; after it, the old ones are where they were."""
    for name in [name for name in sys.modules if name.startswith(prefixes)]:
        package, _, last = name.rpartition(".")
        if hasattr(sys.modules.get(package), last):
            monkeypatch.setattr(sys.modules[package], last, sys.modules[name])
        monkeypatch.delitem(sys.modules, name)


def run_module(name: str, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """What ``python -m NAME ARGUMENTS`` ends with: an exit code, or the line that it ends on."""
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    monkeypatch.delitem(sys.modules, name, raising=False)
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code
    return 0
