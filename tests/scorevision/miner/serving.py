"""The service as an operator starts it: a process of its own, with a home and a wallet of its own.

Nothing of it is patched. What tests change, they change as an operator would: by its environment.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bittensor_core as core
import httpx
import psutil

from tests.ports import free_port

START_WITHIN = 60.0
"""Seconds in which the service must be ready."""
END_WITHIN = 30.0
"""Seconds in which it must end, when told to."""

MINER_SEED = bytes.fromhex("c36cf4cf601415c2a9031ca2345212882e98207302ab2fdfa814fca4d9f33388")
MINER = "5GbPxSD1FgXvVCWDbakcSXtGX63qM53DeBcjPjhbPhHYt61H"
"""The miner's address, as another implementation makes it of that seed."""
MINER_PUBLIC = bytes.fromhex("c859485b2c81fb3fbdc9cac4b45dafcca657e9fd7281cd0cc1150cd16019e810")
KEPT = (
    *("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV", "BITTENSOR_RUNTIME_CACHE_DIR"),
    "XDG_CACHE_HOME",
)
"""All that the service sees of the environment of the tests."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs.

    Attributes:
        port: On 127.0.0.1.
        folder: Its working folder, with its home, state and scratch.
        process: The service itself; its workers are its children.
    """

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def scratch(self) -> Path:
        """Where videos arrive."""
        return self.folder / "scratch"

    def said(self) -> str:
        """Its log."""
        return (self.folder / "service.log").read_text(errors="replace")

    def memory(self) -> int:
        """Bytes of the service itself, without its workers."""
        rss: int = psutil.Process(self.process.pid).memory_info().rss
        return rss

    def connections(self) -> list[tuple[int, str]]:
        """Of the clients that are connected, the port; and the state of the connection."""
        found = psutil.Process(self.process.pid).net_connections("tcp")
        return [
            (each.raddr.port, each.status)
            for each in found
            if each.laddr.port == self.port and each.raddr
        ]


@contextmanager
def serving(folder: Path, *options: str, **settings: str) -> Iterator[Running]:
    """Run a service as ``starting`` does; it is ready when the block begins."""
    with starting(folder, *options, **settings) as running:
        _wait_until_ready(running)
        yield running


@contextmanager
def starting(folder: Path, *options: str, **settings: str) -> Iterator[Running]:
    """Run a service in a folder, which it may have run in before, ready or not.

    Args:
        folder: Becomes its working folder.
        options: Of the command besides host and port.
        settings: Environment variables besides those that keep it in that folder.
    """
    write_wallet(folder / "home")
    (folder / "scratch").mkdir(exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "touchline", "serve", "--host", "127.0.0.1"]
    with (folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), *options],
            cwd=folder,
            env=_environment(folder) | settings,
            stdout=log,
            stderr=log,
        )
    running = Running(port, folder, process)
    try:
        yield running
    finally:
        end(running)


def write_wallet(home: Path) -> None:
    """The hotkey that the service looks for when nobody names one."""
    file = home / ".bittensor" / "wallets" / "default" / "hotkeys" / "default"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    keypair = core.Keypair.create_from_seed(MINER_SEED)
    fields = json.loads(core.serialized_keypair_to_keyfile_data(keypair))
    file.write_text(json.dumps(fields | {"secretSeed": f"0x{MINER_SEED.hex()}"}))


def _environment(folder: Path) -> dict[str, str]:
    return {key: os.environ[key] for key in KEPT if key in os.environ} | {
        "HOME": str(folder / "home"),
        "TOUCHLINE_STATE": str(folder / "state"),
        "TOUCHLINE_SCRATCH": str(folder / "scratch"),
        "ALLOW_PRIVATE_VIDEO_HOSTS": "1",
        "MIN_FREE_DISK_BYTES": "0",
        "TOUCHLINE_THREADS": "1",  # other tests run beside it
    }


def _wait_until_ready(running: Running) -> None:
    ends = time.monotonic() + START_WITHIN
    with httpx.Client(base_url=running.url, trust_env=False, verify=False) as client:
        while time.monotonic() < ends and running.process.poll() is None:
            try:
                if client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"the service is not ready:\n{running.said()[-4000:]}")


def end(running: Running) -> None:
    """Tell a service to end, as its host would; one that has ended already stays so."""
    running.process.terminate()
    try:
        running.process.wait(END_WITHIN)
    except subprocess.TimeoutExpired:
        running.process.kill()
        running.process.wait()
        raise AssertionError(f"the service does not end within {END_WITHIN:.0f} s") from None
