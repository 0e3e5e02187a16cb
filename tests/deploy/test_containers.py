"""What can be said of the containers without building them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.project import DEPLOY, ROOT, STOPS_WITHIN
from touchline.scorevision.settings import MinerSettings
from touchline.turbovision.private import PrivateSettings

FILES = [DEPLOY / "Dockerfile", DEPLOY / "Dockerfile.cuda"]
PRIVATE = DEPLOY / "Dockerfile.private"
PAGE = (ROOT / "docs" / "miner.md").read_text()
PRIVATE_PAGE = (ROOT / "docs" / "turbovision.md").read_text()
SERVE = "touchline serve --host 0.0.0.0 --port 7999"
SERVE_PRIVATE = "touchline serve --protocol turbovision --host 0.0.0.0 --port 8000"

PORTS = dict.fromkeys(FILES, "7999") | {PRIVATE: "8000"}

every_file = pytest.mark.parametrize("file", [*FILES, PRIVATE], ids=lambda file: file.name)


def instructions(file: Path) -> list[tuple[str, str]]:
    """Each instruction and what follows it, with its lines joined."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE))
    return [(line.split()[0], line.split(None, 1)[1]) for line in text.splitlines() if line.strip()]


def all_of(file: Path, name: str) -> list[str]:
    return [rest for instruction, rest in instructions(file) if instruction == name]


def last_stage(file: Path) -> list[tuple[str, str]]:
    found = instructions(file)
    start = max(index for index, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


@every_file
def test_what_is_copied_exists_and_no_secret_can_be_among_it(file: Path) -> None:
    copied = [source for rest in all_of(file, "COPY") for source in rest.split()[:-1]]
    sources = [source for source in copied if not source.startswith(("--from=", "/"))]
    assert sources
    assert all((ROOT / source).exists() for source in sources), sources
    assert not {".", "./", ".env"} & set(sources), "copy what is needed by name"


@every_file
def test_what_is_installed_is_held_to_its_hash(file: Path) -> None:
    installs = [
        part for rest in all_of(file, "RUN") for part in rest.split("&&") if " install " in part
    ]
    for install in installs:
        if "bin/pip" in install:
            assert "--require-hashes" in install or install.strip().endswith("--no-deps .")


@every_file
def test_it_runs_the_command_of_the_docs_on_the_port_of_the_docs(file: Path) -> None:
    (command,) = all_of(file, "CMD")
    serve, page = (SERVE_PRIVATE, PRIVATE_PAGE) if file == PRIVATE else (SERVE, PAGE)
    assert " ".join(json.loads(command)) == serve
    assert serve in page
    assert all_of(file, "EXPOSE") == [PORTS[file]]
    assert MinerSettings.model_fields["port"].default == 7999
    assert PrivateSettings.model_fields["port"].default == 8000


@every_file
def test_it_runs_as_a_user_that_is_not_root(file: Path) -> None:
    users = [rest for name, rest in last_stage(file) if name == "USER"]
    assert users == ["touchline"]


@every_file
def test_bases_have_a_version(file: Path) -> None:
    names = {rest.split()[-1] for rest in all_of(file, "FROM") if " AS " in rest}
    for base in (rest.split()[0] for rest in all_of(file, "FROM")):
        assert base in names or re.search(r":.*\d+\.\d+", base), base


@every_file
def test_its_health_is_whether_the_service_answers(file: Path) -> None:
    (check,) = all_of(file, "HEALTHCHECK")
    program, option, code = json.loads(check.split("CMD", 1)[1])
    assert (program, option) == ("python", "-c")
    compile(code, "healthcheck", "exec")
    assert f"http://127.0.0.1:{PORTS[file]}/health/live" in code


def test_the_gpu_differs_by_base_and_one_package() -> None:
    text = (DEPLOY / "requirements-cuda.txt").read_text()
    (pin,) = re.findall(r"^(\S+)==", text, re.MULTILINE)
    assert pin == "onnxruntime-gpu"
    runs = all_of(DEPLOY / "Dockerfile.cuda", "RUN")
    (swap,) = [rest for rest in runs if "uninstall" in rest]
    assert swap.index("uninstall --yes onnxruntime ") < swap.index("requirements-cuda.txt")


def test_the_pinned_onnx_runtime_is_one_that_the_project_takes() -> None:
    (least,) = re.findall(r'"onnxruntime>=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    (pinned,) = re.findall(r"==([\d.]+)", (DEPLOY / "requirements-cuda.txt").read_text())
    assert tuple(map(int, pinned.split("."))) >= tuple(map(int, least.split(".")))


@pytest.fixture
def miner() -> dict[str, Any]:
    service: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"][
        "miner"
    ]
    return service


def test_compose_builds_what_exists(miner: dict[str, Any]) -> None:
    context = DEPLOY / miner["build"]["context"]
    assert context.resolve() == ROOT
    file = context / miner["build"]["dockerfile"]
    assert all(name in map(_argument, all_of(file, "ARG")) for name in miner["build"]["args"])


def test_compose_gives_time_to_end_and_the_wallet_to_be_read_only(miner: dict[str, Any]) -> None:
    assert float(miner["stop_grace_period"].removesuffix("s")) >= STOPS_WITHIN
    wallets = [volume for volume in miner["volumes"] if "wallets" in volume]
    assert [volume.endswith("/hotkeys:ro") for volume in wallets] == [True]
    assert all(port.endswith(":7999") for port in miner["ports"])


def _argument(text: str) -> str:
    return text.split("=")[0]
