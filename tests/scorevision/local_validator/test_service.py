"""A round against the service itself: no network, no chain, a synthetic match."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from touchline.scorevision.local_validator import (
    Caller,
    Contest,
    Miner,
    ask_hotkey,
    offering,
    run_round,
    validators_client,
)
from touchline.scorevision.report import load_judge
from touchline.service.chain import make_hotkey
from touchline.synthetic import read_truth

SEED = bytes(range(32))
START_WITHIN = 90.0
"""Seconds in which the service must be ready."""


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """A miner as an operator starts it; anybody may ask."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "touchline.scorevision.miner.app:create_app",
        "--factory",
    ]
    log = folder / "service.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=folder,
            env=os.environ | settings_for(folder),
            stdout=out,
            stderr=out,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def settings_for(folder: Path) -> dict[str, str]:
    key = make_hotkey(SEED)
    file = folder / "wallets" / "default" / "hotkeys" / "default"
    file.parent.mkdir(parents=True)
    public = f"0x{key.public_key.hex()}"
    fields = {"accountId": public, "publicKey": public, "ss58Address": key.address}
    file.write_text(json.dumps(fields | {"secretSeed": f"0x{SEED.hex()}"}))
    (folder / "allowed.json").write_text('{"anyone": true}')
    return {
        "WALLET_PATH": str(folder / "wallets"),
        "ALLOW_LIST": str(folder / "allowed.json"),
        "ALLOW_PRIVATE_VIDEO_HOSTS": "true",
        "TOUCHLINE_STATE": str(folder / "state"),
        "MIN_FREE_DISK_BYTES": "0",
    }


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + START_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", trust_env=False, verify=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"the service is not ready:\n{log.read_text()[-4000:]}")


@pytest.mark.slow
def test_the_service_answers_a_whole_round_signed_and_scored(match: Path, tmp_path: Path) -> None:
    truths = read_truth(match / "truth.json")
    video = match / "match.mp4"
    with (
        service(tmp_path) as url,
        validators_client() as client,
        offering(video, url=None, serve_on="127.0.0.1") as offer,
    ):
        miner = Miner(url, ask_hotkey(url, client))
        caller = Caller(key=make_hotkey(), client=client)
        contest = Contest(video=video, judge=load_judge("student"))
        result = run_round(miner, offer, caller=caller, count=2, contest=contest)
    assert result.miner_hotkey == make_hotkey(SEED).address
    assert [each.problem for each in result.outcomes] == [None, None]
    assert {each.frames for each in result.outcomes} == {len(truths)}
    assert {each.signature for each in result.outcomes} == {f"signed by {miner.hotkey}: holds"}
    assert all(each.earned is not None for each in result.outcomes)
