import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from touchline.errors import BusyError, OutputError, RequestError, UnauthenticatedError
from touchline.service.web.nonces import MOST, PER_VALIDATOR, NonceMemory

NOW = 1_755_172_800_123_456_789
SECOND = 10**9
NONCE = f"{NOW}_aB3xY9kLmQ"


class Clock:
    """A clock that a test turns."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def turn(self, seconds):
        self.now += round(seconds * SECOND)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "nonces.sqlite"


@pytest.fixture
def memory(path, clock):
    with closing(NonceMemory(path, clock=clock)) as memory:
        yield memory


def dated(seconds, suffix="_a"):
    """A nonce that is made so many seconds from now."""
    return f"{NOW + round(seconds * SECOND)}{suffix}"


def is_taken(memory, nonce, validator="v"):
    try:
        memory.check(validator, nonce)
        memory.remember(validator, nonce)
    except UnauthenticatedError:
        return False
    return True


@pytest.mark.parametrize(
    "nonce", [NONCE, str(NOW), f"{NOW}_", f"00{NOW}_x", f"{NOW}_a_b", f"{NOW}_~!/"]
)
def test_a_nonce_begins_with_its_time_and_ends_as_it_likes(memory, nonce):
    memory.check("v", nonce)


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        "_aB3xY9kLmQ",
        "now_a",
        f"-{NOW}_a",
        f"+{NOW}_a",
        f" {NOW}_a",
        f"{NOW} _a",
        f"{NOW}.0_a",
        f"{NOW}a",
        f"{NOW}_a b",
        f"{NOW}_a:b",
        f"{NOW}_a\n",
        f"{NOW}_\xe9",
        f"{NOW}_\ud800",
        f"{NOW}_".replace("1", "\u0661"),
        "9" * 5000,
        f"{10**20 + 1}_a",
        f"{NOW}_{'a' * 200}",
    ],
)
def test_a_malformed_nonce_is_refused_as_such(memory, nonce):
    with pytest.raises(UnauthenticatedError, match="is Unix time in nanoseconds"):
        memory.check("v", nonce)


def test_the_largest_number_that_is_well_formed_is_only_out_of_time(memory):
    with pytest.raises(UnauthenticatedError, match="not of this time"):
        memory.check("v", f"{10**20}_a")


@pytest.mark.parametrize("seconds", [-120, -119.9, 0, 119.9, 120])
def test_a_nonce_within_the_window_is_good(memory, seconds):
    memory.check("v", dated(seconds))


@pytest.mark.parametrize("nanoseconds", [-120 * SECOND - 1, 120 * SECOND + 1])
def test_a_nanosecond_outside_the_window_is_too_much(memory, nanoseconds):
    with pytest.raises(UnauthenticatedError, match="not of this time"):
        memory.check("v", f"{NOW + nanoseconds}_a")


def test_a_replayed_nonce_is_refused(memory):
    memory.check("v", NONCE)
    memory.remember("v", NONCE)
    with pytest.raises(UnauthenticatedError, match="used before"):
        memory.check("v", NONCE)
    with pytest.raises(UnauthenticatedError, match="used before"):
        memory.remember("v", NONCE)


def test_a_nonce_that_was_only_checked_is_still_good(memory):
    memory.check("v", NONCE)
    assert is_taken(memory, NONCE)


def test_nonces_of_two_validators_do_not_meet(memory):
    memory.remember("v", NONCE)
    assert is_taken(memory, NONCE, "w")


def test_a_nonce_from_ahead_is_remembered_as_long_as_it_is_in_time(memory, clock):
    nonce = dated(120)
    assert is_taken(memory, nonce)
    for _ in range(240):
        clock.turn(1)
        assert not is_taken(memory, nonce)


@given(
    dates=st.lists(st.integers(-130, 400), min_size=1, max_size=4),
    steps=st.lists(st.tuples(st.integers(0, 130), st.integers(0, 3)), max_size=30),
)
@example(dates=[120], steps=[(0, 0), (240, 0)])
def test_each_nonce_is_taken_once_and_only_in_its_time(dates, steps):
    clock, taken = Clock(), set()
    with closing(NonceMemory(None, clock=clock)) as memory:
        for seconds, which in steps:
            clock.turn(seconds)
            nonce = dated(dates[which % len(dates)])
            in_time = abs(int(nonce.partition("_")[0]) - clock.now) <= 120 * SECOND
            assert is_taken(memory, nonce) == (in_time and nonce not in taken)
            taken |= {nonce} if in_time else set()


@given(st.text())
@example(f"{NOW}_\x00")
def test_whatever_is_no_nonce_is_refused_and_nothing_else_happens(text):
    with closing(NonceMemory(None, clock=Clock())) as memory:
        try:
            memory.check("v", text)
        except RequestError:
            return
        assert text.startswith(tuple("0123456789"))


def test_what_is_old_is_forgotten(memory, path, clock):
    for number in range(50):
        memory.remember("v", f"{NOW}_{number}")
    clock.turn(241)
    memory.remember("v", dated(241))
    assert count(path) == 1


def fill(path, validator, number):
    rows = ((validator, f"{NOW}_{index}", NOW) for index in range(number))
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO nonces VALUES (?, ?, ?)", rows)


def count(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT COUNT(*) FROM nonces").fetchone()[0]


def test_one_validator_cannot_take_the_room_of_the_others(memory, path, clock):
    fill(path, "v", PER_VALIDATOR)
    with pytest.raises(BusyError) as refusal:
        memory.remember("v", NONCE)
    assert refusal.value.retry_after == 240
    memory.remember("w", NONCE)
    clock.turn(241)
    memory.remember("v", dated(241))


def test_a_full_memory_refuses_rather_than_forgets(memory, path):
    fill(path, "others", MOST)
    with pytest.raises(BusyError):
        memory.remember("v", NONCE)
    assert count(path) == MOST


def test_a_restart_forgets_nothing(path, clock):
    with closing(NonceMemory(path, clock=clock)) as memory:
        memory.remember("v", NONCE)
    with closing(NonceMemory(path, clock=clock)) as memory:
        assert not is_taken(memory, NONCE)


def test_a_memory_without_a_file_remembers_too():
    with closing(NonceMemory(None, clock=Clock())) as memory:
        assert is_taken(memory, NONCE)
        assert not is_taken(memory, NONCE)


def test_of_threads_that_race_with_one_nonce_one_wins(memory):
    nonces, barrier = [f"{NOW}_{number}" for number in range(20)], threading.Barrier(8)

    def race(_):
        won = 0
        for nonce in nonces:
            barrier.wait(10)
            won += is_taken(memory, nonce)
        return won

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(race, range(8))) == len(nonces)


def does_remember(memory, nonce):
    try:
        memory.remember("v", nonce)
    except UnauthenticatedError:
        return False
    return True


RACER = """
import sys, time
from pathlib import Path
from touchline.errors import UnauthenticatedError
from touchline.service.web.nonces import NonceMemory
memory = NonceMemory(Path(sys.argv[1]))
print("ready", flush=True)
stamp = sys.stdin.readline().strip()
for number in range(int(sys.argv[2])):
    try:
        memory.remember("v", f"{stamp}_{number}")
        print(number, flush=True)
    except UnauthenticatedError:
        pass
