"""A video from a real server on the loopback: good, slow, lying, broken, endless."""

import asyncio
import bz2
import dataclasses
import gzip
import lzma
import subprocess
import sys
import textwrap
import zlib

import httpx
import psutil
import pytest
import zstandard

from tests.service.fetching.hosts import (
    HEAD,
    VIDEO,
    in_chunks,
    never_ends,
    raw,
    redirects,
    resets,
    says,
    serving,
    stalls,
    trickles,
    with_ranges,
)
from touchline.errors import OutputError, VideoRefusedError, VideoUnreachableError
from touchline.scorevision.settings import MinerSettings
from touchline.service.fetching import Limits, Outside, fetch_video

LIMITS = Limits(
    seconds=20, connect=5, read=5, bytes=50_000_000, free=0, allow_private=True, tries=3
)
CUT = 100_000
OVERLAP = 64 * 1024


class Fetching:
    """One download after the other, with what it told and how long it would have waited."""

    def __init__(self, target, **limits):
        self.target, self.told, self.pauses = target, [], []
        self.limits = dataclasses.replace(LIMITS, **limits)

    def __call__(self, *answers, path="/video.mp4"):
        return asyncio.run(self.from_host(answers, path))

    async def from_host(self, answers, path):
        async with serving(*answers) as self.host:
            return await self.fetch(self.host.url(path))

    async def fetch(self, url, **outside):
        async def pause(seconds):
            self.pauses.append(seconds)

        return await fetch_video(
            url,
            self.target,
            limits=self.limits,
            on_progress=lambda *each: self.told.append(each),
            outside=Outside(pause=pause, **outside),
        )

    @property
    def spans(self):
        return [asked.headers.get("range") for asked in self.host.asked]


@pytest.fixture
def target(tmp_path):
    return tmp_path / "video"


@pytest.fixture
def fetch(target):
    return Fetching(target)


def test_a_video_arrives_whole_and_block_by_block(fetch, target):
    assert fetch(says()) == len(VIDEO)
    assert target.read_bytes() == VIDEO
    assert len(fetch.told) > 1
    assert fetch.told == sorted(fetch.told)
    assert fetch.told[-1] == (len(VIDEO), len(VIDEO))
    assert {total for _, total in fetch.told} == {len(VIDEO)}


def test_what_was_told_is_on_disk_when_it_is_told(target):
    seen = []

    async def run():
        async with serving(says()) as host:
            await fetch_video(
                host.url(),
                target,
                limits=LIMITS,
                on_progress=lambda size, _: seen.append(target.read_bytes() == VIDEO[:size]),
            )

    asyncio.run(run())
    assert seen
    assert all(seen)


def test_a_video_without_a_length_arrives_too(fetch, target):
    assert fetch(in_chunks()) == len(VIDEO)
    assert target.read_bytes() == VIDEO
    assert {total for _, total in fetch.told} == {None}


def test_a_length_beside_chunks_says_nothing(fetch):
    assert fetch(in_chunks(Content_Length="5")) == len(VIDEO)
    assert {total for _, total in fetch.told} == {None}


def test_a_host_is_asked_plainly(fetch):
    fetch(says(), path="/a b.mp4?token=1")
    asked = fetch.host.asked[0]
    assert asked.path == "/a%20b.mp4?token=1"
    assert asked.headers == {
        "host": f"127.0.0.1:{fetch.host.port}",
        "accept": "*/*",
        "accept-encoding": "identity",
        "user-agent": "touchline",
    }


