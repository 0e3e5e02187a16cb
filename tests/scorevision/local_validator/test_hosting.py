"""One video, served whole or in parts, at an address that nobody can guess, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import InputError, UsageError
from touchline.scorevision.local_validator import Host, hosting
from touchline.scorevision.local_validator.hosting import asked_bytes

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    file = tmp_path / "my match.mp4"
    file.write_bytes(CONTENT)
    (tmp_path / "secret.txt").write_text("secret")
    with hosting(file) as served:
        yield served


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def test_the_file_comes_whole_with_its_length_and_kind(host: Host) -> None:
    with host.published() as url:
        answer = get(url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-store"


def test_head_says_what_get_would_bring(host: Host) -> None:
    with host.published() as url:
        answer = httpx.head(url, trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-", 1000, len(CONTENT)),
        ("bytes=300000-899999", 300_000, 900_000),
        ("bytes=-5", len(CONTENT) - 5, len(CONTENT)),
        ("bytes=10-99999999", 10, len(CONTENT)),
    ],
)
def test_a_part_comes_alone(host: Host, asked: str, start: int, stop: int) -> None:
    with host.published() as url:
        answer = get(url, range=asked)
    assert (answer.status_code, answer.content) == (206, CONTENT[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"


def test_a_part_beyond_the_end_is_416_and_says_the_size(host: Host) -> None:
    with host.published() as url:
        answer = get(url, range=f"bytes={len(CONTENT)}-")
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=5-2", "bytes=-", "lines=1-2", "x"])
def test_what_is_not_one_range_brings_the_whole_file(host: Host, asked: str) -> None:
    with host.published() as url:
        assert (get(url, range=asked).status_code, len(get(url).content)) == (200, len(CONTENT))


@given(
    st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True) | st.text(max_size=30),
    st.integers(0, 1000),
)
def test_every_range_lies_in_the_file(header: str, size: int) -> None:
    span = asked_bytes(header, size)
    assert span is None or 0 <= span[0] <= span[1] <= size


def test_each_challenge_has_an_address_of_its_own_and_only_while_it_lasts(host: Host) -> None:
    with host.published() as first, host.published() as second:
        assert first != second
        assert len(first.rsplit("/", 1)[1]) > 32
        assert first.endswith(".mp4")
        assert "match" not in first
        assert get(first).status_code == get(second).status_code == 200
    assert get(first).status_code == get(second).status_code == 404


@pytest.mark.parametrize("path", ["/", "/my%20match.mp4", "/secret.txt", "/../secret.txt", "//"])
def test_nothing_else_is_served(host: Host, path: str) -> None:
    with host.published() as url:
        origin = url.rsplit("/", 1)[0]
        assert get(origin + path).status_code == 404
        assert httpx.head(origin + path, trust_env=False).status_code == 404
        assert httpx.post(url, trust_env=False).status_code == 501


def test_a_refusal_brings_not_a_byte_of_the_file(host: Host) -> None:
    with host.published() as url:
        port = httpx.URL(url).port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: line.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 404 ")
    assert said.endswith(b"\r\n\r\n")


def test_a_connection_serves_several_requests(host: Host) -> None:
    with host.published() as url, httpx.Client(trust_env=False) as client:
        answers = [client.get(url, headers={"range": "bytes=0-9"}) for _ in range(3)]
        assert [answer.content for answer in answers] == [CONTENT[:10]] * 3
        ports = {
            answer.extensions["network_stream"].get_extra_info("client_addr") for answer in answers
        }
    assert len(ports) == 1


def test_who_hangs_up_in_the_middle_disturbs_nobody(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    with host.published() as url:
        with httpx.stream("GET", url, trust_env=False) as answer:
            next(answer.iter_raw(100))
        assert get(url).content == CONTENT
    assert capsys.readouterr() == ("", "")


def test_nothing_listens_and_no_thread_stays_when_it_is_over(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"x")
    before = threading.active_count()
    with hosting(file) as host, host.published() as url:
        get(url)
    with pytest.raises(httpx.ConnectError):
        get(url)
    assert threading.active_count() == before


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_an_ipv6_address_will_do(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"x")
    with hosting(file, "::1") as host, host.published() as url:
        assert url.startswith("http://[::1]:")
        assert get(url).content == b"x"


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "localhost", "", "203.0.113.7"])
def test_an_address_by_which_no_miner_reaches_the_video_is_refused(
    tmp_path: Path, address: str
) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"x")
    with pytest.raises(UsageError, match="address"), hosting(file, address):
        pass


def test_a_file_that_is_none_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"), hosting(tmp_path / "none.mp4"):
        pass
    with pytest.raises(InputError, match="directory"), hosting(tmp_path):
        pass
