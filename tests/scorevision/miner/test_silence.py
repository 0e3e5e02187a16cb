"""A service that starts and stops contacts nobody and writes nothing at home."""

from pathlib import Path

from tests.scorevision.miner.serving import serving
from tests.watch import Watch


def test_neither_the_service_nor_its_worker_contacts_anybody_unasked(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    allow = tmp_path / "allow.json"
    allow.write_text('{"anyone": true}')
    environment = watch.environment
    wallet = {".bittensor", ".bittensor/wallets", ".bittensor/wallets/default"}
    hotkeys = {f".bittensor/wallets/default/{name}" for name in ("hotkeys", "hotkeys/default")}
    with serving(tmp_path, **environment, ALLOW_LIST=str(allow)):
        pass
    assert any("touchline.service.worker" in each for each in watch.started)
    assert watch.contacts == []
    assert {*watch.left_at_home} == wallet | hotkeys
