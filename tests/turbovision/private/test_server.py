"""The server as an operator starts it, asked over the network as a validator asks."""

import json
from pathlib import Path

import pytest

from tests.scorevision.miner.serving import Running, serving
from tests.scorevision.miner.subnet import NOWHERE, require_no_mistake, require_refused
from tests.scorevision.miner.validators import client_of
from tests.turbovision.private.asking import (
    CENTRAL,
    OPTIONS,
    STAKED,
    STRANGER,
    ask,
    body_of,
    headers_of,
)
from touchline.turbovision.private import PrivateSettings
from touchline.turbovision.private.wire import ActionAnswer
from touchline.turbovision.scoring import ACTION_RULES

pytestmark = pytest.mark.slow


def require_answer(content: bytes) -> None:
    answer = ActionAnswer.model_validate_json(content)
    assert answer.challenge_id == "123"
    assert all(each.action in ACTION_RULES for each in answer.prediction.items)
    assert 0 < answer.processing_time < 30


def test_a_challenge_of_the_central_validator_is_answered(server: Running, video: str) -> None:
    response = ask(server, body_of(video))
    assert response.status_code == 200, response.text
    require_answer(response.content)


def test_the_same_video_has_the_same_answer(server: Running, video: str) -> None:
    said = [json.loads(ask(server, body_of(video)).content)["prediction"] for _ in range(2)]
    assert said[0] == said[1]


def test_who_holds_stake_may_ask_and_a_stranger_may_not(server: Running, video: str) -> None:
    body = body_of(video)
    assert ask(server, body, headers_of(body, by=STAKED)).status_code == 200
    require_refused(ask(server, body, headers_of(body, by=STRANGER)), 403, "not found")


def test_forged_replayed_foreign_and_old_challenges_are_refused(
    server: Running, video: str
) -> None:
    body = body_of(video)
    good = headers_of(body)
    forged = good | headers_of(b"another body")
    require_refused(ask(server, body, forged), 401, "does not hold")
    assert ask(server, body, good).status_code == 200
    require_refused(ask(server, body, good), 401, "used before")
    elsewhere = headers_of(body, miner=STRANGER.hotkey)
    require_refused(ask(server, body, elsewhere), 401, "another miner's")
    require_refused(ask(server, body, headers_of(body, age=200)), 401, "not of this time")
    require_refused(ask(server, body, {}), 422, "miner-hotkey is missing")
    torn = headers_of(body) | {"X-Nonce": "1"}
    require_refused(ask(server, body, torn), 401, "say two things")


def test_what_is_no_challenge_is_refused_for_its_reason(server: Running) -> None:
    for body, reason in (
        (b"[]", "object"),
        (b'{"challenge_id": 7, "video_url": "http://a/b.mp4"}', "challenge_id"),
        (b'{"challenge_id": "7"}', "needed"),
        (b'{"challenge_id": "7", "image_url": "http://a/b.png"}', "video_url is needed"),
    ):
        require_refused(ask(server, body), 400, reason)
    require_refused(ask(server, body_of("file:///etc/passwd")), 422)
    require_refused(ask(server, body_of(NOWHERE)), 502)


def test_operators_and_spot_checks_find_what_they_look_for(server: Running) -> None:
    with client_of(server.url) as client:
        assert client.get("/docs").status_code == 200
        assert client.get("/health").json()["hotkey"]
        assert client.get("/availability").json() == {"available": True}
        assert b"touchline_challenges_total" in client.get("/metrics").content


def test_nothing_of_all_this_was_a_mistake(server: Running) -> None:
    require_no_mistake(server)


def test_a_spot_check_needs_no_wallet_no_chain_and_no_signature(tmp_path: Path, video: str) -> None:
    body = body_of(video)
    with serving(
        tmp_path,
        *OPTIONS,
        ALLOW_PRIVATE_VIDEO_HOSTS="0",
        WALLET_NAME="nobody",
        SPOTCHECK_MODE="true",
        VERIFY_ENABLED="false",
        BLACKLIST_ENABLED="false",
    ) as running:
        response = ask(running, body, {"X-Miner-Hotkey": CENTRAL.hotkey})
        assert response.status_code == 200, response.text
        require_answer(response.content)
    assert not (tmp_path / "state").exists()


def test_a_spot_check_reads_no_chain_and_lets_private_hosts_through() -> None:
    usual, checked = PrivateSettings.read(), PrivateSettings.read(spotcheck=True).in_force()
    assert (usual.in_force().verify_signatures, usual.allow_private_hosts) == (True, False)
    off = {checked.verify_signatures, checked.check_hotkeys, checked.refresh_nodes}
    assert off == {False}
    assert checked.allow_private_hosts
    assert usual.port == 8000
    assert usual.stop_after is not None
    assert usual.answer_within < usual.stop_after < usual.give_up_after < 30
