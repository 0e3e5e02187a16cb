"""Whoever lacks an extra is told its name, and the rest works without any."""

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.outputs.runs import save, state

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULES = {
    "aiohttp": "aiohttp",
    "bittensor": "bittensor",
    "bittensor-core": "bittensor_core",
    "cryptography": "cryptography",
    "fastapi": "fastapi",
    "fsspec": "fsspec",
    "httpx": "httpx",
    "kloppy": "kloppy",
    "nvidia-ml-py": "pynvml",
    "onnx": "onnx",
    "prometheus-client": "prometheus_client",
    "psutil": "psutil",
    "ray": "ray",
    "rerun-sdk": "rerun",
    "s3fs": "s3fs",
    "tokenizers": "tokenizers",
    "uvicorn": "uvicorn",
    "zstandard": "zstandard",
}
"""The module of each package that only an extra brings."""
BESIDE = ("starlette", "pandas", "matplotlib", "transformers", "mkdocs", "pytest")
"""What the extras and the tests bring along."""
HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {hidden}:
            raise ModuleNotFoundError("No module named " + name, name=name)
sys.meta_path.insert(0, Hidden())
"""
WAYS = {
    "serve": ("touchline serve", "miner"),
    "challenge http://127.0.0.1:1 --video match.mp4": ("touchline challenge", "miner"),
    "register --external-ip 1.2.3.4 --external-port 7999": ("keys", "chain"),
    "models pull clip": ("httpx", "clip"),
    "export run --to rerun": ("Rerun", "rerun"),
    "batch match.mp4 -o out --ray local": ("--ray", "ray"),
}
NAMES = {
    "touchline.to_kloppy('run')": "kloppy",
    "touchline.evaluation.formats.read_kloppy(None)": "kloppy",
    "touchline.service.WorkerPool": "miner",
    "touchline.service.fetching.fetch_video": "miner",
    "touchline.scorevision.miner.create_app": "miner",
    "touchline.service.chain": "chain",
}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[>=\[]", each)[0] for each in requirements}


def alone(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python where nothing but the base install is to be had."""
    hide = HIDE.format(hidden=[*MODULES.values(), *BESIDE])
    return subprocess.run(
        [sys.executable, "-c", hide + program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, and an empty one."""
    folder = tmp_path_factory.mktemp("alone")
    save(folder / "run", [state(0, [{"box": (1.0, 2.0, 3.0, 4.0)}])])
    (folder / "match.mp4").touch()
    return folder


def test_every_package_of_an_extra_is_hidden_here() -> None:
    extras = names([*chain.from_iterable(PROJECT["optional-dependencies"].values())])
    assert extras - names(PROJECT["dependencies"]) == set(MODULES)


@pytest.mark.parametrize("command", WAYS)
def test_a_command_names_the_extra_that_it_lacks(command: str, folder: Path) -> None:
    who, extra = WAYS[command]
    run = f"sys.argv = {['touchline', *command.split()]}\nfrom touchline.cli import main; main()"
    done = alone(run, folder)
    assert done.returncode in {1, 2}, done.stderr
    (line,) = done.stderr.splitlines()
    assert who in line
    assert f'pip install "touchline[{extra}]"' in line


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_library_tells_the_extra_that_it_lacks(name: str, folder: Path) -> None:
    module = name.rpartition(".")[0] if "chain" not in name else name
    program = f"""
import touchline.errors
try:
    import {module.split("(")[0]}
    {name}
except touchline.errors.TouchlineError as error:
    print(error)
"""
    done = alone(program, folder)
    assert f'pip install "touchline[{NAMES[name]}]"' in done.stdout, done.stderr


def test_every_public_name_and_command_is_there_without_any_extra(folder: Path) -> None:
    program = """
import touchline as tl
for name in tl.__all__:
    getattr(tl, name)
from touchline.cli import app
from typer.testing import CliRunner
for command in ("run", "report", "export", "score", "compare", "evaluate", "pack", "audit", "demo"):
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command
print(CliRunner().invoke(app, ["report", "run"]).output)
"""
    done = alone(program, folder)
    assert "report.html" in done.stdout, done.stderr
