import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from touchline.scorevision.settings import MinerSettings
from touchline.service.chain import ChainWatch, Metagraph
from touchline.service.pool import WorkerPool
from touchline.service.web.health import Vitals

FRESH = Metagraph(netuid=44, block=7, synced=0.0, nodes={}, origin="chain")


def vitals(tmp_path: Path, *, age: float | None = 10.0, ready: bool = True, **given: Any) -> Vitals:
    metagraph = None if age is None else replace(FRESH, synced=time.time() - age)
    watch = SimpleNamespace(metagraph=metagraph, problem=given.pop("problem", None))
    pool = SimpleNamespace(is_ready=ready, workers=[SimpleNamespace(device="openvino:cpu")])
    return Vitals(
        hotkey="5F",
        version="1",
        pool=cast(WorkerPool, pool),
        watch=cast(ChainWatch, watch),
        settings=MinerSettings.read(**given),
        scratch=tmp_path,
        started=time.monotonic(),
    )


def states(found: Vitals) -> dict[str, str]:
    return {name: check.state for name, check in found.read().checks.items()}


def test_with_everything_there_the_service_is_ready(tmp_path: Path) -> None:
    found = vitals(tmp_path, min_free_bytes=0).read()
    assert found.ready
    assert {check.state for check in found.checks.values()} == {"ok"}


def test_without_networks_or_chain_or_room_it_is_live_but_not_ready(tmp_path: Path) -> None:
    for missing, name in (
        (vitals(tmp_path, ready=False, min_free_bytes=0), "models"),
        (vitals(tmp_path, age=None, min_free_bytes=0), "chain"),
        (vitals(tmp_path, min_free_bytes=2**62), "disk"),
    ):
        assert states(missing)[name] == "wrong"
        assert missing.read().live
        assert not missing.read().ready


def test_a_chain_that_is_not_fresh_is_a_warning_for_the_miner_decides_by_the_last_good_copy(
    tmp_path: Path,
) -> None:
    old = vitals(tmp_path, age=9000.0, min_free_bytes=0)
    down = vitals(tmp_path, problem="no node answers", min_free_bytes=0)
    assert states(old)["chain"] == states(down)["chain"] == "warning"
    assert old.read().ready
    assert "no node answers" in down.read().checks["chain"].detail
