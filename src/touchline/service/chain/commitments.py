"""What a hotkey committed on the chain, and committing something more.

A commitment is sealed until a moment in the future, so that nobody copies it in the block in which
it is sent; the chain opens it then and keeps the last ten that it opened of each hotkey. Source:
the chain's pallet Commitments and the package bittensor-core, which seals.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from touchline.errors import ChainError, UsageError
from touchline.service.chain.fetch import fetch_metagraph
from touchline.service.chain.read import ReadError, asked
from touchline.service.chain.sending import CallSigner, Submit, refusal, send
from touchline.service.chain.wallet import Hotkey, is_address

if TYPE_CHECKING:
    from bittensor import Client
    from bittensor.result import ExtrinsicResult

KEPT = 10
"""So many opened commitments of a hotkey are on the chain; older ones are in its archives."""
SEALED_BLOCKS, BLOCK_SECONDS = 1, 12.0
"""Blocks for which a commitment is sealed, as the subnet's own tools have it; seconds of one."""


@dataclass(frozen=True, slots=True)
class SentCommitment:
    """What came of committing something.

    Attributes:
        netuid: The subnet.
        text: What is committed.
        hotkey: Address of the hotkey that signs.
        uid: Its place on the subnet; None when it is not registered there.
        sent: Whether it was sent, and is in a final block.
        extrinsic: "block-index" of the call there; None when nothing was sent.
    """

    netuid: int
    text: str
    hotkey: str
    uid: int | None
    sent: bool = False
    extrinsic: str | None = None

    def as_dict(self) -> dict[str, object]:
        """All of it by the names of the call's arguments, for JSON."""
        return {
            "call": "Commitments.set_commitment",
            "netuid": self.netuid,
            "text": self.text,
            "sealed_blocks": SEALED_BLOCKS,
            "hotkey": self.hotkey,
            "uid": self.uid,
            "sent": self.sent,
            "extrinsic": self.extrinsic,
        }


def read_commitments(
    endpoint: str, netuid: int, hotkey: str, *, timeout: float = 60.0
) -> list[tuple[int, str]]:
    """What a hotkey committed on a subnet and the chain has opened, at most the last ten.

    Args:
        endpoint: ``ws://`` or ``wss://`` address of a node.
        netuid: The subnet.
        hotkey: SS58 address.
        timeout: Seconds that it may take.

    Returns:
        Block in which it was opened and text of each, the oldest first.

    Raises:
        UsageError: That is no address.
        ChainError: The chain cannot be read.
    """
    if not is_address(hotkey):
        raise UsageError(f"a hotkey is an SS58 address; got {hotkey!r:.80}.")
    try:
        found: Any = asked(
            endpoint,
            lambda client: client.query(("Commitments", "RevealedCommitments"), [netuid, hotkey]),
            timeout,
        )
    except ReadError as error:
        raise ChainError(str(error)) from error
    return sorted((int(block), _opened(data)) for data, block in found or ())


def send_commitment(
    endpoint: str, hotkey: Hotkey, *, netuid: int, text: str, dry_run: bool = False
) -> SentCommitment:
    """Commit a text, sealed for a block.

    Args:
        endpoint: ``ws://`` or ``wss://`` address of a node.
        hotkey: Signs; it must be registered on the subnet.
        netuid: The subnet.
        text: What is committed.
        dry_run: Look everything up, but send nothing.

    Raises:
        ChainError: The chain cannot be reached, or refuses it: in words.
    """
    node = fetch_metagraph(endpoint, netuid).find(hotkey.address)
    found = SentCommitment(netuid, text, hotkey.address, None if node is None else node.uid)
    if dry_run:
        return found
    if node is None:
        raise refusal("AccountNotAllowedCommit")
    extrinsic = send(
        endpoint, hotkey, _submit(found), found_by="reading what is committed in a minute"
    )
    return replace(found, sent=True, extrinsic=extrinsic)


def _submit(given: SentCommitment) -> Submit:
    async def submit(client: "Client", signer: CallSigner) -> "ExtrinsicResult":
        from bittensor import calls
        from bittensor_core import get_encrypted_commitment  # type: ignore[import-untyped]

        # Sealed here and not before: the moment of opening counts from now.
        sealed, opened = get_encrypted_commitment(given.text, SEALED_BLOCKS, BLOCK_SECONDS)
        fields = [{"TimelockEncrypted": {"encrypted": sealed, "reveal_round": opened}}]
        call = calls.Commitments.set_commitment(netuid=given.netuid, info={"fields": fields})
        return await client.submit_call(call, signer, signer="hotkey")

    return submit


def _opened(data: object) -> str:
    """The text of an opened commitment: bytes that begin with their length, a compact number.

    The client gives them as text where they are UTF-8, else in hexadecimal.
    """
    given = str(data)
    raw = bytes.fromhex(given[2:]) if given.startswith("0x") else given.encode()
    # The two lowest bits say how long the number is: 1, 2, 4 bytes, or as the others say.
    length = (1, 2, 4, 5 + (raw[0] >> 2))[raw[0] & 3] if raw else 0
    return raw[length:].decode(errors="replace")
