"""``touchline pack``: a folder to upload, made from the package itself."""

from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import AsJson, print_json
from touchline.errors import UsageError


def pack(
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder.")],
    element: Annotated[str, typer.Option(help="The id of the element that is to be answered.")],
    manifest: Annotated[
        Path | None, typer.Option(help="The manifest that has the element.")
    ] = None,
    objects: Annotated[
        str | None, typer.Option(help="Its list of objects, by commas, without a manifest.")
    ] = None,
    imgsz: Annotated[
        int, typer.Option(help="Longer side of the picture in which people are looked for.")
    ] = 1120,
    model: Annotated[
        str | None, typer.Option(help="A detector of yours: an ONNX file, or what was added.")
    ] = None,
    names: Annotated[
        str | None, typer.Option("--classes", help="Of that file, in its order, by commas.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="Of that file: see models add; else told by its outputs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a folder that answers an element of today's subnet, ready to upload."""
    from touchline.settings import Settings
    from touchline.turbovision import read_element
    from touchline.turbovision.packing import find_model, pack_own
    from touchline.turbovision.packing import pack as packed
    from touchline.turbovision.scoring import Element

    if (manifest is not None) and (objects is not None):
        raise UsageError("--manifest says the objects; --objects is for who has none.")
    if manifest is not None:
        wanted = read_element(manifest, element)
    else:
        wanted = Element(id=element, objects=tuple((objects or "").split(",")))
    if model is None:
        if names or layout:
            raise UsageError("--classes and --layout are of the network that --model names.")
        folder = packed(wanted, output, imgsz=imgsz)
    else:
        cache = Settings.read().cache
        own = find_model(model, (names or "").split(","), layout=layout, cache=cache)
        folder = pack_own(wanted, output, own)
    if as_json:
        print_json({"path": folder.path, "element": folder.element, "files": dict(folder.files)})
        return
    for name, size in folder.files.items():
        out().print(f"{size:>9} {name}")
