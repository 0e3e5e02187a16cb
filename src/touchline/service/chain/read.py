"""Read a metagraph from the chain; also a program: ``python read.py ENDPOINT NETUID SECONDS``.

The program writes the metagraph as JSON to standard output, or one line about what went wrong to
standard error, with exit code 1. It is started by its path and imports nothing of Touchline:
that would load the networks' engines, three times what reading the chain takes.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from bittensor import Client
    from bittensor.metagraph import MetagraphNeuron

T = TypeVar("T")

NEEDS_BITTENSOR = 'the chain needs the package bittensor: pip install "touchline[chain]"'


class ReadError(Exception):
    """The chain, or this subnet of it, cannot be read."""


def read(endpoint: str, netuid: int, *, timeout: float) -> dict[str, Any]:
    """The subnet as a document that ``metagraph.parse_metagraph`` takes.

    Raises:
        ReadError: The node does not answer in ``timeout`` seconds, or not as expected.
    """
    found = asked(
        endpoint, lambda client: client.subnets.metagraph(netuid, commitments=False), timeout
    )
    if found is None or not found.neurons:
        raise ReadError(f"the chain at {endpoint} has no subnet {netuid}; check NETUID")
    return {
        "netuid": netuid,
        "block": found.block,
        "synced": time.time(),
        "nodes": [_node(neuron) for neuron in found.neurons],
    }


def asked(
    endpoint: str, question: "Callable[[Client], Coroutine[Any, Any, T]]", timeout: float
) -> T:
    """What a node answers; the connection is closed in any case.

    Raises:
        ReadError: It does not answer in ``timeout`` seconds, or not as expected.
    """
    try:
        return asyncio.run(within(timeout, answered(endpoint, question)))
    except ReadError:
        raise
    except TimeoutError:
        raise ReadError(f"the chain at {endpoint} did not answer in {timeout:g} s") from None
    except Exception as error:
        raise ReadError(f"the chain at {endpoint} cannot be read: {said(error)}") from error


async def answered(endpoint: str, question: "Callable[[Client], Coroutine[Any, Any, T]]") -> T:
    """The same as ``asked`` for who waits otherwise, with whatever error there is."""
    async with connected(endpoint) as client:
        return await question(client)


@asynccontextmanager
async def connected(endpoint: str) -> AsyncIterator["Client"]:
    """A client of a node, closed in any case; its own ``async with`` is not, if it fails halfway.

    Raises:
        ReadError: bittensor is not installed.
    """
    try:
        import bittensor
    except ImportError as error:
        raise ReadError(NEEDS_BITTENSOR) from error
    client = bittensor.Client(endpoint)
    try:
        yield await client.connect()
    finally:
        await client.close()


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` comes to, if it does in time.

    It is cancelled until it ends: cancelled once, the client still asks the node to forget what it
    had asked for, and a node that hangs lets it wait for five minutes.

    Raises:
        TimeoutError: It does not come to an end in ``seconds``.
    """
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        return task.result()
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1.0)
    raise TimeoutError


def _node(neuron: "MetagraphNeuron") -> dict[str, Any]:
    ip, _, port = (neuron.axon or "0.0.0.0:0").rpartition(":")
    return {
        "hotkey": neuron.hotkey,
        "uid": neuron.uid,
        "total_stake": neuron.total_stake.rao / 1e9,
        "tao_stake": neuron.tao_stake.rao / 1e9,
        "alpha_stake": neuron.alpha_stake.rao / 1e9,
        "validator_permit": neuron.validator_permit,
        "ip": ip.strip("[]"),
        "port": int(port),
    }


def said(error: Exception) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def main() -> None:
    """Read what the arguments name."""
    endpoint, netuid, timeout = sys.argv[1:]
    try:
        document = read(endpoint, int(netuid), timeout=float(timeout))
    except ReadError as error:
        sys.exit(str(error))
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
