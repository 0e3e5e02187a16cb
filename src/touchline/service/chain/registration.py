"""Tell the chain where the miner listens; the hotkey signs, and it is free."""

import asyncio
import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from touchline.errors import ChainError, needing
from touchline.service.chain.axon import AxonCall, plan_axon
from touchline.service.chain.fetch import fetch_metagraph
from touchline.service.chain.read import connected, said, within
from touchline.service.chain.wallet import Hotkey

if TYPE_CHECKING:
    from bittensor.result import ExtrinsicResult

CONFIRMED_WITHIN = 180.0
"""Seconds from sending a call to its block being final, which takes about 20."""

SENTENCES = {
    "HotKeyNotRegisteredInNetwork": "the hotkey is not registered on any subnet; register it "
    "first, with btcli subnets register",
    "HotKeyNotRegisteredInSubNet": "the hotkey is not registered on this subnet; register it "
    "first, with btcli subnets register",
    "SubnetNotExists": "there is no such subnet on this network; check NETUID and "
    "SUBTENSOR_NETWORK",
    "InvalidIpType": "the chain takes IPv4 and IPv6 addresses only",
    "InvalidIpAddress": "the chain does not take this address; give the one at which validators "
    "reach the miner",
    "InvalidPort": "the chain does not take this port; give one from 1 to 65535",
    "ServingRateLimitExceeded": "the hotkey told the chain an address a moment ago; wait some "
    "minutes and try again",
    "BadProof": "the chain does not take the signature; an update of bittensor may be needed",
    "Stale": "another call of this hotkey came in between; try again",
    "Future": "another call of this hotkey is still on its way; try again in a minute",
    "Payment": "the chain wants a fee for this call, and the hotkey holds nothing",
}
"""The chain's errors, by their names there, and what to do about them."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of telling the chain.

    Attributes:
        call: What it was told, or would have been.
        hotkey: Address of the hotkey that signs.
        uid: Its place on the subnet; None when it is not registered there.
        served: Whether the chain had this very address already.
        sent: Whether the call was sent, and is in a final block.
        extrinsic: "block-index" of it there; None when nothing was sent.
    """

    call: AxonCall
    hotkey: str
    uid: int | None
    served: bool
    sent: bool = False
    extrinsic: str | None = None

    def as_dict(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {
            **self.call.as_dict(),
            "hotkey": self.hotkey,
            "uid": self.uid,
            "served_already": self.served,
            "sent": self.sent,
            "extrinsic": self.extrinsic,
        }


def serve_axon(
    endpoint: str, hotkey: Hotkey, *, netuid: int, ip: str, port: int, dry_run: bool = False
) -> Registration:
    """Tell the chain where the miner listens, unless it knows already.

    Args:
        endpoint: ``ws://`` or ``wss://`` address of a node.
        hotkey: Signs the call; it must be registered on the subnet.
        netuid: The subnet.
        ip: Address at which validators reach the miner.
        port: Port there.
        dry_run: Look everything up, but send nothing.

    Raises:
        UsageError: The chain would refuse the address or the port.
        ChainError: The chain cannot be reached, or refuses the call: in words.
    """
    call = plan_axon(netuid, ip, port)
    node = fetch_metagraph(endpoint, netuid).find(hotkey.address)
    found = Registration(
        call=call,
        hotkey=hotkey.address,
        uid=None if node is None else node.uid,
        served=node is not None
        and ipaddress.ip_address(node.ip) == ipaddress.ip_address(call.ip)
        and node.port == call.port,
    )
    if dry_run or found.served:
        return found
    if node is None:
        raise ChainError(_in_words("HotKeyNotRegisteredInSubNet", ""))
    return replace(found, sent=True, extrinsic=_send(endpoint, hotkey, call))


class _Signer:
    """A hotkey in the shape that bittensor signs with."""

    crypto_type = 1  # sr25519

    def __init__(self, hotkey: Hotkey) -> None:
        self.ss58_address, self.public_key = hotkey.address, hotkey.public_key
        self.sign = hotkey.sign


def _send(endpoint: str, hotkey: Hotkey, call: AxonCall) -> str | None:
    """Send the call, and wait until its block is final; "block-index" of it there."""
    sending = _execute(endpoint, hotkey, call)
    try:
        result = asyncio.run(within(CONFIRMED_WITHIN, sending))
    except TimeoutError:
        raise ChainError(
            f"the chain at {endpoint} did not confirm the call in {CONFIRMED_WITHIN:g} s; whether "
            "it took the address, --dry-run says"
        ) from None
    except Exception as error:
        raise ChainError(f"the chain at {endpoint} did not take the call: {said(error)}") from error
    if not result.success:
        raise ChainError(_in_words(getattr(result.error, "name", None), result.message))
    return result.extrinsic_id


async def _execute(endpoint: str, hotkey: Hotkey, call: AxonCall) -> "ExtrinsicResult":
    with needing("chain", to="registering"):
        import bittensor

    intent = bittensor.ServeAxon(call.netuid, call.ip, call.port)
    async with connected(endpoint) as client:
        return await client.execute(intent, _Signer(hotkey))


def _in_words(name: str | None, message: str) -> str:
    if name in SENTENCES:
        return f"{SENTENCES[name]} ({name})"
    return f"the chain refuses the call: {name or 'for no named reason'} ({message})"
