"""What is known of a subnet, in memory and on disk."""

import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import ChainError, OutputError
from touchline.service.chain import (
    Metagraph,
    Node,
    load_metagraph,
    make_hotkey,
    read_allow_list,
)
from touchline.service.chain.metagraph import parse_metagraph

ADDRESS = make_hotkey(b"a" * 32).address
OTHER = make_hotkey(b"b" * 32).address
NODE = Node(ADDRESS, 3, 1000.5, 10.0, 998.7, True, "1.2.3.4", 7999)


def graph(**changed):
    known = {"netuid": 44, "block": 99, "synced": 1000.0, "nodes": {ADDRESS: NODE}}
    return Metagraph(**{**known, "origin": "chain", **changed})


def test_a_node_is_found_by_its_hotkey_and_no_other():
    assert graph().find(ADDRESS) is NODE
    assert graph().find(OTHER) is None


def test_anyone_counts_as_a_node_with_every_stake_where_that_is_said():
    found = graph(anyone=True).find(OTHER)
    assert (found.hotkey, found.total_stake, found.validator_permit) == (OTHER, math.inf, True)
    assert graph(anyone=True).find(ADDRESS) is NODE


def test_age_is_counted_from_the_reading_and_never_negative():
    assert graph().age(1060.5) == 60.5
    assert graph().age(900.0) == 0.0
    assert graph().age() > 1e9
    assert graph(origin="allow-list").age(1e9) == 0.0


def test_what_was_saved_is_read_back(tmp_path):
    path = tmp_path / "new" / "folder" / "metagraph.json"
    graph().save(path)
    assert load_metagraph(path) == graph(origin="disk")
    assert [entry.name for entry in path.parent.iterdir()] == ["metagraph.json"]


def test_a_save_that_fails_leaves_the_old_copy_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "metagraph.json"
    graph().save(path)
    monkeypatch.setattr("os.replace", _no_space)
    with pytest.raises(OutputError, match=r"metagraph\.json: No space left"):
        graph(block=100).save(path)
    assert load_metagraph(path).block == 99
    assert [entry.name for entry in tmp_path.iterdir()] == ["metagraph.json"]


def _no_space(*_):
    raise OSError(28, "No space left on device")


def test_a_save_to_where_nothing_can_be_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        graph().save(tmp_path / "file" / "metagraph.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"netuid": 44',
        '{"netuid": 44, "block": 1, "synced": "today", "nodes": []}',
        '{"netuid": true, "block": 1, "synced": 1.0, "nodes": []}',
        '{"netuid": 44, "block": 1, "synced": 1.0, "nodes": [{}]}',
        '{"netuid": 44, "block": 1, "synced": NaN, "nodes": []}',
        "[" * 100_000,
    ],
)
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "metagraph.json"
    path.write_text(text)
    with pytest.raises(ChainError, match=r"metagraph\.json is broken"):
        load_metagraph(path)


def test_a_missing_file_or_one_of_bytes_is_named(tmp_path):
    with pytest.raises(ChainError, match=r"absent\.json"):
        load_metagraph(tmp_path / "absent.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ChainError, match=r"bytes\.json"):
        load_metagraph(tmp_path / "bytes.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.dictionaries(st.sampled_from(["netuid", "block", "synced", "nodes"]), values) | values)
def test_no_json_is_anything_but_a_metagraph_or_a_chain_error(document):
    with suppress(ChainError):
        parse_metagraph(json.dumps(document), origin="disk")


@pytest.fixture
def allow(tmp_path):
    def write(document):
        path = tmp_path / "allowed.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return read_allow_list(path)

    return write


def test_an_allow_list_names_who_may_ask(allow):
    some = {"total_stake": 5, "tao_stake": 2.5, "alpha_stake": 0, "validator_permit": False}
    listed = allow({"validators": {ADDRESS: some, OTHER: {}}})
    assert listed.find(ADDRESS) == Node(ADDRESS, 0, 5.0, 2.5, 0.0, False)
    assert listed.find(OTHER) == Node(OTHER, 1, math.inf, math.inf, math.inf, True)
    assert listed.find(make_hotkey().address) is None
    assert listed.origin == "allow-list"


def test_an_allow_list_may_let_anyone_ask(allow):
    assert allow({"anyone": True}).find(OTHER).total_stake == math.inf
    assert allow({"anyone": False}).find(OTHER) is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "it must be an object"),
        ({"anyone": "yes"}, "anyone must be true or false, not 'yes'"),
        ({"validator": {}}, "has the key 'validator'; allowed: anyone, validators"),
        ({"validators": [ADDRESS]}, "validators must be an object"),
        ({"validators": {"5abc": {}}}, "'5abc' is not an SS58 address"),
        ({"validators": {ADDRESS: 5}}, f"{ADDRESS} must be an object, not 5"),
        ({"validators": {ADDRESS: {"stake": 5}}}, "has the key 'stake'"),
        ({"validators": {ADDRESS: {"tao_stake": "5"}}}, "tao_stake of .* from 0 up, not '5'"),
        ({"validators": {ADDRESS: {"tao_stake": -1}}}, "from 0 up, not -1"),
        ({"validators": {ADDRESS: {"tao_stake": True}}}, "from 0 up, not True"),
        ({"validators": {ADDRESS: {"tao_stake": math.nan}}}, "from 0 up, not nan"),
        ({"validators": {ADDRESS: {"validator_permit": 1}}}, "must be true or false, not 1"),
    ],
)
def test_a_wrong_allow_list_says_what_is_wrong(allow, document, words):
    with pytest.raises(ChainError, match=rf"allowed\.json.*{words}"):
        allow(document)


def test_a_missing_allow_list_is_named(tmp_path):
    with pytest.raises(ChainError, match=r"absent\.json cannot be read: No such file"):
        read_allow_list(tmp_path / "absent.json")
