"""``touchline subnet``: what the subnet of today publishes, and what it is told."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from touchline.cli.commit import commit, committed
from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json
from touchline.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from touchline.turbovision.live import ManifestElement, RankedMiner

subnet = typer.Typer(
    help="The subnet of today: its manifest, its standings, what is committed to it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@subnet.command("manifest")
def manifest(
    source: Annotated[
        str | None,
        typer.Argument(help="A manifest or an index of them, address or file; else the live one."),
    ] = None,
    block: Annotated[
        int | None, typer.Option(help="Of now: picks from an index, tells what has expired.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--public-key", help="Ed25519, hex: holds the signature.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="An earlier manifest: says what is new instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is asked and paid, and which elements are for us."""
    from touchline.turbovision.live import INDEX, address_in, changes, read_manifest

    found, place = read_manifest(source or INDEX, block=block)
    claimed = address_in(place)
    told: dict[str, Any] = {
        "place": place,
        "window_id": found.window_id,
        "expiry_block": found.expiry_block,
        "expired": None if block is None else block > found.expiry_block,
        "hash": found.hash,
        "hash_matches_name": None if claimed is None else claimed == found.hash,
        "signature_holds": None if key is None else found.is_signed_by(key),
        "elements": [_element(each) for each in found.elements],
    }
    if against is not None:
        told["changes"] = [*changes(read_manifest(against)[0], found)]
    if as_json:
        print_json(told)
    else:
        out().print(_manifest_table(told))


@subnet.command("standings")
def show_standings(
    element: Annotated[str, typer.Option(help="The id of the element.")],
    index: Annotated[
        str | None, typer.Option(help="Of the results, address or file; else the live one.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--manifest", help="Has the element; else the live one.")
    ] = None,
    hotkey: Annotated[str | None, typer.Option(help="The miner whose place is asked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rank the miners of an element by what validators publish, as they do."""
    from touchline.turbovision.live import (
        BLOCKS_A_DAY,
        INDEX,
        OPEN_DAYS,
        OPEN_INDEX,
        PRIVATE_DAYS,
        PRIVATE_INDEX,
        read_manifest,
        read_samples,
        standings,
    )

    found, place = read_manifest(source or INDEX)
    rules = next((each for each in found.elements if each.id == element), None)
    if rules is None:
        known = ", ".join(each.id for each in found.elements)
        raise UsageError(f"{place} has no element {element!r:.80}; it has {known or 'none'}.")
    days = (rules.eval_window or PRIVATE_DAYS) if rules.is_private else OPEN_DAYS
    index = index or (PRIVATE_INDEX if rules.is_private else OPEN_INDEX)
    samples = read_samples(index, element, blocks=days * BLOCKS_A_DAY)
    table = standings(
        samples,
        private=rules.is_private,
        theta=rules.baseline_theta,
        window_id=found.window_id,
    )
    rank = next((n for n, each in enumerate(table, 1) if each.hotkey == hotkey), None)
    if as_json:
        rows = [each.as_dict() for each in table]
        print_json({"element": element, "weight": rules.weight, "rank": rank, "miners": rows})
        return
    out().print(_standings_table(table, rules, hotkey))
    if hotkey is not None:
        said = f"{hotkey} is {rank} of {len(table)}" if rank else f"{hotkey} has no sample"
        out().print(f"{said} over the last {days} days.", markup=False, highlight=False)


subnet.command("commit")(commit)
subnet.command("committed")(committed)


def _element(each: "ManifestElement") -> dict[str, Any]:
    from touchline.turbovision.live import way_to_answer

    ours, way = way_to_answer(each)
    return {
        "id": each.id,
        "track": each.track or "public",
        "weight": each.weight,
        "pillars": dict(each.metrics.pillars),
        "objects": each.objects or [],
        "for_us": ours,
        "how": way,
        "faults": [*each.faults()],
    }


def _manifest_table(told: dict[str, Any]) -> "RenderableType":
    from rich.console import Group
    from rich.table import Column, Table
    from rich.text import Text

    if "changes" in told:
        return Group(*map(Text, told["changes"] or ["Nothing differs."]))
    columns = (Column("element", overflow="fold"), "track", "weight", "paid by", "for us")
    table = Table(*columns, title=Text(told["place"]))
    for each in told["elements"]:
        paid = ", ".join(f"{name} {weight:g}" for name, weight in each["pillars"].items())
        how = f"{'yes' if each['for_us'] else 'no'}: {each['how']}"
        weight = "-" if each["weight"] is None else f"{each['weight']:g}"
        table.add_row(*map(Text, (each["id"], each["track"], weight, paid, how)))
    faults = [f"{each['id']}: {fault}." for each in told["elements"] for fault in each["faults"]]
    return Group(table, *map(Text, [*_about(told), *faults]))


def _about(told: dict[str, Any]) -> list[str]:
    """What is known of a manifest as a whole, a sentence each."""
    ends = f"Window {told['window_id']}, until block {told['expiry_block']}"
    matches, signed = told["hash_matches_name"], told["signature_holds"]
    return [
        f"{ends}{': expired' if told['expired'] else ''}.",
        f"Its address is {told['hash']}"
        + ("." if matches is None else f", {'as' if matches else 'not as'} its name has it."),
        *([] if signed is None else [f"The signature {'holds' if signed else 'does not hold'}."]),
    ]


def _standings_table(
    given: "list[RankedMiner]", rules: "ManifestElement", hotkey: str | None
) -> "RenderableType":
    from rich.table import Column, Table
    from rich.text import Text

    weight = rules.weight or 0.0
    title = Text(f"{rules.id}, {weight:g} of the emission")
    miner = Column("miner", overflow="fold")
    table = Table("", miner, "since block", "samples", "mean", "of all", "", title=title)
    for number, each in enumerate(given, 1):
        style = "bold" if each.hotkey == hotkey else ""
        figures = (f"{each.commit}", f"{each.samples}", f"{each.mean:.4f}")
        paid = f"{each.share * weight:.4g}" if each.share else "-"
        table.add_row(f"{number}", each.hotkey, *figures, paid, each.why, style=style)
    return table
