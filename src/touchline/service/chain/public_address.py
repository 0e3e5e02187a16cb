"""This machine's address as the world sees it. Asks strangers, so only when told to."""

import ipaddress
from collections.abc import Sequence
from urllib.request import ProxyHandler, build_opener

from touchline.errors import ChainError

SERVICES = (
    "https://api.ipify.org",
    "https://ipv4.icanhazip.com",
    "https://checkip.amazonaws.com",
)
"""Each answers with the address that asks, and nothing else."""
TIMEOUT = 5.0
"""Seconds that a service may be silent."""


def public_address(services: Sequence[str] = SERVICES) -> str:
    """The public address of this machine, from the first service that knows one.

    Raises:
        ChainError: None of them gives a public address.
    """
    failures = []
    for url in services:
        try:
            return _ask(url)
        except (OSError, ValueError) as error:
            failures.append(f"{url}: {error}")
    raise ChainError(
        f"the public address was not found ({'; '.join(failures)}); give it with --external-ip"
    )


def _ask(url: str) -> str:
    # Past any proxy: its address would be that of the proxy, at which nobody finds the miner.
    with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT) as answer:
        text = answer.read(64).decode("ascii", errors="replace").strip()
    address = ipaddress.ip_address(text)
    if not address.is_global:
        raise ValueError(f"{address} is not public")
    return str(address)
