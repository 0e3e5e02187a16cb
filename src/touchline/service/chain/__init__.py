"""The chain: hotkeys, who is on the subnet, telling it where the miner listens, commitments."""

from touchline.service.chain.allow_list import read_allow_list
from touchline.service.chain.axon import AxonCall, plan_axon
from touchline.service.chain.commitments import (
    KEPT,
    SentCommitment,
    read_commitments,
    send_commitment,
)
from touchline.service.chain.fetch import endpoint_of, fetch_metagraph, read_apart
from touchline.service.chain.metagraph import Metagraph, Node, load_metagraph
from touchline.service.chain.public_address import public_address
from touchline.service.chain.registration import Registration, serve_axon
from touchline.service.chain.wallet import (
    Hotkey,
    hotkey_of,
    is_address,
    load_hotkey,
    make_hotkey,
    verify,
)
from touchline.service.chain.watch import ChainWatch

__all__ = [
    "KEPT",
    "AxonCall",
    "ChainWatch",
    "Hotkey",
    "Metagraph",
    "Node",
    "Registration",
    "SentCommitment",
    "endpoint_of",
    "fetch_metagraph",
    "hotkey_of",
    "is_address",
    "load_hotkey",
    "load_metagraph",
    "make_hotkey",
    "plan_axon",
    "public_address",
    "read_allow_list",
    "read_apart",
    "read_commitments",
    "send_commitment",
    "serve_axon",
    "verify",
]
