"""The chain: who the miner is, whether validators know it, and who may ask."""

from typing import TYPE_CHECKING

from touchline.errors import NoHotkeyError, TouchlineError
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Verdict, ok, warning, wrong
from touchline.service.doctor.folders import writable_part

if TYPE_CHECKING:
    from touchline.service.chain import Node

SERVE_AXON = "touchline register --external-ip IP --external-port PORT"


def wallet(context: Context) -> Verdict:
    """The hotkey, and who may read its file."""
    settings = context.settings
    try:
        hotkey = context.hotkey()
    except NoHotkeyError as error:
        if settings.allow_list is None:
            raise
        return warning(f"{error}; offline, a throw-away hotkey will do", WALLET)
    path = settings.wallet_path.expanduser() / settings.wallet_name / "hotkeys"
    mode = (path / settings.hotkey_name).stat().st_mode & 0o777
    if mode & 0o077:
        fix = f"chmod 600 {path / settings.hotkey_name}"
        return warning(f"{hotkey.address}, which others may read (mode {mode:o})", fix)
    return ok(hotkey.address)


def freshness(context: Context) -> Verdict:
    """Whether the chain can be read, else how old the copy is that the service begins with."""
    settings = context.settings
    if settings.allow_list is not None:
        return ok("not asked: the allow-list takes its place")
    if not settings.refresh_nodes:
        return _stored(context, "REFRESH_NODES is off")
    try:
        found = context.chain()
    except TouchlineError as error:
        return _stored(context, str(error))
    return ok(f"subnet {found.netuid} at block {found.block:,}: {len(found.nodes)} hotkeys")


def registration(context: Context) -> Verdict:
    """Whether the chain has the hotkey, and where it says that the miner listens."""
    settings = context.settings
    if settings.allow_list is not None:
        return ok("not needed: the allow-list takes the chain's place")
    try:
        address, metagraph = context.address(), context.metagraph()
    except TouchlineError:
        return warning("not checked: it takes the wallet and the chain", "see their lines")
    node = metagraph.find(address)
    if node is None:
        return wrong(
            f"{address} is not on subnet {metagraph.netuid}",
            f"btcli subnets register --netuid {metagraph.netuid}; or the settings WALLET_NAME, "
            "HOTKEY_NAME, NETUID, SUBTENSOR_NETWORK name another one",
        )
    return _served(node, context)


def access(context: Context) -> Verdict:
    """Who may ask."""
    settings = context.settings
    if settings.allow_list is not None:
        allowed = context.metagraph()
        who = "anyone" if allowed.anyone else f"{len(allowed.nodes)} hotkeys"
        return warning(
            f"{who} may ask by {settings.allow_list}, which is for development",
            "unset ALLOW_LIST to earn on a subnet",
        )
    try:
        metagraph = context.metagraph()
    except TouchlineError:
        return warning("not checked: it takes the metagraph", "see its line")
    count = sum(_may_ask(node, context) for node in metagraph.nodes.values())
    rule = f"{settings.min_stake:g} of {settings.stake_field} stake or more"
    if settings.require_permit:
        rule += " and a validator permit"
    if not count:
        fix = "set MIN_STAKE_THRESHOLD lower, or STAKE_FIELD=total"
        return warning(f"nobody may ask: it takes {rule}", fix)
    return ok(f"{count} hotkeys hold {rule}")


def state(context: Context) -> Verdict:
    """Whether what outlives a restart can be written."""
    folder = context.settings.state.expanduser()
    if writable_part(folder) is not None:
        return ok(f"{folder} can be written" if folder.exists() else f"{folder} can be made")
    fix = "give it to who runs the service, or set TOUCHLINE_STATE to another folder"
    return wrong(f"{folder} cannot be written, or not be made", fix)


def _stored(context: Context, problem: str) -> Verdict:
    """By what copy the service would decide when the chain is not read."""
    settings = context.settings
    fix = "look at the network, SUBTENSOR_NETWORK, SUBTENSOR_ADDRESS and NETUID"
    if not settings.load_old_nodes:
        return wrong(f"{problem}; LOAD_OLD_NODES is off, so nobody may ask", fix)
    try:
        from touchline.service.chain import load_metagraph

        age = load_metagraph(settings.stored_metagraph).age()
    except TouchlineError:
        return wrong(f"{problem}; there is no stored copy either, so nobody may ask", fix)
    stale = " (no longer fresh)" if age > settings.chain_stale else ""
    old = f"{age / 3600:.1f} h" if age >= 3600 else f"{age / 60:.0f} min"
    return warning(f"{problem}; the stored copy is {old} old{stale}", fix)


def _served(node: "Node", context: Context) -> Verdict:
    """Where the chain says that the miner listens."""
    if not node.port or node.ip == "0.0.0.0":
        return wrong(f"uid {node.uid}, but the chain has no address of it", SERVE_AXON)
    detail = f"uid {node.uid}, called at {node.ip} port {node.port}"
    port, name = context.settings.port, context.port_setting
    if node.port != port:
        fix = f"forward {node.port} to {port}; or set {name}, or {SERVE_AXON}"
        return warning(f"{detail}, but {name} is {port}", fix)
    return ok(detail)


def _may_ask(node: "Node", context: Context) -> bool:
    settings = context.settings
    stake: float = getattr(node, f"{settings.stake_field}_stake")
    return stake >= settings.min_stake and (node.validator_permit or not settings.require_permit)


WALLET = "set WALLET_NAME, HOTKEY_NAME and WALLET_PATH to a hotkey that btcli made"
