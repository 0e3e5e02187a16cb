import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.project import DEPLOY, STOPS_WITHIN

UNIT = DEPLOY / "touchline.service"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze"
)


def options() -> dict[str, str]:
    lines = [line for line in UNIT.read_text().splitlines() if "=" in line and line[0].isalpha()]
    return dict(line.split("=", 1) for line in lines)


def test_the_service_has_the_time_to_finish_and_its_analysts_are_not_told_to_end() -> None:
    assert float(options()["TimeoutStopSec"]) >= STOPS_WITHIN
    assert options()["KillMode"] == "mixed"


def test_a_lost_analyst_does_not_end_the_service_and_a_crash_does_not_last() -> None:
    assert options()["OOMPolicy"] == "continue"
    assert options()["Restart"] == "always"
    assert options()["RestartPreventExitStatus"] == "2"  # what `touchline` says of a wrong setting


def test_the_limit_of_descriptors_is_raised() -> None:
    assert int(options()["LimitNOFILE"]) >= 65536


def test_the_wallet_cannot_be_written_and_the_state_can() -> None:
    home = f"/var/lib/{options()['StateDirectory']}"
    assert options()["ProtectSystem"] == "strict"
    assert options()["ReadOnlyPaths"] == f"-{home}/.bittensor/wallets"
    assert f"--home-dir {home} " in UNIT.read_text()


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    placed = tmp_path / UNIT.name
    program = Path(sys.executable).with_name("touchline")
    placed.write_text(UNIT.read_text().replace("/opt/touchline/.venv/bin/touchline", str(program)))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(placed)], capture_output=True, text=True
    )
    assert (verified.returncode, verified.stderr) == (0, "")


@needs_systemd
def test_it_is_shut_in_well(tmp_path: Path) -> None:
    subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)],
        check=True,
        capture_output=True,
    )
