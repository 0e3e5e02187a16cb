"""What the doctor looks at for the first protocol alone."""

import pytest

from tests.service.chain.replay import replayed_chain
from tests.service.doctor.places import SEED, context_of, write_wallet
from touchline.scorevision.doctor import challenged, deadlines
from touchline.service.chain import make_hotkey


@pytest.mark.parametrize(
    ("settings", "state"),
    [({}, "ok"), ({"answer_within": 15}, "warning"), ({"give_up_after": 240}, "warning")],
)
def test_deadlines_leave_the_validators_something(tmp_path, settings, state):
    assert deadlines(context_of(tmp_path, **settings)).state == state


@pytest.mark.parametrize(("stake", "state"), [(2.0, "ok"), (2000.0, "warning")])
def test_a_miner_with_a_validators_stake_is_not_challenged(tmp_path, stake, state):
    write_wallet(tmp_path / "wallets")
    with replayed_chain(miner=make_hotkey(SEED).public_key) as node:
        miner = node.neurons[0]
        miner.ip, miner.port, miner.alpha = "203.0.114.5", 7999, stake
        found = challenged(context_of(tmp_path, subtensor_address=node.endpoint, port=7999))
    assert (found.state, "not challenged" in found.detail) == (state, state != "ok")


def test_what_is_wrong_already_is_said_first(tmp_path):
    assert "not checked" in challenged(context_of(tmp_path)).detail
