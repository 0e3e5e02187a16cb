"""A metagraph from the chain: here, or in a process of its own."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

from touchline.errors import ChainError, UsageError
from touchline.service.chain import read
from touchline.service.chain.metagraph import Metagraph, parse_metagraph

ENDPOINTS = {
    "finney": "wss://entrypoint-finney.opentensor.ai:443",
    "test": "wss://test.finney.opentensor.ai:443",
    "local": "ws://127.0.0.1:9944",
}
"""A public node of each network; of a local chain, where it listens."""
STARTING = 15.0
"""Seconds that the reading process may take besides, to start and to end by itself."""


def endpoint_of(network: str, address: str | None) -> str:
    """Where to reach a network: ``address`` if there is one, else its public node.

    Raises:
        UsageError: There is no such network.
    """
    if address:
        return address
    if network not in ENDPOINTS:
        raise UsageError(f"there is no network {network!r}; there are {', '.join(ENDPOINTS)}")
    return ENDPOINTS[network]


def fetch_metagraph(endpoint: str, netuid: int, *, timeout: float = 60.0) -> Metagraph:
    """Read a subnet from the chain, and wait for it; the connection is closed in any case.

    Args:
        endpoint: ``ws://`` or ``wss://`` address of a node.
        netuid: The subnet.
        timeout: Seconds that it may take.

    Raises:
        ChainError: The node does not answer in time, or has no such subnet; or bittensor is not
            installed.
    """
    try:
        document = read.read(endpoint, netuid, timeout=timeout)
    except read.ReadError as error:
        raise ChainError(str(error)) from error
    return parse_metagraph(json.dumps(document), origin="chain")


async def read_apart(endpoint: str, netuid: int, *, timeout: float = 60.0) -> Metagraph:
    """``fetch_metagraph`` in a process of its own, for a service that must not stand still.

    Whatever leaks or hangs there ends with the process, which is ended at the timeout or when
    this call is cancelled.

    Raises:
        ChainError: As ``fetch_metagraph``.
    """
    process = await asyncio.create_subprocess_exec(
        # -P: beside the program lie modules whose names others may use.
        *(sys.executable, "-P", read.__file__, endpoint, str(netuid), str(timeout)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(timeout + STARTING):
            out, err = await process.communicate()
    except TimeoutError:
        raise ChainError(f"the chain at {endpoint} did not answer in {timeout:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise ChainError(_last_line(err) or f"reading the chain ended with {process.returncode}")
    return parse_metagraph(out.decode(), origin="chain")


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
