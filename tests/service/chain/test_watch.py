"""The metagraph as it is kept up to date, without a chain: readings are handed in."""

import asyncio
import logging

import pytest

from tests.service.chain.replay import replayed_chain
from touchline.errors import ChainError
from touchline.service.chain import ChainWatch, Metagraph, load_metagraph, read_apart


def graph(block, origin="chain"):
    return Metagraph(netuid=44, block=block, synced=1000.0, nodes={}, origin=origin)


class Readings:
    """Gives or raises one after the other, then asks to stop; notes the pauses in between."""

    def __init__(self, *results):
        self.results, self.pauses, self.seen = list(results), [], []

    async def fetch(self):
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    async def pause(self, seconds):
        self.pauses.append(seconds)
        self.seen.append((self.watch.metagraph and self.watch.metagraph.block, self.watch.problem))
        if not self.results:
            raise asyncio.CancelledError

    def run(self, *, store=None, every=300.0, load_old=True):
        self.watch = ChainWatch(
            self.fetch, store=store, every=every, load_old=load_old, pause=self.pause
        )
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(self.watch.run())
        return self.watch


def test_the_last_good_one_stays_when_a_reading_fails():
    readings = Readings(graph(1), ChainError("it is down"), graph(3))
    readings.run()
    assert readings.seen == [(1, None), (1, "it is down"), (3, None)]


def test_pauses_double_from_five_seconds_up_to_every_and_a_success_resets_them():
    down = ChainError("it is down")
    readings = Readings(*[down] * 8, graph(1), down, graph(2))
    readings.run(every=300.0)
    assert readings.pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300, 5, 300]


def test_an_hour_without_a_chain_is_no_overflow():
    readings = Readings(*[ChainError("it is down")] * 1100)
    readings.run(every=3.0)
    assert set(readings.pauses) == {3.0}


def test_whatever_a_reading_raises_the_watch_goes_on():
    readings = Readings(ValueError("odd"), MemoryError(), graph(1))
    readings.run()
    assert readings.seen == [(None, "ValueError('odd')"), (None, "MemoryError()"), (1, None)]


def test_a_problem_is_logged_when_it_comes_changes_and_goes(caplog):
    down, late = ChainError("it is down"), ChainError("it is late")
    with caplog.at_level(logging.INFO):
        Readings(down, down, down, late, late, graph(1), graph(2)).run()
    messages = [record.getMessage() for record in caplog.records]
    assert [message.rpartition(": ")[2] for message in messages] == [
        "it is down",
        "it is late",
        "the metagraph is read again",
    ]


def test_each_good_one_is_kept_on_disk_and_the_next_start_begins_with_it(tmp_path):
    store = tmp_path / "metagraph.json"
    Readings(graph(1), graph(2)).run(store=store)
    assert load_metagraph(store).block == 2
    readings = Readings(ChainError("it is down"))
    watch = readings.run(store=store)
    assert (watch.metagraph.block, watch.metagraph.origin) == (2, "disk")
    assert readings.seen == [(2, "it is down")]


def test_the_old_one_is_left_alone_when_it_is_not_wanted(tmp_path):
    store = tmp_path / "metagraph.json"
    graph(1).save(store)
    assert ChainWatch(None, store=store, every=1, load_old=False).metagraph is None
    assert ChainWatch(None, store=store, every=1, load_old=True).metagraph.block == 1


def test_a_broken_old_one_counts_as_none_and_the_log_says_so(tmp_path, caplog):
    store = tmp_path / "metagraph.json"
    store.write_text("{")
    assert ChainWatch(None, store=store, every=1, load_old=True).metagraph is None
    assert "metagraph.json is broken" in caplog.text


def test_a_first_start_without_an_old_one_warns_of_nothing(tmp_path, caplog):
    ChainWatch(None, store=tmp_path / "metagraph.json", every=1, load_old=True)
    assert caplog.text == ""


def test_a_full_disk_is_said_once_and_does_not_stop_the_watch(tmp_path, caplog, monkeypatch):
    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", no_space)
    readings = Readings(graph(1), graph(2), graph(3))
    watch = readings.run(store=tmp_path / "metagraph.json")
    assert (watch.metagraph.block, watch.problem) == (3, None)
    assert caplog.text.count("No space left on device") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_chain_or_with_a_fixed_one_nothing_runs(tmp_path):
    async def never():
        raise AssertionError("it was read")

    store = tmp_path / "metagraph.json"
    graph(1).save(store)
    fixed = graph(9, "allow-list")
    watch = ChainWatch(never, store=store, every=1, load_old=True, fixed=fixed)
    asyncio.run(asyncio.wait_for(watch.run(), 1))
    asyncio.run(asyncio.wait_for(ChainWatch(None, store=None, every=1, load_old=True).run(), 1))
    assert watch.metagraph is fixed
    assert load_metagraph(store).block == 1


def test_a_chain_that_goes_and_comes_back_is_read_again(tmp_path):
    """The whole way: a process of its own, a websocket, the disk."""
    store = tmp_path / "metagraph.json"

    async def follow(chain):
        async def fetch():
            return await read_apart(chain.endpoint, 44, timeout=20)

        async def soon(seconds):
            await asyncio.sleep(0.01)

        watch = ChainWatch(fetch, store=store, every=60, load_old=True, pause=soon)
        running = asyncio.create_task(watch.run())
        await until(lambda: watch.metagraph is not None)
        chain.broken, chain.block = True, 1300
        await until(lambda: watch.problem is not None)
        assert watch.metagraph.block == 1234
        chain.broken = False
        await until(lambda: watch.problem is None and watch.metagraph.block == 1300)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    async def until(holds):
        while not holds():
            await asyncio.sleep(0.01)

    with replayed_chain() as chain:
        asyncio.run(asyncio.wait_for(follow(chain), 30))
    assert load_metagraph(store).find(next(iter(load_metagraph(store).nodes))).uid == 0
