"""Tell the chain where the miner listens; the hotkey signs, and it is free."""

import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from touchline.service.chain.axon import AxonCall, plan_axon
from touchline.service.chain.fetch import fetch_metagraph
from touchline.service.chain.sending import CallSigner, Submit, refusal, send
from touchline.service.chain.wallet import Hotkey

if TYPE_CHECKING:
    from bittensor import Client
    from bittensor.result import ExtrinsicResult


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
        raise refusal("HotKeyNotRegisteredInSubNet")
    extrinsic = send(endpoint, hotkey, _submit(call), found_by="--dry-run")
    return replace(found, sent=True, extrinsic=extrinsic)


def _submit(call: AxonCall) -> Submit:
    async def submit(client: "Client", signer: CallSigner) -> "ExtrinsicResult":
        from bittensor import ServeAxon

        return await client.execute(ServeAxon(call.netuid, call.ip, call.port), signer)

    return submit
