"""No way in: whatever a link is spelled like, it leads to a public address or nowhere."""

import asyncio
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import VideoRefusedError, VideoUnreachableError
from touchline.service.fetching import Limits
from touchline.service.fetching.addresses import NOT_PUBLIC_4, find_addresses, is_public, resolve
from touchline.service.fetching.links import parse_link
from touchline.service.fetching.transient import TransientError

STRICT = Limits(seconds=5, connect=5, read=5, bytes=10**6, free=0, allow_private=False)
OPEN = Limits(seconds=5, connect=0.05, read=5, bytes=10**6, free=0, allow_private=True)


def says(*addresses):
    async def resolver(host, port):
        return list(addresses)

    return resolver


def find(url, *, resolver=resolve, limits=STRICT):
    found = asyncio.run(find_addresses(parse_link(url), resolver=resolver, limits=limits))
    return [str(address) for address in found]


def not_public():
    """IPv4 addresses of every network that is not public."""
    return st.sampled_from(NOT_PUBLIC_4).flatmap(
        lambda network: st.integers(
            int(network.network_address), int(network.broadcast_address)
        ).map(ipaddress.IPv4Address)
    )


def part_spellings(number):
    return st.sampled_from([str(number), f"0{number:o}", f"0x{number:x}", f"0X{number:08X}"])


@st.composite
def spelled(draw, address):
    """An IPv4 address in any spelling that some client takes for it."""
    octets = list(address.packed)
    parts = draw(st.integers(1, 4))
    numbers = [*octets[: parts - 1], int.from_bytes(bytes(octets[parts - 1 :]), "big")]
    host = ".".join(draw(part_spellings(number)) for number in numbers)
    if draw(st.booleans()):
        host = host.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    if draw(st.booleans()):
        host = host.replace(".", draw(st.sampled_from(["。", ".", "%2e"])))
    return host + draw(st.sampled_from(["", "."]))


@st.composite
def carried(draw, address):
    """An IPv6 address with an IPv4 address in it."""
    number = int(address)
    carriers = [
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        (0x64FF9B << 96) | number,
        (0x64FF9B0001 << 80) | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | (number ^ 0xFFFFFFFF),
    ]
    six = ipaddress.IPv6Address(draw(st.sampled_from(carriers)))
    return draw(st.sampled_from([six.compressed, six.exploded]))


@given(st.data())
def test_an_address_that_is_not_public_is_refused_in_every_spelling(data):
    host = data.draw(spelled(data.draw(not_public())))
    with pytest.raises(VideoRefusedError):
        find(f"http://{host}/video.mp4", resolver=says("8.8.8.8"))


@given(st.data())
def test_an_address_in_an_ipv6_address_is_refused_whatever_it_is(data):
    address = data.draw(st.one_of(not_public(), st.ip_addresses(v=4)))
    with pytest.raises(VideoRefusedError):
        find(f"http://[{data.draw(carried(address))}]/video.mp4")


@given(st.ip_addresses())
def test_what_is_public_here_is_global_to_the_standard_library(address):
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"],
)
def test_a_public_address_is_taken(address):
    host = f"[{address}]" if ":" in address else address
    assert find(f"http://{host}/video.mp4") == [address]
    assert find("http://video.example/", resolver=says(address)) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "::", "::1", "fe80::1", "fe80::1%1", "2606:4700::1111%1", "fec0::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "2001::1",
        "2002:808:808::1", "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192",
        "255.255.255.255", "0.0.0.0",
    ],
)  # fmt: skip
def test_a_name_that_leads_to_what_is_not_public_is_refused(address):
    for answer in ((address,), ("8.8.8.8", address), (address, "2606:4700::1111")):
        with pytest.raises(VideoRefusedError, match="not at a public address") as caught:
            find("http://video.example/v.mp4?token=secret", resolver=says(*answer))
        assert address not in str(caught.value)
        assert "secret" not in str(caught.value)


def test_private_addresses_are_found_where_the_operator_allows_them():
    assert find("http://localhost:8000/", resolver=says("127.0.0.1"), limits=OPEN) == ["127.0.0.1"]
    assert find("http://[::1]:8000/", limits=OPEN) == ["::1"]


def test_the_operating_system_is_asked_for_names():
    assert set(find("http://localhost/", limits=OPEN)) <= {"127.0.0.1", "::1"}


def test_an_address_is_tried_once_however_often_it_is_named():
    resolver = says("8.8.8.8", "8.8.8.8", "1.1.1.1")
    assert find("http://video.example/", resolver=resolver) == ["8.8.8.8", "1.1.1.1"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(socket.EAI_AGAIN, TransientError), (socket.EAI_NONAME, VideoUnreachableError)],
)
def test_a_name_that_is_unknown_is_final_but_a_silent_name_server_may_wake(code, kind):
    async def resolver(host, port):
        raise socket.gaierror(code, "no answer")

    with pytest.raises(
        VideoUnreachableError, match=r"http://video\.example/ .*no answer"
    ) as caught:
        find("http://video.example/", resolver=resolver)
    assert caught.type is kind


def test_a_name_server_that_hangs_is_not_waited_for():
    async def resolver(host, port):
        await asyncio.Event().wait()

    with pytest.raises(TransientError, match=r"not found within 0\.05 s"):
        find("http://video.example/", resolver=resolver, limits=OPEN)


@pytest.mark.parametrize("answer", [(), ("nonsense",)])
def test_a_name_without_an_address_is_unreachable(answer):
    with pytest.raises(VideoUnreachableError, match="cannot be reached"):
        find("http://video.example/", resolver=says(*answer))
