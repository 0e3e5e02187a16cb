"""Send the chain a call that a hotkey signs, and say in words why it refuses one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from touchline.errors import ChainError
from touchline.service.chain.read import answered, said, within
from touchline.service.chain.wallet import Hotkey

if TYPE_CHECKING:
    from bittensor import Client
    from bittensor.result import ExtrinsicResult

CONFIRMED_WITHIN = 180.0
"""Seconds from sending a call to its block being final, which takes about 20."""

SENTENCES = {
    "HotKeyNotRegisteredInNetwork": "the hotkey is not registered on any subnet; register it "
    "first, with btcli subnets register",
    "HotKeyNotRegisteredInSubNet": "the hotkey is not registered on this subnet; register it "
    "first, with btcli subnets register",
    "AccountNotAllowedCommit": "the chain takes commitments of registered hotkeys only, and this "
    "one is not on the subnet; register it first, with btcli subnets register",
    "SpaceLimitExceeded": "the hotkey committed as much as it may for now; wait for the next epoch "
    "of the subnet, about an hour, and try again",
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


class CallSigner:
    """A hotkey in the shape that bittensor signs with."""

    crypto_type = 1  # sr25519

    def __init__(self, hotkey: Hotkey) -> None:
        self.ss58_address, self.public_key = hotkey.address, hotkey.public_key
        self.sign = hotkey.sign


Submit = Callable[["Client", CallSigner], Coroutine[Any, Any, "ExtrinsicResult"]]
"""Hands a call to a node, signed."""


def send(endpoint: str, hotkey: Hotkey, submit: Submit, *, found_by: str) -> str | None:
    """Send a call, and wait until its block is final.

    Args:
        endpoint: ``ws://`` or ``wss://`` address of a node.
        hotkey: Signs the call.
        submit: Hands it to the node.
        found_by: What tells whether the chain took it, if it does not confirm it in time.

    Returns:
        "block-index" of the call on the chain; None where the node does not say.

    Raises:
        ChainError: The node does not take it, or the chain refuses it: in words.
    """
    sending = answered(endpoint, lambda client: submit(client, CallSigner(hotkey)))
    try:
        result = asyncio.run(within(CONFIRMED_WITHIN, sending))
    except TimeoutError:
        raise ChainError(
            f"the chain at {endpoint} did not confirm the call in {CONFIRMED_WITHIN:g} s; whether "
            f"it took it, {found_by} says"
        ) from None
    except Exception as error:
        raise ChainError(f"the chain at {endpoint} did not take the call: {said(error)}") from error
    if not result.success:
        raise refusal(getattr(result.error, "name", None), result.message)
    return result.extrinsic_id


def refusal(name: str | None, message: str = "") -> ChainError:
    """The error that says why the chain refuses a call, by its name for that."""
    if name in SENTENCES:
        return ChainError(f"{SENTENCES[name]} ({name})")
    return ChainError(f"the chain refuses the call: {name or 'for no named reason'} ({message})")
