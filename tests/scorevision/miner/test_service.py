"""How a service is put together, and what it finds at its start."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from touchline.errors import ChainError, OutputError, UsageError
from touchline.scorevision.miner.app import create_app
from touchline.scorevision.miner.service import Service
from touchline.scorevision.settings import MinerSettings
from touchline.service.web.handler import SCRATCH
from touchline.service.web.service import sweep


def settings(tmp_path: Path, **given: Any) -> MinerSettings:
    allow_list = tmp_path / "allow.json"
    allow_list.write_text('{"anyone": true}')
    usual = {
        "state": tmp_path / "state",
        "scratch": tmp_path / "scratch",
        "wallet_path": tmp_path / "wallets",
        "allow_list": allow_list,
    }
    return MinerSettings.read(**(usual | given))


def test_without_a_chain_a_throw_away_hotkey_will_do(tmp_path: Path) -> None:
    assert Service.of(settings(tmp_path)).hotkey.address.startswith("5")


def test_without_a_chain_too_a_hotkey_that_is_there_must_be_readable(tmp_path: Path) -> None:
    hotkeys = tmp_path / "wallets" / "default" / "hotkeys"
    hotkeys.mkdir(parents=True)
    (hotkeys / "default").write_text("no hotkey")
    with pytest.raises(ChainError, match="is no hotkey"):
        Service.of(settings(tmp_path))


def test_on_a_chain_a_missing_wallet_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="wallet"):
        Service.of(MinerSettings.read(state=tmp_path, wallet_path=tmp_path / "wallets"))


def test_a_folder_that_cannot_be_made_names_its_setting(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not a folder")
    with pytest.raises(OutputError, match="TOUCHLINE_SCRATCH"):
        Service.of(settings(tmp_path, scratch=taken / "videos"))


def test_what_a_killed_service_left_is_swept_and_what_a_live_one_uses_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"{SCRATCH}{dead.pid}-a", f"{SCRATCH}{os.getpid()}-a", f"{SCRATCH}1-a", "holiday"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "video").write_bytes(b"1")
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{SCRATCH}1-a", "holiday"}


def test_the_factory_reads_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(tmp_path)
    monkeypatch.setenv("ALLOW_LIST", str(found.allow_list))
    monkeypatch.setenv("TOUCHLINE_STATE", str(tmp_path / "state"))
    app = create_app()
    assert app.state.service.settings.state == tmp_path / "state"
    monkeypatch.setenv("MAX_CONCURRENT_CHALLENGES", "0")
    with pytest.raises(UsageError, match=r"MAX_CONCURRENT_CHALLENGES = '0'"):
        create_app()


def test_before_the_networks_are_loaded_the_service_answers_and_is_not_available(
    tmp_path: Path,
) -> None:
    client = TestClient(create_app(settings(tmp_path)))  # nothing runs: no lifespan
    assert client.get("/availability").json() == {"available": False}
    assert client.get("/health").status_code == 503
    assert client.get("/health/live").json() == {"live": True}
    assert b"touchline_challenges_running 0.0" in client.get("/metrics").content


def test_the_encrypted_variant_is_there_only_where_it_is_asked_for(tmp_path: Path) -> None:
    plain = TestClient(create_app(settings(tmp_path)))
    assert plain.get("/public-encryption-key").status_code == 404
    encrypted = TestClient(create_app(settings(tmp_path, encrypted=True)))
    assert "BEGIN PUBLIC KEY" in encrypted.get("/public-encryption-key").json()["public_key"]


def test_a_mistake_of_ours_is_a_status_and_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings(tmp_path))

    def broken(self: Service) -> bytes:
        raise RuntimeError("secret path /srv/key")

    monkeypatch.setattr(Service, "render_metrics", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/metrics")
    assert answer.status_code == 500
    assert "secret" not in answer.text
