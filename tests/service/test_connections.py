"""How connections are counted, and which of too many goes."""

import logging
import resource

import pytest

from touchline.service.connections import (
    EACH_ADDRESS,
    MOST,
    ConnectionLimits,
    Connections,
    RareLog,
    descriptor_limit,
    origin,
)


class Line:
    """A connection that remembers whether it was dropped."""

    def __init__(self) -> None:
        self.dropped = False

    def drop(self) -> None:
        self.dropped = True


def filled(limits: ConnectionLimits, *addresses: str, served: bool = False):
    connections, lines = Connections(limits), [Line() for _ in addresses]
    for number, (line, address) in enumerate(zip(lines, addresses, strict=True), 1):
        connections.add(line, address, served=served, total=number)
    return connections, lines


def dropped(lines: list[Line]) -> list[int]:
    return [number for number, line in enumerate(lines) if line.dropped]


def test_of_too_many_of_one_address_the_longest_wait_ends() -> None:
    connections, lines = filled(ConnectionLimits(each=3, total=100), *["a"] * 5, "b")
    assert dropped(lines) == [0, 1]
    assert len(connections) == 4


def test_of_too_many_in_all_the_longest_wait_ends() -> None:
    _, lines = filled(ConnectionLimits(each=3, total=4), "a", "b", "c", "d", "e")
    assert dropped(lines) == [0]


def test_who_was_answered_before_stays_while_strangers_are_many() -> None:
    limits = ConnectionLimits(each=4, total=100)
    connections, (regular,) = filled(limits, "a", served=True)
    strangers = [Line() for _ in range(50)]
    for line in strangers:
        connections.add(line, "a", served=False, total=1)
    assert not regular.dropped
    assert dropped(strangers) == list(range(47))


def test_a_stranger_is_let_in_where_idle_clients_hold_every_place() -> None:
    connections, idle = filled(ConnectionLimits(each=4, total=100), *["a"] * 4, served=True)
    stranger = Line()
    connections.add(stranger, "a", served=False, total=5)
    assert dropped(idle) == [0]
    assert not stranger.dropped


def test_a_newcomer_goes_where_all_others_are_being_answered() -> None:
    connections, stranger = Connections(ConnectionLimits(each=4, total=8)), Line()
    connections.add(stranger, "a", served=False, total=9)
    assert stranger.dropped
    assert len(connections) == 0


def test_who_waits_no_longer_is_not_dropped() -> None:
    connections, lines = filled(ConnectionLimits(each=2, total=100), "a", "a")
    connections.discard(lines[0])
    connections.discard(lines[0])
    connections.add(Line(), "a", served=False, total=3)
    assert dropped(lines) == []


@pytest.mark.parametrize(
    ("descriptors", "each", "total"),
    [(16, 4, 8), (128, 32, 64), (1024, EACH_ADDRESS, 768), (2**20, EACH_ADDRESS, MOST)],
)
def test_the_limits_leave_descriptors_for_the_rest(descriptors: int, each: int, total: int) -> None:
    limits = ConnectionLimits.under(descriptors)
    assert (limits.each, limits.total) == (each, total)


def test_the_limit_of_descriptors_is_that_of_the_process(monkeypatch) -> None:
    assert descriptor_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: endless)
    assert ConnectionLimits.of_process().total == MOST


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("/run/miner.sock", "/run/miner.sock"),
    ],
)
def test_an_address_of_ipv6_counts_by_its_network(host: str, counted: str) -> None:
    assert origin(host) == counted


def test_trouble_is_logged_once_in_a_while_with_how_often_it_was(caplog) -> None:
    rare = RareLog(every=1e6)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            rare.warn("no room")
        rare._next = 0.0
        rare.warn("no room")
    assert [record.getMessage() for record in caplog.records] == [
        "no room (1 since the last such line)",
        "no room (5 since the last such line)",
    ]
