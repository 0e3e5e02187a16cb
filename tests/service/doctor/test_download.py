"""The doctor's look at what downloads need."""

import shutil

import pytest

from tests.service.doctor.places import context_of, nowhere, web_server
from touchline.service.doctor import World, download


def test_a_small_clip_is_written_and_read(tmp_path):
    found = download.decode(context_of(tmp_path))
    assert found.state == "ok"
    assert "h264, hevc" in found.detail


def test_there_is_no_decoder_of_an_unknown_name():
    assert not download._can_decode("h999")


def test_room_for_a_video_is_ok(tmp_path):
    assert download.disk(context_of(tmp_path, min_free_bytes=0)).state == "ok"


def test_a_disk_below_what_stays_free_is_wrong(tmp_path):
    found = download.disk(context_of(tmp_path, min_free_bytes=2**60))
    assert found.state == "wrong"
    assert "MIN_FREE_DISK_BYTES" in found.detail


def test_room_must_be_there_for_each_challenge(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    settings = {"min_free_bytes": 0, "max_video_bytes": free * 2 // 3}
    assert download.disk(context_of(tmp_path, **settings)).state == "ok"
    assert download.disk(context_of(tmp_path, max_concurrent=2, **settings)).state == "warning"


def test_a_scratch_folder_that_is_not_there_would_be_made(tmp_path):
    found = download.disk(context_of(tmp_path, scratch=tmp_path / "new" / "deeper"))
    assert found.state == "ok"
    assert not (tmp_path / "new").exists()


def test_a_scratch_folder_that_is_a_file_is_wrong(tmp_path):
    (tmp_path / "file").touch()
    found = download.disk(context_of(tmp_path, scratch=tmp_path / "file"))
    assert found.state == "wrong"
    assert "TOUCHLINE_SCRATCH" in found.fix


@pytest.mark.parametrize("status", [200, 404])
def test_a_host_that_answers_anything_is_reached(tmp_path, status):
    with web_server(status=status) as number:
        world = World(video_host=f"http://127.0.0.1:{number}/")
        found = download.host(context_of(tmp_path, world))
    assert found.state == "ok"
    assert found.detail.startswith("127.0.0.1 answers")


def test_a_host_that_does_not_answer_is_a_warning(tmp_path):
    found = download.host(context_of(tmp_path, World(video_host=nowhere())))
    assert found.state == "warning"
    assert found.detail == "127.0.0.1 does not answer: Connection refused"


@pytest.mark.parametrize(
    ("host", "allowed", "state"),
    [
        ("0.0.0.0", False, "ok"),
        ("0.0.0.0", True, "warning"),
        ("203.0.114.5", True, "warning"),
        ("127.0.0.1", True, "ok"),
        ("localhost", True, "ok"),
    ],
)
def test_private_video_hosts_are_for_this_machine_only(tmp_path, host, allowed, state):
    context = context_of(tmp_path, host=host, allow_private_hosts=allowed)
    assert download.private_hosts(context).state == state