def test_the_environments_proxies_are_not_asked(fetch, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert fetch(says()) == len(VIDEO)


# What breaks off, and what may pass


@pytest.mark.parametrize("version", [{}, {"ETag": '"1"'}, {"Last_Modified": "Mon, 1 Jan"}])
def test_a_broken_video_is_continued_where_it_broke_off(fetch, target, version):
    assert fetch(with_ranges(cut=CUT, **version), with_ranges(**version)) == len(VIDEO)
    assert target.read_bytes() == VIDEO
    assert fetch.spans == [None, f"bytes={CUT - OVERLAP}-"]
    assert fetch.host.asked[1].headers.get("if-range") == next(iter(version.values()), None)
    assert [size for size, _ in fetch.told] == sorted({size for size, _ in fetch.told})


def test_a_broken_video_without_a_length_is_continued(fetch, target):
    assert fetch(in_chunks(VIDEO[:CUT], whole=False), with_ranges()) == len(VIDEO)
    assert target.read_bytes() == VIDEO
    assert fetch.told[-1] == (len(VIDEO), len(VIDEO))


def test_a_weak_tag_is_not_asked_for(fetch):
    fetch(with_ranges(cut=CUT, ETag='W/"1"'), with_ranges(ETag='W/"1"'))
    assert "if-range" not in fetch.host.asked[1].headers


def test_a_host_without_ranges_sends_it_all_again_and_what_is_there_stays(fetch, target):
    assert fetch(says(VIDEO[:CUT], announced=len(VIDEO)), says()) == len(VIDEO)
    assert target.read_bytes() == VIDEO
    assert [size for size, _ in fetch.told] == sorted({size for size, _ in fetch.told})


def test_a_length_once_told_holds_though_the_next_try_has_none(fetch):
    broken = with_ranges(cut=CUT)
    assert fetch(broken, in_chunks()) == len(VIDEO)
    assert {total for _, total in fetch.told} == {len(VIDEO)}
    with pytest.raises(VideoUnreachableError, match=f"ended after {CUT + 1} of the {len(VIDEO)}"):
        fetch(broken, in_chunks(VIDEO[: CUT + 1]))


OTHER = VIDEO[:50_000] + b"?" + VIDEO[50_001:]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (with_ranges(cut=CUT), says(VIDEO + b"more")),
        (with_ranges(cut=CUT), with_ranges(VIDEO + b"more")),
        (with_ranges(cut=CUT), with_ranges(OTHER)),
        (with_ranges(cut=CUT), says(OTHER)),
        (in_chunks(VIDEO[:CUT], whole=False), in_chunks(OTHER)),
        (with_ranges(cut=CUT, ETag='"1"'), with_ranges(ETag='"2"')),
        (with_ranges(cut=CUT, ETag='"1"'), says(ETag='"2"')),
        (with_ranges(cut=CUT, Last_Modified="Mon"), says(Last_Modified="Tue")),
    ],
)
def test_another_video_at_the_second_try_is_never_mixed_in(fetch, first, second, target):
    with pytest.raises(VideoUnreachableError, match="another video than at the first try"):
        fetch(first, second)
    assert not target.exists()


@pytest.mark.parametrize(
    "span", [f"bytes {CUT + 1}-{len(VIDEO) - 1}/{len(VIDEO)}", "bytes */5", "", "frames 1-2/3"]
)
def test_a_continuation_from_another_place_is_refused(fetch, span):
    answers = with_ranges(cut=CUT), says(VIDEO[CUT:], status=206, Content_Range=span)
    with pytest.raises(VideoUnreachableError, match="continues at another byte"):
        fetch(*answers)


def test_another_video_is_taken_while_nothing_of_the_first_is_there(fetch, target):
    gone = with_ranges(VIDEO + b"more", cut=0, ETag='"1"')
    assert fetch(gone, with_ranges(ETag='"2"')) == len(VIDEO)
    assert target.read_bytes() == VIDEO


def test_what_always_breaks_off_is_given_up_and_leaves_nothing(fetch, target):
    with pytest.raises(VideoUnreachableError, match=r"broke off: .*; given up after 3 tries"):
        fetch(with_ranges(cut=10_000))
    assert len(fetch.pauses) == 2
    assert not target.exists()


def test_a_connection_that_is_reset_is_given_up_and_leaves_nothing(fetch, target):
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + VIDEO[:500]
    with pytest.raises(VideoUnreachableError, match=r"broke off: .*; given up after 3 tries"):
        fetch(resets(half))
    assert not target.exists()


def test_a_connection_that_a_host_keeps_is_not_used_again(target):
    # Two names at one address may share it, and not the certificate.
    span = f"Content-Range: bytes 0-99/{len(VIDEO)}\r\nContent-Length: 100"
    part = f"HTTP/1.1 206 Partial\r\n{span}\r\n\r\n".encode() + VIDEO[:100]
    fetch = Fetching(target, read=1)
    assert fetch(stalls(part), with_ranges()) == len(VIDEO)
    assert len(fetch.pauses) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_host_in_trouble_is_asked_again(fetch, status):
    assert fetch(says(status=status), says(status=status), says()) == len(VIDEO)
    assert len(fetch.pauses) == 2


def test_a_host_that_stays_in_trouble_is_given_up(fetch):
    with pytest.raises(VideoUnreachableError, match=r"answers 503; given up after 3 tries\."):
        fetch(says(status=503))
    assert len(fetch.host.asked) == 3


@pytest.mark.parametrize("status", [204, 300, 304, 400, 401, 403, 404, 410, 416])
def test_any_other_answer_is_final(fetch, status):
    with pytest.raises(VideoUnreachableError, match=f"answers {status}"):
        fetch(says(b"", status=status))
    assert fetch.pauses == []


