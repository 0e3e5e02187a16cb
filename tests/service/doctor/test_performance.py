"""The doctor's look at the machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.doctor.places import context_of, web_server
from touchline.service.doctor import performance


@pytest.fixture
def container(tmp_path):
    """Write what Linux says of a container; gives the folder of its miner."""
    (tmp_path / "cgroup").mkdir()

    def write(**files):
        for name, content in files.items():
            (tmp_path / "cgroup" / name.replace("_", ".")).write_text(content)
        return tmp_path

    return write


def test_a_container_with_fewer_cores_than_it_sees_is_a_warning(container):
    found = performance.cores(context_of(container(cpu_max="50000 100000\n")))
    assert found.state == "warning"
    assert found.fix == "set TOUCHLINE_THREADS=1"


def test_a_container_without_a_limit_is_none(container):
    folder = container(cpu_max="max 100000\n", memory_max="max\n")
    assert performance._granted_cores(folder / "cgroup") is None
    assert performance.memory(context_of(folder)).state == "ok"


def test_more_threads_than_cores_is_a_warning(tmp_path):
    assert performance.cores(context_of(tmp_path, threads=4096)).state == "warning"


def test_cores_must_do_for_all_challenges_at_once(tmp_path):
    found = performance.cores(context_of(tmp_path, max_concurrent=4096))
    assert found.state == "warning"
    assert "MAX_CONCURRENT_CHALLENGES" in found.fix


def test_memory_must_do_for_all_challenges_at_once(tmp_path):
    assert performance.memory(context_of(tmp_path, max_concurrent=100_000)).state == "wrong"


def test_memory_of_a_container_counts(container):
    folder = container(memory_max="1000000000\n")
    assert performance.memory(context_of(folder)).state == "wrong"


def test_memory_that_the_running_service_has_is_not_missed(container):
    folder = container(memory_max="1000000000\n")
    with web_server() as number:
        assert performance.memory(context_of(folder, port=number)).state == "ok"


@given(st.integers(1, 200), st.integers(1, 50))
def test_the_last_frame_is_looked_at_once(frames, every):
    looks = performance._looks(frames, every)
    assert frames / every <= looks <= frames / every + 2


@pytest.mark.slow
def test_a_challenge_is_timed_on_a_short_clip(tmp_path):
    settings = {"device": "cpu", "detection_size": "640x360"}
    measured = performance._measure(context_of(tmp_path, **settings))
    relaxed = performance._in_time(context_of(tmp_path, answer_within=1e6), *measured)
    assert relaxed.state == "ok"
    hurried = performance._in_time(context_of(tmp_path, answer_within=0.01), *measured)
    assert hurried.state == "warning"
    assert "will not be met" in hurried.detail
