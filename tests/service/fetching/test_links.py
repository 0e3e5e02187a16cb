from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from touchline.errors import VideoRefusedError
from touchline.service.fetching.links import LONGEST_LINK, link_name, parse_link


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("http://video.example/a.mp4", "video.example", 80),
        ("HTTPS://Video.Example./a.mp4?x=1#top", "video.example", 443),
        ("https://my_bucket.s3.example:8443/a b.mp4", "my_bucket.s3.example", 8443),
        ("http://bücher.example/a", "xn--bcher-kva.example", 80),
        ("http://8.8.8.8/", "8.8.8.8", 80),
        ("http://[2606:4700::1]:81/", "2606:4700::1", 81),
    ],
)
def test_a_link_tells_its_host_and_port(text, host, port):
    link = parse_link(text)
    assert (link.host, link.port) == (host, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "only http"),
        ("video.mp4", "only http"),
        ("//video.example/a", "only http"),
        ("file:///etc/passwd", "only http"),
        ("ftp://video.example/a", "only http"),
        ("gopher://video.example/a", "only http"),
        ("data:video/mp4;base64,AAAA", "only http"),
        ("concat:http://a.example/|http://b.example/", "only http"),
        (" http://video.example/", "not a valid URL|only http"),
        ("http://", "name a host"),
        ("http:///a.mp4", "name a host"),
        ("http:a.mp4", "name a host"),
        ("http://.example/", "name a host"),
        ("http://a..example/", "name a host"),
        ("http://video.example../", "name a host"),
        ("http://video%2eexample/", "name a host"),
        ("http://video example/", "name a host"),
        ("http://[::1%25lo]/", "name a host"),
        ("http://" + "a" * 64 + ".example/", "name a host|not a valid"),
        ("http://" + "a." * 130 + "example/", "name a host"),
        ("http://user@video.example/", "user or a password"),
        ("http://user:word@video.example/", "user or a password"),
        ("http://video.example:0/", "port 0"),
        ("http://video.example:65536/", "port 65536"),
        ("http://video.example:x/", "not a valid URL"),
        ("http://video.example/\r\nHost: a", "not a valid URL"),
        ("http://video.example/\x00", "not a valid URL"),
        ("http://[::1/", "not a valid URL"),
        ("http://127.1/", "four decimal numbers"),
        ("http://0x7f000001/", "four decimal numbers"),
        ("http://1.2.3.4.5/", "four decimal numbers"),
        ("http://video.example/" + "a" * LONGEST_LINK, f"at most {LONGEST_LINK}"),
    ],
)
def test_any_other_link_is_refused_with_its_reason(text, reason):
    with pytest.raises(VideoRefusedError, match=reason):
        parse_link(text)


@given(st.text(max_size=60).map(lambda text: f"http://{text}") | st.text(max_size=60))
@example("http://a.example/:\ud800")
def test_any_text_is_a_link_or_refused(text):
    assert link_name(text).isprintable()
    with suppress(VideoRefusedError):
        link = parse_link(text)
        assert link.url.scheme in ("http", "https")
        assert link.host


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http://video.example/a.mp4?token=1#2", "http://video.example/a.mp4"),
        ("http://user:word@video.example/a", "http://video.example/a"),
        ("http://video.example/a@2x.mp4", "http://video.example/a@2x.mp4"),
        ("http://video.example/a\r\nb c", "http://video.example/a\\r\\nb%20c"),
        ("http://video.example/" + "a" * 200, "http://video.example/" + "a" * 139 + "..."),
    ],
)
def test_a_link_is_named_shortly_and_without_its_secrets(text, name):
    assert link_name(text) == name


def test_a_redirect_is_followed_from_where_it_is_and_named_with_its_origin():
    link = parse_link("http://video.example/season/a.mp4?token=1")
    there = link.follow("../b.mp4?token=2")
    assert str(there.url) == "http://video.example/b.mp4?token=2"
    assert there.name == (
        "http://video.example/b.mp4 (where http://video.example/season/a.mp4 redirects to)"
    )


def test_a_redirect_to_a_page_of_drive_leads_to_its_file():
    link = parse_link("https://short.example/a").follow("https://drive.google.com/open?id=1a")
    assert link.host == "drive.usercontent.google.com"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (None, "without saying where"),
        ("", "without saying where"),
        ("http://video.example/", "https must not lead to http"),
        ("file:///etc/passwd", "only http"),
        ("//user:word@other.example/", "user or a password"),
        ("http://[::1", "not a valid URL"),
        ("//0177.1/", "four decimal numbers"),
    ],
)
def test_a_redirect_to_elsewhere_is_refused(location, reason):
    with pytest.raises(VideoRefusedError, match=reason):
        parse_link("https://video.example/a").follow(location)
