"""Forty hostile links, and names whose answers change: nothing that is not public is reached."""

import asyncio
import contextlib
import dataclasses

import httpx
import pytest

from tests.service.fetching.certificates import Authority
from tests.service.fetching.hosts import VIDEO, says, serving
from touchline.errors import VideoRefusedError, VideoUnreachableError
from touchline.service.fetching import Limits, Outside, fetch_video

STRICT = Limits(seconds=30, connect=2, read=2, bytes=10**7, free=0, allow_private=False, tries=2)
OPEN = dataclasses.replace(STRICT, allow_private=True)
PUBLIC = "93.184.215.14"

NAMES = {
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "private.example": ["10.0.0.1"],
    "home.example": ["192.168.1.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "half.example": [PUBLIC, "127.0.0.1"],
    "localhost": ["127.0.0.1"],
    "a.localhost": [PUBLIC],
    "public.example": [PUBLIC],
}

HOSTILE = [
    *(
        f"http://{host}:{{port}}/"
        for host in (
            "127.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433",
            "017700000001", "127.0.0.1.", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
            "127%2e0%2e0%2e1", "127.8.8.8", "0.0.0.0", "0", "[::1]", "[::]", "[::127.0.0.1]",
            "[::ffff:127.0.0.1]", "[::1%25lo]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
            "localhost", "LOCALHOST.", "a.localhost", "10.0.0.1", "172.16.0.1", "192.168.0.1",
            "100.64.0.1", "169.254.169.254", "0xa9fea9fe", "255.255.255.255", "user@127.0.0.1",
            "8.8.8.8:80@127.0.0.1", "8.8.8.8\\@127.0.0.1",
            *(name for name in NAMES if name not in ("localhost", "a.localhost", "public.example")),
        )
    ),
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
]  # fmt: skip


async def resolver(host, port):
    return NAMES[host]


def plays(response):
    """A transport that gives this answer without a network, and keeps what it was asked."""
    asked = []

    def answer(request):
        asked.append(request)
        return response

    return asked, lambda: httpx.MockTransport(answer)


async def blocks():
    yield VIDEO


async def fetch(url, target, *, limits=STRICT, **outside):
    async def pause(seconds):
        pass

    given = {"resolver": resolver, "pause": pause} | outside
    return await fetch_video(
        url, target, limits=limits, on_progress=lambda *_: None, outside=Outside(**given)
    )


def test_there_are_forty_hostile_links_at_least():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("link", HOSTILE)
def test_a_hostile_link_is_refused_and_reaches_nobody(link, tmp_path):
    async def run():
        async with serving(says()) as host:
            with pytest.raises(VideoRefusedError, match="is not fetched"):
                await fetch(link.format(port=host.port), tmp_path / "video")
            return host.connections

    assert asyncio.run(run()) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", HOSTILE)
def test_a_redirect_to_a_hostile_link_is_refused_and_reaches_nobody(link, tmp_path):
    async def run():
        async with serving(says()) as host:
            there = link.format(port=host.port)
            # Headers are ASCII; browsers and servers write the rest percent-encoded.
            moved = httpx.Response(302, headers={"Location": there.encode()})
            asked, connect = plays(moved)
            # Relative to an answer over http, two slashes or one lead back to a host or a path.
            with contextlib.suppress(VideoUnreachableError), pytest.raises(VideoRefusedError):
                await fetch("http://public.example/", tmp_path / "video", connect=connect)
            return host.connections, {request.url.host for request in asked}

    assert asyncio.run(run()) == (0, {PUBLIC})


def test_the_loopback_is_reached_only_where_the_operator_allows_it(tmp_path):
    async def run():
        async with serving(says()) as host:
            url = host.url(name="loopback.example")
            assert await fetch(url, tmp_path / "video", limits=OPEN) == len(VIDEO)
            return host.asked[0].headers["host"], host.port

    name, port = asyncio.run(run())
    assert name == f"loopback.example:{port}"


def test_a_name_is_looked_up_once_and_its_checked_address_is_asked(tmp_path):
    looked_up = []

    async def changing(host, port):
        looked_up.append((host, port))
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    asked, connect = plays(httpx.Response(200, content=blocks()))
    url = "https://rebinding.example/v.mp4?x=1"
    asyncio.run(fetch(url, tmp_path / "video", resolver=changing, connect=connect))
    assert looked_up == [("rebinding.example", 443)]
    assert [str(request.url) for request in asked] == [f"https://{PUBLIC}/v.mp4?x=1"]
    assert asked[0].headers["Host"] == "rebinding.example"
    assert asked[0].extensions["sni_hostname"] == "rebinding.example"


@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.Response(302, headers={"Location": "/"})]
)
def test_a_name_that_turns_to_the_loopback_later_is_refused_then(answer, tmp_path):
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def changing(host, port):
        return next(answers)

    asked, connect = plays(answer)
    with pytest.raises(VideoRefusedError, match="not at a public address"):
        asyncio.run(
            fetch("http://rebinding.example/", tmp_path / "v", resolver=changing, connect=connect)
        )
    assert len(asked) == 1