print("done", flush=True)
sys.stdin.readline()
"""


@contextmanager
def racing(path, nonces):
    """A process that uses up nonces when it is told, and tells which it could; then it waits."""
    command = [sys.executable, "-c", RACER, str(path), str(nonces)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def start(process):
    process.stdin.write(f"{NOW}\n")
    process.stdin.flush()


def won(process):
    return [int(line) for line in iter(process.stdout.readline, "done\n")]


def test_of_processes_that_race_with_one_nonce_one_wins(path):
    with racing(path, 100) as one, racing(path, 100) as other:
        start(one)
        start(other)
        assert sorted(won(one) + won(other)) == list(range(100))


def test_a_killed_process_forgets_nothing(path):
    with racing(path, 5) as process:
        start(process)
        assert won(process) == list(range(5))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with closing(NonceMemory(path)) as memory:
        assert not any(does_remember(memory, f"{NOW}_{number}") for number in range(5))


@contextmanager
def full_disk():
    """No file may grow: what a full disk does to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_and_is_over_when_it_is_over(memory):
    with full_disk(), pytest.raises(OutputError, match=r"cannot be remembered in .*nonces\.sqlite"):
        memory.remember("v", NONCE)
    assert is_taken(memory, NONCE)
    assert not is_taken(memory, NONCE)


@pytest.mark.parametrize("place", ["missing/nonces.sqlite", "."])
def test_a_file_that_cannot_be_made_is_named_at_the_start(tmp_path, place):
    with pytest.raises(OutputError, match="cannot be remembered in"):
        NonceMemory(tmp_path / place)


def test_a_database_of_another_kind_is_left_alone(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE nonces (name TEXT)")
    with pytest.raises(OutputError, match="cannot be remembered in"):
        NonceMemory(path)
    assert path.exists()


def spoil(path):
    """Leave the head, so that it still looks like a database."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("spoil", [spoil, lambda path: path.write_bytes(b"no database" * 100)])
def test_a_broken_file_is_put_aside_and_nothing_that_it_may_have_known_is_taken(path, clock, spoil):
    ahead = dated(119)
    with closing(NonceMemory(path, clock=clock)) as memory:
        memory.remember("v", ahead)
    spoil(path)
    for _ in range(3):
        with closing(NonceMemory(path, clock=clock)) as memory:
            with pytest.raises(BusyError, match="were lost") as refusal:
                memory.check("v", ahead)
            assert 0 < refusal.value.retry_after <= 121
        clock.turn(30)
    assert path.with_name("nonces.sqlite.broken").exists()


def test_a_client_that_comes_back_when_it_was_told_is_served(path, clock):
    path.write_bytes(b"no database" * 100)
    with closing(NonceMemory(path, clock=clock)) as memory:
        with pytest.raises(BusyError) as refusal:
            memory.check("v", NONCE)
        clock.turn(refusal.value.retry_after)
        assert is_taken(memory, f"{clock.now}_a")


def test_a_file_that_breaks_while_it_is_used_is_put_aside_too(memory, path, clock):
    fill(path, "v", 500)
    spoil(path)
    with pytest.raises(OutputError):
        memory.remember("v", NONCE)
    with pytest.raises(BusyError, match="were lost"):
        memory.check("v", NONCE)
    clock.turn(121)
    assert is_taken(memory, f"{clock.now}_a")
    assert not is_taken(memory, f"{clock.now}_a")