def test_pauses_grow_and_are_drawn_by_chance(target):
    drawn = []

    def draw(low, high):
        drawn.append((low, high))
        return high

    async def run():
        async with serving(says(status=500)) as host:
            await Fetching(target).fetch(host.url(), draw=draw)

    with pytest.raises(VideoUnreachableError):
        asyncio.run(run())
    assert drawn == [(4.0, 8.0), (4.0, 10.0)]


def test_a_pause_that_would_outlast_the_time_is_not_begun(target):
    fetch = Fetching(target, seconds=3.9)
    with pytest.raises(VideoUnreachableError, match=r"answers 500; given up after 1 try\."):
        fetch(says(status=500))
    assert fetch.pauses == []


def test_a_host_where_nobody_listens_is_tried_again_and_given_up(fetch):
    async def run():
        async with serving(says()) as host:
            url = host.url()
        await fetch.fetch(url)

    with pytest.raises(VideoUnreachableError, match=r"cannot be reached: .*after 3 tries"):
        asyncio.run(run())


def test_an_address_that_does_not_answer_leads_to_the_next(fetch):
    async def resolver(host, port):
        return ["127.0.0.2", "127.0.0.1"]

    async def run():
        async with serving(says()) as host:
            return await fetch.fetch(host.url(name="video.example"), resolver=resolver)

    assert asyncio.run(run()) == len(VIDEO)
    assert fetch.pauses == []


# What takes too long


def test_a_host_that_accepts_no_connection_is_named_so(fetch):
    def refuse(request):
        raise httpx.ConnectTimeout("")

    with pytest.raises(VideoUnreachableError, match=r"no connection within 5 s; .* 3 tries"):
        asyncio.run(fetch.fetch("http://127.0.0.1/", connect=lambda: httpx.MockTransport(refuse)))
    assert len(fetch.pauses) == 2


def test_a_host_that_falls_silent_is_named_so(target):
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + VIDEO[:500]
    for sent in (b"", b"HTTP/1.1 200 OK\r\n", half):
        fetch = Fetching(target, read=0.05)
        with pytest.raises(VideoUnreachableError, match=r"was silent for 0\.05 s; .* 3 tries"):
            fetch(stalls(sent))
        assert len(fetch.host.asked) == 3
        assert not target.exists()


def test_a_host_that_trickles_is_cut_off_when_the_time_is_up(target):
    fetch = Fetching(target, seconds=0.3)
    with pytest.raises(VideoUnreachableError, match=r"did not arrive within 0\.3 s"):
        fetch(trickles(every=0.01))
    assert len(fetch.told) > 1
    assert not target.exists()


def test_a_name_that_is_never_found_is_cut_off_when_the_time_is_up(target):
    async def resolver(host, port):
        await asyncio.Event().wait()

    fetch = Fetching(target, seconds=0.1)
    with pytest.raises(VideoUnreachableError, match=r"did not arrive within 0\.1 s"):
        asyncio.run(fetch.fetch("http://video.example/", resolver=resolver))


def test_a_cancelled_download_leaves_nothing(target):
    fetch = Fetching(target)

    async def run():
        async with serving(trickles(every=0.01)) as host:
            task = asyncio.create_task(fetch.fetch(host.url()))
            async with asyncio.timeout(5):
                while not fetch.told:
                    await asyncio.sleep(0.001)
            assert target.exists()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert not target.exists()


# What is too large, too small, or no video


def test_a_video_that_is_announced_too_large_is_refused_before_a_byte(target):
    fetch = Fetching(target, bytes=len(VIDEO) - 1)
    with pytest.raises(VideoRefusedError, match=f"at most {len(VIDEO) - 1} bytes"):
        fetch(says())
    assert fetch.told == []
    assert not target.exists()


@pytest.mark.parametrize("answer", [never_ends(), says(VIDEO * 20, announced=10 * 2**30)])
def test_ten_gigabytes_are_cut_off_at_the_limit(target, answer):
    fetch = Fetching(target, bytes=1_000_000)
    with pytest.raises(VideoRefusedError, match="at most 1000000 bytes"):
        fetch(answer)
    assert all(size <= 1_000_000 for size, _ in fetch.told)
    assert not target.exists()


def test_a_video_of_exactly_the_limit_is_taken(target):
    assert Fetching(target, bytes=len(VIDEO))(says()) == len(VIDEO)
    assert Fetching(target, bytes=len(VIDEO))(in_chunks()) == len(VIDEO)


def test_bytes_after_the_announced_ones_are_not_taken(fetch, target):
    assert fetch(says(announced=CUT)) == CUT
    assert target.read_bytes() == VIDEO[:CUT]


