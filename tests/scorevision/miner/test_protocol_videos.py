"""The service and the hosts of videos, good and bad, that a validator's challenge may name."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.scorevision.miner.serving import Running
from tests.scorevision.miner.subnet import (
    NOWHERE,
    Clip,
    ask,
    hosting,
    on_chain,
    require_no_mistake,
    require_refused,
)
from tests.scorevision.miner.validators import body_of, client_of
from tests.service.fetching import hosts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """It gives up on a video as soon as a test would."""
    with on_chain(tmp_path_factory.mktemp("service"), "made", DOWNLOAD_SECONDS="1.5") as running:
        yield running


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with client_of(service.url) as client:
        yield client


def redirecting(clip: Clip) -> list[hosts.Answer]:
    return [hosts.redirects("/elsewhere.mp4"), hosts.says(clip.content)]


GOOD_HOSTS: dict[str, Callable[[Clip], list[hosts.Answer]]] = {
    "that redirects": redirecting,
    "that sends chunks and no length": lambda clip: [hosts.in_chunks(clip.content, size=999)],
    "that calls it something else": lambda clip: [
        hosts.says(clip.content, Content_Type="text/html; charset=utf-8")
    ],
}


@pytest.mark.parametrize("kind", GOOD_HOSTS)
def test_a_video_is_had_from_a_host(client: httpx.Client, clip: Clip, kind: str) -> None:
    with hosting(*GOOD_HOSTS[kind](clip)) as host:
        clip.require_answered(ask(client, body_of(host.url())))


BAD_HOSTS: dict[str, tuple[hosts.Answer, int]] = {
    "that does not have it": (hosts.says(b"no such video", status=404), 502),
    "that forbids it": (hosts.says(b"sign in", status=403), 502),
    "that is broken": (hosts.says(b"sorry", status=500), 502),
    "that trickles": (hosts.trickles(every=0.05), 502),
    "that stalls": (hosts.stalls(), 502),
    "that resets": (hosts.resets(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nxxxx"), 502),
    "that breaks off": (hosts.in_chunks(whole=False), 502),
    "that speaks no HTTP": (hosts.raw(b"220 ftp ready\r\n"), 502),
    "that leads round in circles": (hosts.redirects("/video.mp4"), 502),
    "that leads to a file": (hosts.redirects("file:///etc/hostname"), 422),
    "that sends a page": (hosts.says(b"<!DOCTYPE html><html><body>Sign in</body></html>"), 422),
    "that sends JSON": (hosts.says(b'{"error": "quota"}'), 422),
    "that sends nothing": (hosts.says(b""), 502),
    "that sends what is no video": (hosts.says(hosts.VIDEO), 422),
}


@pytest.mark.parametrize("kind", BAD_HOSTS)
def test_a_host_that_gives_no_video_is_told_of(client: httpx.Client, kind: str) -> None:
    answer, status = BAD_HOSTS[kind]
    with hosting(answer) as host:
        require_refused(ask(client, body_of(host.url())), status, "[a-z]")


def test_a_clip_that_is_cut_short_is_answered_or_refused(client: httpx.Client, clip: Clip) -> None:
    with hosting(hosts.says(clip.content[: len(clip.content) // 2])) as host:
        response = ask(client, body_of(host.url()))
    assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (NOWHERE, 502),
        ("file:///etc/hostname", 422),
        ("ftp://127.0.0.1/video.mp4", 422),
        ("//127.0.0.1/video.mp4", 422),
        ("video.mp4", 422),
        ("http://", 422),
        ("http://127.0.0.1:99999/", 422),
        ("http://user:secret@127.0.0.1:1/", 422),
        ("http://\x00\n/", 422),
        ("http://[::1", 422),
        ("\u00fc" * 100, 422),
    ],
)
def test_a_link_that_leads_nowhere_is_told_of(client: httpx.Client, url: str, status: int) -> None:
    require_refused(ask(client, body_of(url)), status, "[a-z]")


def test_what_a_bad_host_sent_is_not_kept(service: Running) -> None:
    """The last of these."""
    assert list(service.scratch.iterdir()) == []
    require_no_mistake(service)
