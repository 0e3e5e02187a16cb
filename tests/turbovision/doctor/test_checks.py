"""The doctor's look at a miner of the subnet of today, with real servers on the loopback."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.service.chain.replay import MadeChain, replayed_chain
from tests.service.doctor.places import SEED, nowhere, settings_in, write_wallet
from tests.turbovision.doctor.places import REVISION, Place, listing, place
from tests.turbovision.live.test_manifest import GIVEN
from touchline.service.chain import make_hotkey
from touchline.service.doctor import Context, Verdict, examine
from touchline.turbovision.doctor import Subnet, SubnetWorld, checks_of_today
from touchline.turbovision.live import FolderCommit, ImageCommit
from touchline.turbovision.private import PrivateSettings

MINER = make_hotkey(SEED)
PEOPLE, EVENTS = "manak0/Detect-people", "manako/DetectFootballEvent"
ELEMENTS: list[dict[str, Any]] = [
    {"id": PEOPLE, "objects": ["player"], "weight": 0.1, "metrics": {"pillars": {"map50": 1}}},
    {
        "id": EVENTS,
        "track": "private",
        "groundtruth_type": "soccer_action",
        "metrics": {"pillars": {"soccer_action": 1}},
    },
    {"id": "manak0/Detect-fire", "objects": ["fire"], "metrics": {"pillars": {"map50": 1}}},
]
FOLDER = FolderCommit(
    model="me/ScoreVision",
    revision=REVISION,
    chute_id="c1",
    slug="s1",
    hotkey=MINER.address,
    element_id=PEOPLE,
)
IMAGE = ImageCommit(
    image_repo="ghcr.io/me/pt",
    image_tag="v1",
    image_digest="",
    element_id=EVENTS,
    hotkey=MINER.address,
)
Looked = Callable[..., dict[str, Verdict]]


@pytest.fixture
def node() -> Iterator[MadeChain]:
    """A chain that knows the miner at 203.0.114.5, port 8000, and is at block 1234."""
    with replayed_chain(miner=MINER.public_key) as running:
        miner = running.neurons[0]
        miner.ip, miner.port = "203.0.114.5", 8000
        yield running


@pytest.fixture
def there() -> Iterator[Place]:
    """Manifest, hub and registry in one."""
    with place() as running:
        running.has("/manifest.yaml", {**GIVEN, "expiry_block": 2000, "elements": ELEMENTS})
        yield running


@pytest.fixture
def look(tmp_path: Path, node: MadeChain, there: Place) -> Looked:
    """Look by these checks alone; gives what each came to."""
    write_wallet(tmp_path / "wallets")

    def looked(*names: str, element: str | None = None, world: Any = None, **settings: Any) -> Any:
        given = {"subtensor_address": node.endpoint, "port": 8000, **settings}
        chosen = settings_in(tmp_path, PrivateSettings, **given)
        assert isinstance(chosen, PrivateSettings)
        live = {"manifest": f"{there.base}/manifest.yaml", "hub": there.base}
        places = SubnetWorld(**{**live, "registry": there.base, **(world or {})})
        context = Context.of(chosen, places, address=chosen.miner_hotkey)
        checks = checks_of_today(Subnet.of(context, chosen, element))
        wanted = [replace(check, within=30.0) for check in checks if check.name in names]
        return {each.name: each for each in examine(context, wanted)}

    return looked


@pytest.mark.parametrize(
    ("settings", "state", "words"),
    [
        ({}, "ok", ""),
        ({"give_up_after": 30}, "wrong", "GIVE_UP_AFTER_SECONDS below 30"),
        ({"answer_by": 21}, "warning", "each be larger"),
        ({"answer_within": 25.5}, "warning", "each be larger"),
    ],
)
def test_deadlines_follow_each_other_before_validators_hang_up(
    look: Looked, settings: dict[str, float], state: str, words: str
) -> None:
    found = look("deadlines", **settings)["deadlines"]
    assert (found.state, words in found.fix) == (state, True)


@pytest.mark.parametrize(
    ("ip", "state", "words"),
    [
        ("203.0.114.5", "ok", "called at 203.0.114.5 port 8000"),
        ("2001:db8::1", "wrong", "broken URL"),
        ("0.0.0.0", "wrong", "no address"),
    ],
)
def test_an_axon_is_ipv4_for_validators_make_a_broken_url_of_others(
    look: Looked, node: MadeChain, ip: str, state: str, words: str
) -> None:
    node.neurons[0].ip = ip
    found = look("registration")["registration"]
    assert (found.state, words in found.detail) == (state, True)


def test_the_port_is_called_by_its_own_setting(look: Looked) -> None:
    found = look("registration", port=8001)["registration"]
    assert (found.state, "MINER_PORT is 8001" in found.detail) == ("warning", True)


def test_a_hotkey_that_a_setting_names_needs_no_wallet(look: Looked, tmp_path: Path) -> None:
    elsewhere = {"wallet_path": tmp_path / "none"}
    named = look("wallet", "registration", miner_hotkey=MINER.address, **elsewhere)
    assert [each.state for each in named.values()] == ["ok", "ok"]
    nobody = look("wallet", **elsewhere)["wallet"]
    assert (nobody.state, "MINER_HOTKEY" in nobody.fix) == ("warning", True)


@pytest.mark.parametrize(
    "switch", [{"spotcheck": True}, {"verify_signatures": False}, {"check_hotkeys": False}]
)
def test_a_server_that_answers_strangers_is_told(look: Looked, switch: dict[str, bool]) -> None:
    assert look("access")["access"].state == "ok"
    found = look("access", **switch)["access"]
    assert (found.state, "strangers are answered" in found.detail) == ("warning", True)


def test_without_a_metagraph_the_central_validator_may_still_ask(look: Looked) -> None:
    chainless = {"subtensor_address": nowhere().replace("http", "ws")}
    for found in look("metagraph", "access", **chainless).values():
        assert (found.state, "central validator always may" in found.detail) == ("warning", True)


@pytest.mark.parametrize(
    ("element", "state", "words"),
    [
        (PEOPLE, "ok", "touchline pack"),
        (EVENTS, "ok", "touchline serve --protocol turbovision"),
        (None, "ok", f"for us: {PEOPLE}, {EVENTS}"),
        ("manak0/Detect-fire", "warning", "fire"),
        ("manak0/detect-People ", "wrong", "is not asked"),
    ],
)
def test_an_element_is_asked_and_for_us_or_not(
    look: Looked, element: str | None, state: str, words: str
) -> None:
    found = look("element", element=element)["element"]
    assert (found.state, words in found.detail) == (state, True)
    assert (state == "wrong") == (repr(PEOPLE) in found.fix)


def test_a_manifest_that_has_ended_asks_nothing(look: Looked, node: MadeChain) -> None:
    node.block = 2001
    found = look("element", element=PEOPLE)["element"]
    assert (found.state, "ended at block 2,000" in found.detail) == ("warning", True)


def test_a_folder_that_was_committed_and_uploaded_is_well(
    look: Looked, node: MadeChain, there: Place
) -> None:
    node.opened[MINER.public_key] = [(900, FOLDER.text())]
    tree = f"/api/models/{FOLDER.model}/tree/{REVISION}"
    there.has(tree, listing(miner_py=100, model_onnx=200))
    found = look("commitment", "upload", element=PEOPLE)
    assert found["commitment"].detail == f"block 900, for {PEOPLE}: me/ScoreVision"
    assert [each.state for each in found.values()] == ["ok", "ok"]
    assert look("commitment")["commitment"].state == "ok"


def test_an_image_that_was_committed_is_looked_for(
    look: Looked, node: MadeChain, there: Place
) -> None:
    node.opened[MINER.public_key] = [(900, IMAGE.text())]
    there.has("/token", status=403)
    found = look("commitment", "upload", element=EVENTS)
    assert found["commitment"].detail == f"block 900, for {EVENTS}: ghcr.io/me/pt"
    assert "grant read" in found["upload"].fix


@pytest.mark.parametrize(
    ("element", "texts", "words"),
    [
        (PEOPLE, [], "nothing is committed"),
        (PEOPLE, [FOLDER.text().replace("people", "People")], "but for 'manak0/Detect-People'"),
        (PEOPLE, [replace(IMAGE, element_id=PEOPLE).text()], "an image is committed"),
        (EVENTS, [replace(FOLDER, element_id=EVENTS).text()], "no image is committed"),
    ],
)
def test_what_is_committed_counts_letter_by_letter_and_by_its_kind(
    look: Looked, node: MadeChain, element: str, texts: list[str], words: str
) -> None:
    node.opened[MINER.public_key] = [(900 + n, text) for n, text in enumerate(texts)]
    found = look("commitment", element=element)["commitment"]
    assert (found.state, words in found.detail) == ("wrong", True), found


def test_a_commitment_in_the_name_of_another_is_told(look: Looked, node: MadeChain) -> None:
    node.opened[MINER.public_key] = [(900, replace(FOLDER, hotkey="5A").text())]
    found = look("commitment", element=PEOPLE)["commitment"]
    assert (found.state, "another hotkey" in found.detail) == ("warning", True)


def test_a_commitment_that_names_nothing_is_wrong(look: Looked, node: MadeChain) -> None:
    text = json.dumps({"role": "miner", "element_id": PEOPLE})
    node.opened[MINER.public_key] = [(900, text)]
    found = look("upload", element=PEOPLE)["upload"]
    assert (found.state, "neither a folder nor an image" in found.detail) == ("wrong", True)


def test_what_cannot_be_reached_is_not_checked(look: Looked) -> None:
    unreachable = {"manifest": nowhere(), "hub": nowhere(), "registry": nowhere()}
    names = ("element", "commitment", "upload")
    chainless = {"subtensor_address": nowhere().replace("http", "ws")}
    for finding in look(*names, element=PEOPLE, world=unreachable, **chainless).values():
        assert (finding.state, finding.detail.startswith("not checked")) == ("warning", True)
        assert finding.fix


def test_with_an_allow_list_nothing_needs_to_be_committed(look: Looked, tmp_path: Path) -> None:
    (tmp_path / "allowed.json").write_text('{"anyone": true}')
    found = look("commitment", "upload", "registration", allow_list=tmp_path / "allowed.json")
    assert {each.state for each in found.values()} == {"ok"}
