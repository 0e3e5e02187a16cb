"""PM2 from npm starts the real service by the ecosystem file, keeps it alive, and ends it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.deploy.project import DEPLOY, STOPS_WITHIN
from tests.ports import free_port

READY_WITHIN = 90.0
ENDS_WITHIN = 60.0
PASSWORD = "open sesame"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]


@dataclass(frozen=True, slots=True)
class Pm2:
    """PM2 with a home of its own, and a clone of the project in which a miner is set up.

    Attributes:
        program: What npm installed.
        project: Stands for the clone: ``deploy``, ``.venv`` and ``.env`` lie in it.
        port: That the miner listens on.
    """

    program: Path
    project: Path
    port: int

    @property
    def ecosystem(self) -> Path:
        return self.project / "deploy" / "ecosystem.config.cjs"

    @property
    def home(self) -> Path:
        return self.project / "pm2"

    def __call__(self, *arguments: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.project),
            "PM2_HOME": str(self.home),
            "BT_PW": PASSWORD,
        }
        done = subprocess.run(
            [str(self.program), *arguments],
            env=environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def app(self) -> dict[str, object]:
        """What PM2 knows of the miner."""
        listed = self("jlist")
        (app,) = json.loads(listed[listed.index("[{") :])
        found: dict[str, object] = app
        return found

    def service(self) -> psutil.Process:
        return psutil.Process(int(str(self.app()["pid"])))

    def is_ready(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/health"
            return httpx.get(url, trust_env=False, verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        return "\n".join(log.read_text() for log in (self.home / "logs").glob("touchline-*.log"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("npm")
    install = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "pm2@7"]
    done = subprocess.run(install, timeout=300, capture_output=True, text=True)
    if done.returncode and "CI" not in os.environ:
        pytest.skip(f"npm cannot install PM2 here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    return folder / "node_modules" / ".bin" / "pm2"


@contextmanager
def pm2_in(folder: Path, program: Path) -> Iterator[Pm2]:
    pm2 = Pm2(program, folder, free_port())
    _lay_out(pm2)
    try:
        yield pm2
    finally:
        pm2("kill")


@pytest.fixture(scope="module")
def started(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pm2]:
    """PM2 that was told to start the miner, which is ready."""
    with pm2_in(tmp_path_factory.mktemp("miner"), program) as pm2:
        pm2("start", str(pm2.ecosystem))
        _wait(pm2.is_ready, READY_WITHIN, pm2)
        yield pm2


def test_it_starts_a_miner_again_that_was_killed(started: Pm2) -> None:
    killed = started.service()
    analysts = killed.children()
    killed.send_signal(signal.SIGKILL)
    _wait(lambda: _are_gone(killed, *analysts), 5.0, started)
    _wait(started.is_ready, READY_WITHIN, started)
    assert started.service().pid != killed.pid


def test_it_starts_the_miner_and_ends_it_with_all_that_it_started(started: Pm2) -> None:
    """The last of those that share it."""
    pm2 = started
    service = pm2.service()
    analysts = service.children()
    assert analysts
    assert "BT_PW" not in service.environ()

    pm2("stop", "touchline")
    _wait(lambda: _are_gone(service, *analysts), 5.0, pm2)
    assert "Application shutdown complete" in pm2.said()
    with socket.create_server(("127.0.0.1", pm2.port)):
        pass

    daemon = psutil.Process(int((pm2.home / "pm2.pid").read_text()))
    pm2("delete", "touchline")
    pm2("kill")
    _wait(lambda: _are_gone(daemon), 5.0, pm2)
    left = [path for path in pm2.home.rglob("*") if path.is_file() and _has_password(path)]
    assert left == []


def test_it_does_not_start_a_miner_again_whose_settings_are_wrong(
    program: Path, tmp_path: Path
) -> None:
    with pm2_in(tmp_path, program) as pm2:
        with (pm2.project / ".env").open("a") as settings:
            settings.write("MIN_STAKE_THRESHOLD=much\n")
        pm2("start", str(pm2.ecosystem))
        _wait(lambda: _is_given_up(pm2.app()), READY_WITHIN, pm2)
        assert "MIN_STAKE_THRESHOLD" in pm2.said()


def test_the_ecosystem_file_gives_the_time_to_finish() -> None:
    script = "console.log(JSON.stringify(require(process.argv[1]).apps))"
    listed = subprocess.run(
        ["node", "-e", script, str(DEPLOY / "ecosystem.config.cjs")],
        check=True,
        capture_output=True,
    )
    (app,) = json.loads(listed.stdout)
    assert app["kill_timeout"] >= 1000 * STOPS_WITHIN
    assert app["treekill"] is False


def _lay_out(pm2: Pm2) -> None:
    pm2.ecosystem.parent.mkdir()
    pm2.home.mkdir()
    shutil.copy(DEPLOY / pm2.ecosystem.name, pm2.ecosystem)
    programs = pm2.project / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "touchline").symlink_to(Path(sys.executable).with_name("touchline"))
    (pm2.project / "allowed.json").write_text('{"anyone": true}')
    settings = {
        "ALLOW_LIST": "allowed.json",
        "TOUCHLINE_HOST": "127.0.0.1",
        "TOUCHLINE_PORT": pm2.port,
        "TOUCHLINE_STATE": "state",
        "MIN_FREE_DISK_BYTES": 0,
    }
    (pm2.project / ".env").write_text(
        "".join(f"{key}={value}\n" for key, value in settings.items())
    )


def _wait(happened: Callable[[], bool], within: float, pm2: Pm2) -> None:
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        if happened():
            return
        time.sleep(0.2)
    raise AssertionError(pm2.said())


def _are_gone(*processes: psutil.Process) -> bool:
    return all(map(_is_gone, processes))


def _is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; that nobody has asked yet with what code does not matter."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_given_up(app: dict[str, object]) -> bool:
    """Whether PM2 has taken its hands off: its word for the state is wrong then, its pid is not."""
    known = app["pm2_env"]
    assert isinstance(known, dict)
    return app["pid"] == 0 and known.get("exit_code") == 2


def _has_password(path: Path) -> bool:
    return PASSWORD.encode() in path.read_bytes()