def test_a_continuation_longer_than_the_video_is_refused(fetch):
    span = f"bytes {CUT}-{len(VIDEO) - 1}/{len(VIDEO)}"
    longer = says(VIDEO[CUT:] + b"more", status=206, Content_Range=span)
    with pytest.raises(VideoUnreachableError, match=f"more than the {len(VIDEO)} bytes"):
        fetch(with_ranges(cut=CUT), longer)


def test_a_host_that_announces_more_than_it_has_is_given_up(fetch, target):
    with pytest.raises(VideoUnreachableError, match=r"broke off.*; given up after 3 tries"):
        fetch(says(announced=len(VIDEO) + 1))
    assert not target.exists()


def test_a_part_that_never_becomes_the_whole_is_given_up(fetch):
    part = says(VIDEO[:CUT], status=206, Content_Range=f"bytes 0-{CUT - 1}/{len(VIDEO)}")
    with pytest.raises(VideoUnreachableError, match=f"ended after {CUT} of the {len(VIDEO)}"):
        fetch(part)


@pytest.mark.parametrize("answer", [says(b""), in_chunks(b"")])
def test_an_empty_video_is_none(fetch, answer):
    with pytest.raises(VideoUnreachableError, match="sends nothing"):
        fetch(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Sign in</title>" + b"x" * 1000,
        b"\xef\xbb\xbf\r\n <html>" + b"\x00" * 1000,
        b'{"error": "quota exceeded"}',
        b"Not found",
        b"?",
        b"#EXTM3U\n#\x01\nhttp://127.0.0.1/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n\x00",
        b"GIF without a picture, and so on and on, " * 10,
    ],
)
@pytest.mark.parametrize("send", [says, in_chunks])
def test_a_page_is_refused_and_never_told(fetch, target, send, body):
    with pytest.raises(VideoRefusedError, match="sends a page or another text, not a video"):
        fetch(send(body))
    assert fetch.told == []
    assert fetch.pauses == []
    assert not target.exists()


def test_a_page_in_tiny_pieces_is_refused_too(fetch):
    with pytest.raises(VideoRefusedError, match="sends a page"):
        fetch(in_chunks(b"<html>" * 100, size=1))
    assert fetch.told == []


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8", "application/json"])
def test_a_video_is_taken_whatever_it_is_called(fetch, kind):
    assert fetch(says(Content_Type=kind)) == len(VIDEO)


def test_a_small_video_is_taken(fetch):
    assert fetch(in_chunks(HEAD, size=5)) == len(HEAD)
    assert fetch.told == [(len(HEAD), None)]


@pytest.mark.parametrize("packing", ["gzip", "br", "identity, gzip"])
def test_a_packed_video_is_refused(fetch, packing):
    with pytest.raises(VideoUnreachableError, match=f"packed .{packing}"):
        fetch(says(Content_Encoding=packing))
    assert fetch(says(Content_Encoding="Identity")) == len(VIDEO)


PLAIN = ["aws-chunked", "AWS-Chunked", "identity, aws-chunked", "aws-chunked,", "none", "utf-8"]


@pytest.mark.parametrize("coding", PLAIN)
def test_a_coding_that_packs_nothing_does_not_matter(fetch, coding):
    assert fetch(says(Content_Encoding=coding)) == len(VIDEO)
    assert fetch(in_chunks(Content_Encoding=coding)) == len(VIDEO)


@pytest.mark.parametrize("packing", ["GZIP", "aws-chunked, gzip", "x-gzip", "zstd", "deflate,br"])
def test_a_packing_is_found_in_any_list_and_case(fetch, packing):
    with pytest.raises(VideoUnreachableError, match=f"packed .{packing.lower()}"):
        fetch(says(Content_Encoding=packing))


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(VIDEO),
        zlib.compress(VIDEO),
        lzma.compress(VIDEO),
        bz2.compress(VIDEO),
        zstandard.compress(VIDEO),
        b"493e0;chunk-signature=" + b"a" * 64 + b"\r\n" + VIDEO,
        b"493e0\r\n" + VIDEO,
    ],
    ids=["gzip", "zlib", "xz", "bzip2", "zstd", "signed chunks", "chunks"],
)
def test_what_an_unknown_coding_did_pack_is_refused(fetch, body):
    with pytest.raises(VideoUnreachableError, match=r"packed .aws-chunked"):
        fetch(says(body, Content_Encoding="aws-chunked"))
    assert fetch.told == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"HTTP/1.1 999 Odd\r\n\r\n",
    ],
)
def test_what_speaks_no_http_is_unreachable(fetch, content):
    with pytest.raises(VideoUnreachableError, match="given up after 3 tries"):
        fetch(raw(content))


