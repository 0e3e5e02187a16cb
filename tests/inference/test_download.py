"""A real server on the loopback: with ranges and without, broken, wrong, absent."""

import hashlib

import httpx
import numpy as np
import pytest

from tests.inference.hub import Hub, serving
from touchline.errors import ModelError, OutputError
from touchline.inference import download
from touchline.inference.download import Transfer, cache_folder, fetch

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA = hashlib.sha256(CONTENT).hexdigest()


def quick(**given):
    """No waiting; the pauses asked for are kept."""
    pauses = []
    return Transfer(pause=pauses.append, **given), pauses


def test_a_file_arrives_whole_and_leaves_no_part(tmp_path):
    with serving(Hub(CONTENT)) as url:
        path = fetch(url, tmp_path / "deep" / "file", sha256=SHA, bytes=len(CONTENT))
    assert path.read_bytes() == CONTENT
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_what_is_there_is_not_fetched_again(tmp_path):
    (tmp_path / "file").write_bytes(CONTENT)
    assert fetch("http://127.0.0.1:1/", tmp_path / "file", sha256=SHA) == tmp_path / "file"


def test_a_changed_file_is_replaced(tmp_path):
    (tmp_path / "file").write_bytes(b"changed")
    with serving(Hub(CONTENT)) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA).read_bytes() == CONTENT


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_part_is_continued_where_it_ended(tmp_path, size):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    hub = Hub(CONTENT)
    with serving(hub) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA, bytes=size).read_bytes() == CONTENT
    assert hub.asked == ["bytes=1000-"]


def test_a_server_without_ranges_sends_it_all_and_the_part_is_written_anew(tmp_path):
    (tmp_path / "file.part").write_bytes(b"x" * 1000)
    with serving(Hub(CONTENT, ranges=False)) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA).read_bytes() == CONTENT


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_part_that_is_complete_is_taken(tmp_path, size):
    (tmp_path / "file.part").write_bytes(CONTENT)
    with serving(Hub(CONTENT)) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA, bytes=size).read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_thrown_away(tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT + b"more")
    transfer, _ = quick()
    with serving(Hub(CONTENT)) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer).read_bytes() == CONTENT


def test_a_continuation_at_another_byte_is_not_appended(tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    transfer, pauses = quick()
    with serving(Hub(CONTENT, shifted=7)) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer).read_bytes() == CONTENT
    assert len(pauses) == 1


def test_a_connection_that_breaks_is_taken_up_again_as_long_as_it_brings_more(tmp_path):
    hub = Hub(CONTENT, cut_after=400_000)
    transfer, pauses = quick(attempts=2)
    with serving(hub) as url:
        path = fetch(url, tmp_path / "file", sha256=SHA, bytes=len(CONTENT), transfer=transfer)
    assert path.read_bytes() == CONTENT
    assert hub.asked == [None, *(f"bytes={n}-" for n in range(400_000, 3_000_000, 400_000))]
    assert pauses == [1.0] * 7


def test_a_connection_that_brings_no_more_is_given_up_and_the_part_kept(tmp_path):
    transfer, pauses = quick(attempts=3)
    with (
        serving(Hub(CONTENT, cut_after=400_000, ranges=False)) as url,
        pytest.raises(ModelError, match="could not be fetched"),
    ):
        fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer)
    assert pauses == [1.0, 2.0]
    assert (tmp_path / "file.part").stat().st_size == 400_000


def test_a_server_in_trouble_is_asked_again(tmp_path):
    transfer, pauses = quick()
    with serving(Hub(CONTENT, failing=[503, 500, 429])) as url:
        assert fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer).read_bytes() == CONTENT
    assert pauses == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("size", [len(CONTENT), len(CONTENT) - 5, None])
def test_another_content_is_never_taken_and_does_not_stay(tmp_path, size):
    other = b"?" + CONTENT[1:]
    with (
        serving(Hub(other)) as url,
        pytest.raises(ModelError, match=f"{hashlib.sha256(other).hexdigest()}, not {SHA}")
        if size != len(CONTENT) - 5
        else pytest.raises(ModelError, match="another file than expected"),
    ):
        fetch(url, tmp_path / "file", sha256=SHA, bytes=size)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_refused_at_once(tmp_path):
    transfer, pauses = quick()
    with (
        serving(Hub(CONTENT, failing=[404])) as url,
        pytest.raises(ModelError, match="answers 404"),
    ):
        fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer)
    assert pauses == []


def test_without_a_connection_the_message_says_what_to_fetch_and_where_to_put_it(tmp_path):
    with serving(Hub(CONTENT)) as url:
        pass  # nobody listens there any more
    transfer, pauses = quick()
    with pytest.raises(ModelError, match=rf"{url} could not be fetched .* --from FOLDER"):
        fetch(url, tmp_path / "file", sha256=SHA, transfer=transfer)
    assert pauses == [1.0, 2.0, 4.0, 8.0]


def test_redirects_are_followed_and_the_part_is_continued_behind_them(tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    hub = Hub(CONTENT)
    with serving(hub) as url:
        moved = url.replace("/file", "/moved")
        assert fetch(moved, tmp_path / "file", sha256=SHA).read_bytes() == CONTENT
    assert hub.asked == ["bytes=1000-"] * 2


def test_progress_is_told_from_where_it_goes_on_to_the_end(tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    told = []
    with serving(Hub(CONTENT)) as url, httpx.Client() as client:
        transfer = Transfer(client=client, progress=lambda *each: told.append(each))
        fetch(url, tmp_path / "file", sha256=SHA, bytes=len(CONTENT), transfer=transfer)
        assert not client.is_closed
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[0][0] > 1000


def test_a_disk_too_small_is_told_before_anything_is_fetched(tmp_path):
    hub = Hub(CONTENT)
    with serving(hub) as url, pytest.raises(OutputError, match=r"MB free; .* needs"):
        fetch(url, tmp_path / "file", sha256=SHA, bytes=10**18)
    assert hub.asked == []


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        fetch("http://127.0.0.1:1/", tmp_path / "taken" / "file", sha256=SHA)


def test_the_cache_lies_in_the_home_folder():
    assert cache_folder().parts[-2:] == (".cache", "touchline")
    assert download.TIMEOUT > 0
