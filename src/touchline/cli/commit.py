"""``touchline subnet commit`` and ``committed``: what a hotkey tells the subnet."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json
from touchline.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from touchline.service.chain import SentCommitment

Element = Annotated[str, typer.Option(help="The id of the element, letter by letter.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
]
Send = Annotated[
    bool, typer.Option("--send", help="Send it, signed by the hotkey of the wallet settings.")
]


def commit(
    element: Element,
    hotkey: Annotated[
        str | None,
        typer.Option(help="SS58 address of the miner; else that of the wallet that signs."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="A folder's USER/REPOSITORY.")] = None,
    revision: Annotated[str | None, typer.Option(help="The 40 hex digits of it.")] = None,
    chute_id: Annotated[str | None, typer.Option(help="Of the chute that runs it.")] = None,
    slug: Annotated[str | None, typer.Option(help="Of the chute's address.")] = None,
    image_repo: Annotated[
        str | None, typer.Option(help="A server's image: HOST/USER/NAME.")
    ] = None,
    image_tag: Annotated[str | None, typer.Option(help="Its tag.")] = None,
    image_digest: Annotated[str, typer.Option(help="Its digest, sha256:HEX.")] = "",
    send: Send = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Print what has to be committed on the chain for a packed folder, or for a server's image.

    Nothing is sent without --send.
    """
    folder = {"model": model, "revision": revision, "chute_id": chute_id, "slug": slug}
    image = {"image_repo": image_repo, "image_tag": image_tag, "image_digest": image_digest}
    _require_one(folder, image)
    if send or dry_run:
        found = _sent(element, {**folder, **image}, hotkey=hotkey, dry_run=dry_run)
        if as_json:
            print_json(found.as_dict())
        else:
            out().print(_sent_table(found))
    elif hotkey is None:
        raise UsageError("--hotkey is needed where nothing is sent: the text names the miner.")
    else:
        print(_text(element, {**folder, **image}, hotkey=hotkey))


def committed(
    element: Element,
    hotkey: Annotated[str, typer.Option(help="SS58 address of the miner.")],
    as_json: AsJson = False,
) -> None:
    """Say which commitment of a hotkey counts for an element, as the chain has them now.

    The chain keeps the last ten of a hotkey; validators look for older ones in its archives.
    """
    from touchline.service.chain import endpoint_of, read_commitments
    from touchline.turbovision.live import ids_like, latest_commit
    from touchline.turbovision.private import PrivateSettings

    settings = PrivateSettings.read()
    endpoint = endpoint_of(settings.subtensor_network, settings.subtensor_address)
    found = read_commitments(endpoint, settings.netuid, hotkey)
    counting = {
        track: latest_commit(found, element, private=track == "private")
        for track in ("open-source", "private")
    }
    told: dict[str, Any] = {
        "element": element,
        "hotkey": hotkey,
        "on_chain": len(found),
        "counts": {
            track: each and {"block": each.block, "content": dict(each.content)}
            for track, each in counting.items()
        },
        "alike": [] if any(counting.values()) else ids_like(element, found),
    }
    if as_json:
        print_json(told)
    else:
        out().print(_counting_table(told))


def _require_one(folder: Mapping[str, str | None], image: Mapping[str, str | None]) -> None:
    """Either all of a folder or what is needed of an image, and not both."""
    if any(folder.values()) == any(image.values()):
        raise UsageError("--model and its options say a folder, --image-repo and its a server.")
    if any(folder.values()) and not all(folder.values()):
        raise UsageError("a folder needs --model, --revision, --chute-id and --slug.")
    if any(image.values()) and not (image["image_repo"] and image["image_tag"]):
        raise UsageError("a server's image needs --image-repo and --image-tag.")


def _text(element: str, told: Mapping[str, Any], *, hotkey: str) -> str:
    """What is committed: of a folder where a model is named, else of an image."""
    from touchline.turbovision.live import FolderCommit, ImageCommit

    kind = FolderCommit if told["model"] else ImageCommit
    own = {each.name: told[each.name] for each in fields(kind) if each.name in told}
    return kind(**own, hotkey=hotkey, element_id=element).text()


def _sent(
    element: str, told: Mapping[str, Any], *, hotkey: str | None, dry_run: bool
) -> "SentCommitment":
    """Commit it by the wallet of the settings, whose hotkey must be the one that was named."""
    from touchline.cli.password import asking
    from touchline.service.chain import endpoint_of, hotkey_of, send_commitment
    from touchline.turbovision.private import PrivateSettings

    settings = PrivateSettings.read()
    key = hotkey_of(settings, ask=asking())
    if hotkey not in (None, key.address):
        raise UsageError(
            f"--hotkey is {hotkey}, but the wallet signs as {key.address}: a commitment counts for "
            "its signer; WALLET_NAME and HOTKEY_NAME choose another wallet."
        )
    return send_commitment(
        endpoint_of(settings.subtensor_network, settings.subtensor_address),
        key,
        netuid=settings.netuid,
        text=_text(element, told, hotkey=key.address),
        dry_run=dry_run,
    )


def _sent_table(found: "SentCommitment") -> "Table":
    from rich.table import Column, Table
    from rich.text import Text

    told = found.as_dict()
    rows = (
        ("netuid", str(found.netuid)),
        ("text", found.text),
        ("sealed for", f"{told['sealed_blocks']} block"),
        ("signed by", found.hotkey),
        ("registered", "no" if found.uid is None else f"as uid {found.uid}"),
        *([("extrinsic", found.extrinsic)] if found.extrinsic else []),
    )
    table = Table("set_commitment", Column("", overflow="fold"), title=Text(_outcome(found)))
    for name, value in rows:
        table.add_row(name, Text(value))
    return table


def _outcome(found: "SentCommitment") -> str:
    if found.sent:
        return "The chain has it, sealed; it opens it some blocks later: touchline subnet committed"
    if found.uid is None:
        return "Nothing was sent; the chain would refuse it, for the hotkey is not registered."
    return "Nothing was sent; this would be."


def _counting_table(told: dict[str, Any]) -> "RenderableType":
    from rich.console import Group
    from rich.table import Column, Table
    from rich.text import Text

    from touchline.service.chain import KEPT

    table = Table("track", "block", Column("what counts", overflow="fold"))
    for track, counts in told["counts"].items():
        said = counts and "\n".join(f"{name} {what}" for name, what in counts["content"].items())
        table.add_row(track, str(counts["block"]) if counts else "-", Text(said or "nothing"))
    sentences = [f"The chain has {told['on_chain']} of this hotkey; it keeps the last {KEPT}."]
    if told["alike"]:
        ids = ", ".join(map(repr, told["alike"]))
        sentences.append(f"An id counts letter by letter; committed for are {ids}.")
    return Group(table, *map(Text, sentences))