# Redirects


def test_redirects_are_followed_to_the_video(fetch):
    answers = [
        redirects(f"/{n}?x=1", status=code) for n, code in enumerate((301, 302, 303, 307, 308))
    ]
    assert fetch(*answers, says()) == len(VIDEO)
    assert [asked.path for asked in fetch.host.asked][1:] == [f"/{n}?x=1" for n in range(5)]


def test_redirects_without_an_end_are_given_up(fetch):
    with pytest.raises(VideoUnreachableError, match="over 5 redirects"):
        fetch(redirects("/again"))
    assert len(fetch.host.asked) == 6
    assert fetch.pauses == []


def test_a_broken_video_behind_a_redirect_is_continued_there(fetch, target):
    moved = redirects("/there")
    assert fetch(moved, with_ranges(cut=CUT), moved, with_ranges()) == len(VIDEO)
    assert target.read_bytes() == VIDEO


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a/", "http://a:b@c/", ""])
def test_a_redirect_to_elsewhere_is_refused(fetch, location):
    with pytest.raises(VideoRefusedError):
        fetch(redirects(location))


# Disk


def test_a_disk_too_small_is_told_before_a_byte(target):
    fetch = Fetching(target, free=10**18)
    with pytest.raises(OutputError, match=r"does not fit on the disk: \d+ MB are free"):
        fetch(says())
    assert fetch.told == []
    assert not target.exists()


def test_a_folder_that_is_missing_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match=r"cannot be kept in .*No such file"):
        Fetching(tmp_path / "missing" / "video")(says())


def test_a_disk_that_others_fill_meanwhile_is_noticed(target):
    fetch, left = Fetching(target, free=1), iter([10**9, 10**9, 0])

    async def run():
        async with serving(never_ends()) as host:
            await fetch.fetch(host.url(), free=lambda _: next(left))

    with pytest.raises(OutputError, match="0 MB are free"):
        asyncio.run(run())
    assert 2**23 < fetch.told[-1][0] < 2**24
    assert not target.exists()


def test_a_write_that_fails_midway_is_an_output_error(target):
    # A limit on the size of files of another process: a write fails midway, as on a full disk.
    script = f"""
        import asyncio, resource, signal
        from pathlib import Path
        from tests.service.fetching.hosts import says
        from tests.service.fetching.test_download import Fetching
        from touchline.errors import OutputError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_001, 150_001))
        fetch = Fetching(Path({str(target)!r}))
        try:
            fetch(says())
        except OutputError as error:
            assert "cannot be kept" in str(error), error
            assert 0 < max(fetch.told)[0] <= 150_001
            print("told")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "told\n", done.stderr
    assert not target.exists()


# Messages, settings, what is left behind


@pytest.mark.parametrize(
    "answer", [says(status=404), says(b"<html>"), says(b""), redirects("file:///?secret")]
)
def test_messages_name_the_link_without_its_query(fetch, answer):
    with pytest.raises((VideoRefusedError, VideoUnreachableError)) as caught:
        fetch(answer, path="/video.mp4?token=secret")
    assert f"http://127.0.0.1:{fetch.host.port}/video.mp4" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_limits_are_what_the_operator_sets():
    settings = MinerSettings(
        DOWNLOAD_SECONDS=1,
        CONNECT_TIMEOUT_SECONDS=2,
        READ_TIMEOUT_SECONDS=3,
        MAX_VIDEO_BYTES=4,
        MIN_FREE_DISK_BYTES=5,
        ALLOW_PRIVATE_VIDEO_HOSTS=True,
    )
    assert settings.download_limits == Limits(1, 2, 3, 4, 5, True)


def test_a_hundred_downloads_good_and_bad_leave_nothing_behind(target, tmp_path):
    answers = [
        says(), in_chunks(), says(status=404), says(b"<html>"), with_ranges(cut=CUT), stalls(),
        never_ends(), redirects("file:///"), redirects("/on"), raw(b"?"),
    ]  # fmt: skip

    async def run():
        for number in range(100):
            fetch = Fetching(target, bytes=1_000_000, read=0.02, tries=2)
            try:
                await fetch.from_host([answers[number % 10]], "/video.mp4")
            except (VideoRefusedError, VideoUnreachableError):
                assert not target.exists()
            else:
                target.unlink()
            if number == 9:
                first = psutil.Process().num_fds()
        async with asyncio.timeout(5):
            while psutil.Process().num_fds() > first or len(asyncio.all_tasks()) > 1:
                await asyncio.sleep(0.01)

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []
