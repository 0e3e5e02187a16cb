"""Where the time went: blocks by stage and thread, and who held Python's lock."""

import threading
import time

import pytest

from touchline.pipeline import Profile, Stopwatch

BOUND = 30.0


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_a_stage_that_holds_the_lock_in_one_go_is_named_and_one_that_waits_is_not() -> None:
    profile, end = Profile(), time.monotonic() + BOUND
    with profile.watching():
        with profile("waits"):
            time.sleep(0.05)
        while not profile.by_stage().get("holds", profile.by_stage()["waits"]).holds:
            assert time.monotonic() < end  # on a busy machine nobody can tell, for a while
            with profile("holds"):
                sum(range(10**7))  # one call, within which no other thread runs Python
    found = profile.by_stage()
    assert found["holds"].longest_hold > 0.01
    assert (found["waits"].holds, found["waits"].longest_hold) == (0, 0.0)


def test_stages_at_the_same_time_overlap_and_others_do_not() -> None:
    profile, meet = Profile(), threading.Barrier(2)

    def other() -> None:
        with profile("first"):
            meet.wait(BOUND)
            meet.wait(BOUND)

    thread = threading.Thread(target=other, name="side")
    thread.start()
    meet.wait(BOUND)
    with profile("within"):
        spin(0.02)
    meet.wait(BOUND)
    thread.join()
    with profile("after"):
        spin(0.02)
    found = profile.by_stage()
    assert list(found) == ["within", "first", "after"]
    assert found["within"].overlapped == pytest.approx(1)
    assert 0 < found["first"].overlapped < 1
    assert found["after"].overlapped == pytest.approx(0)
    assert 0 < found["within"].cpu <= found["within"].wall
    assert found["first"].wall > found["first"].cpu


def test_a_trace_has_each_block_with_its_thread_and_its_seconds() -> None:
    profile = Profile()
    for _ in range(3):
        with profile("motion"):
            spin(0.001)
    assert list(profile.each("decode", [1, 2])) == [1, 2]
    trace = profile.as_trace()
    events = trace["traceEvents"]
    blocks = [each for each in events if each["ph"] == "X"]
    assert [each["name"] for each in blocks] == ["motion"] * 3 + ["decode"] * 3  # and the end
    assert [each["ts"] for each in blocks] == sorted(each["ts"] for each in blocks)
    assert {each["args"]["name"] for each in events if each["ph"] == "M"} == {"MainThread"}
    walls = {name: 1e6 * each.wall for name, each in profile.by_stage().items()}
    assert sum(each["dur"] for each in blocks[:3]) == pytest.approx(walls["motion"], rel=0.01)
    assert trace["otherData"]["stages"]["motion"]["wall"] == pytest.approx(walls["motion"] / 1e6)


def test_a_profile_is_a_stopwatch() -> None:
    profile, plain = Profile(), Stopwatch()
    for watch in (profile, plain):
        watch.take_up({"decode": 2.0})
        with watch("decode"):
            spin(0.001)
    assert profile.seconds["decode"] == pytest.approx(plain.seconds["decode"], abs=0.5)
    assert list(profile.by_stage()) == ["decode"]
