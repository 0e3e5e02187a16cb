"""The short match of the first protocol's tests, and a server that answers challenges about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scorevision.miner.conftest import clip as clip
from tests.scorevision.miner.conftest import video as video
from tests.scorevision.miner.serving import Running, serving
from tests.turbovision.private.asking import CENTRAL, OPTIONS, STAKED


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("private")
    allowed = folder / "allowed.json"
    allowed.write_text(f'{{"validators": {{"{STAKED.hotkey}": {{}}}}}}')
    named = {"CENTRAL_VALIDATOR": CENTRAL.hotkey, "ALLOW_LIST": str(allowed)}
    with serving(folder, *OPTIONS, DOWNLOAD_SECONDS="3.9", **named) as running:
        yield running