class Body(httpx.AsyncByteStream):
    """An answer's body that keeps whether it was closed."""

    closed = False

    async def __aiter__(self):
        yield VIDEO

    async def aclose(self):
        self.closed = True


@pytest.mark.parametrize("status", [200, 302, 503])
def test_a_connection_is_closed_before_the_next_is_opened(status, tmp_path):
    first, headers = Body(), {"Location": "/", "Content-Length": str(len(VIDEO) + 1)}
    closed = []

    def answer(request):
        closed.append(first.closed)
        if len(closed) == 1:
            return httpx.Response(status, headers=headers, stream=first)
        return httpx.Response(404)

    with pytest.raises(VideoUnreachableError, match="answers 404"):
        asyncio.run(
            fetch(
                "http://public.example/",
                tmp_path / "video",
                connect=lambda: httpx.MockTransport(answer),
            )
        )
    assert closed == [False, True]


def test_a_page_of_drive_is_asked_as_its_file(tmp_path):
    async def google(host, port):
        return [PUBLIC]

    asked, connect = plays(httpx.Response(200, content=blocks()))
    url = "https://drive.google.com/file/d/1aB/view"
    asyncio.run(fetch(url, tmp_path / "video", resolver=google, connect=connect))
    assert asked[0].headers["Host"] == "drive.usercontent.google.com"
    assert asked[0].url.raw_path == b"/download?id=1aB&export=download&confirm=t"


@pytest.fixture(scope="module")
def authority():
    return Authority()


def over_tls(authority, folder, *, certificate, trust):
    """Fetch from ``video.example``, at the loopback, whose certificate is for ``certificate``."""

    async def loopback(host, port):
        return ["127.0.0.1"]

    def connect():
        return httpx.AsyncHTTPTransport(verify=trust)

    async def run():
        async with serving(says(), tls=authority.server(certificate, folder)) as host:
            url = host.url(name="video.example")
            target = folder / "video"
            return await fetch(url, target, limits=OPEN, resolver=loopback, connect=connect)

    return asyncio.run(run())


def test_a_certificate_for_the_name_is_good_though_the_address_is_asked(authority, tmp_path):
    size = over_tls(authority, tmp_path, certificate="video.example", trust=authority.trust())
    assert size == len(VIDEO)


@pytest.mark.parametrize("certificate", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_not_good(authority, tmp_path, certificate):
    with pytest.raises(VideoUnreachableError, match="certificate verify failed"):
        over_tls(authority, tmp_path, certificate=certificate, trust=authority.trust())


def test_a_certificate_of_an_unknown_authority_is_not_good(authority, tmp_path):
    with pytest.raises(VideoUnreachableError, match="certificate verify failed"):
        over_tls(authority, tmp_path, certificate="video.example", trust=Authority().trust())


def test_the_default_trusts_no_unknown_authority_either(authority, tmp_path):
    async def loopback(host, port):
        return ["127.0.0.1"]

    async def run():
        async with serving(says(), tls=authority.server("video.example", tmp_path)) as host:
            url = host.url(name="video.example")
            await fetch(url, tmp_path / "video", limits=OPEN, resolver=loopback)

    with pytest.raises(VideoUnreachableError, match="certificate verify failed"):
        asyncio.run(run())
