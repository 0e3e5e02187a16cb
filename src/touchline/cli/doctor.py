"""``touchline doctor``: what keeps the miner from answering."""

from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import AsJson, ByProtocol, Protocol, print_json
from touchline.errors import UsageError

if TYPE_CHECKING:
    from touchline.service.doctor import Context, DoctorCheck

Port = Annotated[
    int | None,
    typer.Option(
        help="Port that the miner listens on; else TOUCHLINE_PORT or 7999, and of today's subnet "
        "MINER_PORT or 8000."
    ),
]
ElementId = Annotated[
    str | None, typer.Option("--element", help="Of today's subnet: the id of the element.")
]


def doctor(
    as_json: AsJson = False,
    port: Port = None,
    protocol: ByProtocol = Protocol.SCOREVISION,
    element: ElementId = None,
) -> None:
    """Look at all that a miner needs: each line is ok, a warning, or wrong, with what to do.

    The exit code is 1 where something is wrong.
    """
    import logging

    from touchline.service.doctor import as_dict, examine, is_well, table

    today = protocol is Protocol.TURBOVISION
    if element is not None and not today:
        raise UsageError("--element belongs to --protocol turbovision.")
    context, checks = _of_today(port, element) if today else _of_the_first(port)
    # What the rooms would log about it stands in the table.
    logging.getLogger("touchline").setLevel(logging.CRITICAL)
    findings = []
    for finding in examine(context, checks):
        findings.append(finding)
        if err().is_terminal:
            err().print(f"{finding.name}: {finding.state}", markup=False, highlight=False)
    if as_json:
        print_json(as_dict(findings))
    else:
        out().print(table(findings))
    if not is_well(findings):
        raise typer.Exit(1)


def _of_the_first(port: int | None) -> "tuple[Context, tuple[DoctorCheck, ...]]":
    from touchline.cli.password import asking
    from touchline.scorevision import CHECKS, MinerSettings
    from touchline.service.doctor import Context, World

    return Context.of(MinerSettings.read(port=port), World(ask=asking())), CHECKS


def _of_today(port: int | None, element: str | None) -> "tuple[Context, tuple[DoctorCheck, ...]]":
    from touchline.cli.password import asking
    from touchline.service.doctor import Context
    from touchline.turbovision.doctor import Subnet, SubnetWorld, checks_of_today
    from touchline.turbovision.private import PrivateSettings

    settings = PrivateSettings.read(port=port)
    context = Context.of(settings, SubnetWorld(ask=asking()), address=settings.miner_hotkey)
    return context, checks_of_today(Subnet.of(context, settings, element))
