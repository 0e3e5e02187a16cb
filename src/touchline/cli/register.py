"""``touchline register``: tell the chain where the miner listens."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json

if TYPE_CHECKING:
    from rich.table import Table

    from touchline.service.chain import Registration

AUTO = "auto"

ExternalIp = Annotated[
    str, typer.Option(help="Address at which validators reach the miner; auto looks it up.")
]
ExternalPort = Annotated[
    int | None, typer.Option(help="Port at that address; else the one that the miner listens on.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
]
Netuid = Annotated[int | None, typer.Option(help="The subnet: 44, or 261 on the test network.")]
NetworkName = Annotated[str | None, typer.Option("--network", help="finney, test or local.")]
NodeAddress = Annotated[
    str | None, typer.Option("--address", help="A ws:// or wss:// node, not the network's own.")
]
WalletName = Annotated[str | None, typer.Option("--wallet", help="Name of the wallet.")]
HotkeyName = Annotated[str | None, typer.Option("--hotkey", help="Name of the hotkey in it.")]
WalletPath = Annotated[Path | None, typer.Option("--wallet-path", help="Folder of the wallets.")]


def register(
    external_ip: ExternalIp,
    external_port: ExternalPort = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    netuid: Netuid = None,
    network: NetworkName = None,
    address: NodeAddress = None,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
) -> None:
    """Tell the chain where the miner listens, signed by its hotkey; it is free.

    The hotkey must be registered on the subnet. Options that are not given come from the settings.
    """
    from touchline.cli.password import asking
    from touchline.scorevision import MinerSettings
    from touchline.service.chain import endpoint_of, hotkey_of, public_address, serve_axon

    settings = MinerSettings.read(
        netuid=netuid,
        subtensor_network=network,
        subtensor_address=address,
        wallet_name=wallet,
        hotkey_name=hotkey,
        wallet_path=wallet_path,
    )
    result = serve_axon(
        endpoint_of(settings.subtensor_network, settings.subtensor_address),
        hotkey_of(settings, ask=asking()),
        netuid=settings.netuid,
        ip=public_address() if external_ip == AUTO else external_ip,
        port=settings.port if external_port is None else external_port,
        dry_run=dry_run,
    )
    if not result.call.is_public:
        print(f"touchline: {result.call.ip} is no public address", file=sys.stderr)
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(_table(result))


def _table(result: "Registration") -> "Table":
    from rich.table import Table

    table = Table("serve_axon", "", title=_outcome(result))
    for name, value in result.call.as_dict().items():
        table.add_row(name, str(value))
    table.add_row("signed by", result.hotkey)
    table.add_row("registered", "no" if result.uid is None else f"as uid {result.uid}")
    if result.extrinsic:
        table.add_row("extrinsic", result.extrinsic)
    return table


def _outcome(result: "Registration") -> str:
    if result.sent:
        return f"The chain has {result.call.address}."
    if result.served:
        return f"The chain has {result.call.address} already; nothing was sent."
    if result.uid is None:
        return "Nothing was sent; the chain would refuse it, for the hotkey is not registered."
    return "Nothing was sent; this would be."
