"""The addresses of a host, and whether a link may lead there."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from touchline.errors import VideoRefusedError, VideoUnreachableError
from touchline.service.fetching.limits import Limits
from touchline.service.fetching.links import Address, Link
from touchline.service.fetching.transient import TransientError

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Finds the addresses of a host, for a port; ``socket.gaierror`` when it has none."""

# The special-purpose registries of IANA, and more: what only machines near us can be at. Written
# out, because the standard library's ``is_global`` differs from one Python to the next.
NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host, as its guests see it
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Every other kind of IPv6 address is outside: loopback, private, link-local, multicast, and the
# ones that carry an IPv4 address (mapped, compatible, NAT64).
PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments; Teredo, which carries IPv4 addresses
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries IPv4 addresses
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Whether anyone on the internet would reach the same machine at this address.

    An IPv6 address that carries an IPv4 address is not, whatever it carries.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    if address.scope_id is not None or address not in PUBLIC_6:
        return False
    return not any(address in network for network in NOT_PUBLIC_6)


async def resolve(host: str, port: int) -> list[str]:
    """Ask the operating system for the addresses of a host; the ``Resolver`` in use."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def find_addresses(link: Link, *, resolver: Resolver, limits: Limits) -> list[Address]:
    """Find where a link's host is, in the order in which to try.

    Raises:
        VideoRefusedError: One of the addresses, or more, is not public and must be.
        VideoUnreachableError: The host has no address.
    """
    written = link.address
    is_local = link.host == "localhost" or link.host.endswith(".localhost")
    if is_local and not limits.allow_private:
        raise VideoRefusedError(f"{link.name} is not fetched: localhost is this machine.")
    addresses = [written] if written else await _look_up(link, resolver, limits.connect)
    if not limits.allow_private and not all(map(is_public, addresses)):
        # Which address it is stays here: whoever asks must not learn our names from it.
        raise VideoRefusedError(
            f"{link.name} is not fetched: its host is not at a public address, and "
            f"ALLOW_PRIVATE_VIDEO_HOSTS is off."
        )
    return addresses


async def _look_up(link: Link, resolver: Resolver, within: float) -> list[Address]:
    try:
        async with asyncio.timeout(within):
            found = await resolver(link.host, link.port)
    except TimeoutError:
        raise TransientError(
            f"{link.name} cannot be reached: its host was not found within {within:g} s."
        ) from None
    except socket.gaierror as error:
        kind = TransientError if error.errno == socket.EAI_AGAIN else VideoUnreachableError
        raise kind(f"{link.name} cannot be reached: its host is unknown ({error}).") from error
    if not found:
        raise VideoUnreachableError(f"{link.name} cannot be reached: its host has no address.")
    try:
        return [ipaddress.ip_address(each) for each in dict.fromkeys(found)]
    except ValueError as error:
        raise VideoUnreachableError(f"{link.name} cannot be reached: {error}.") from error
