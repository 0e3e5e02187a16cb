"""The call ``serve_axon``, which tells the chain where a miner listens."""

import ipaddress
from dataclasses import dataclass

from touchline.errors import UsageError

PALLET, CALL = 7, 4
"""Where the runtime has SubtensorModule.serve_axon."""
VERSION, PROTOCOL = 1, 4
"""What every miner of this subnet says of itself."""
REFUSED = ("127.0.0.1", "::1", "255.255.255.255")
"""Addresses that the chain refuses."""


@dataclass(frozen=True, slots=True)
class AxonCall:
    """What the chain is told.

    Attributes:
        netuid: The subnet.
        ip: Address at which validators reach the miner.
        port: Port there.
        data: The call as the chain takes it.
    """

    netuid: int
    ip: str
    port: int
    data: bytes

    @property
    def address(self) -> str:
        """``ip:port``, as in a URL."""
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"

    @property
    def is_public(self) -> bool:
        """Whether the address can be reached from anywhere."""
        return ipaddress.ip_address(self.ip).is_global

    def as_dict(self) -> dict[str, object]:
        """The call's arguments by their names on the chain, and its bytes."""
        ip = ipaddress.ip_address(self.ip)
        return {
            "call": "SubtensorModule.serve_axon",
            "netuid": self.netuid,
            "version": VERSION,
            "ip": str(ip),
            "port": self.port,
            "ip_type": ip.version,
            "protocol": PROTOCOL,
            "data": f"0x{self.data.hex()}",
        }


def plan_axon(netuid: int, ip: str, port: int) -> AxonCall:
    """The call for an address, without asking the chain.

    Args:
        netuid: The subnet, 0 to 65535.
        ip: IPv4 or IPv6 address at which validators reach the miner.
        port: Port there, 1 to 65535.

    Raises:
        UsageError: A value out of its range, or an address that the chain would refuse.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise UsageError(f"{ip!r} is no IPv4 or IPv6 address") from None
    if str(address) in REFUSED:
        raise UsageError(f"the chain refuses {address}; give the address validators reach")
    if not 0 <= netuid <= 65535:
        raise UsageError(f"netuid {netuid} is not allowed: 0 to 65535")
    if not 1 <= port <= 65535:
        raise UsageError(f"port {port} is not allowed: 1 to 65535")
    numbers = (
        (netuid, 2),
        (VERSION, 4),
        (int(address), 16),
        (port, 2),
        (address.version, 1),
        (PROTOCOL, 1),
        (0, 2),  # two placeholders
    )
    data = bytes([PALLET, CALL]) + b"".join(n.to_bytes(size, "little") for n, size in numbers)
    return AxonCall(netuid, str(address), port, data)
