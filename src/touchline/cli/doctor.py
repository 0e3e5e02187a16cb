"""``touchline doctor``: what keeps the miner from answering."""

from typing import Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import AsJson, print_json

Port = Annotated[
    int | None, typer.Option(help="Port that the miner listens on; else TOUCHLINE_PORT or 7999.")
]


def doctor(as_json: AsJson = False, port: Port = None) -> None:
    """Look at all that a miner needs: each line is ok, a warning, or wrong, with what to do.

    The exit code is 1 where something is wrong.
    """
    import logging

    from touchline.cli.password import asking
    from touchline.scorevision import CHECKS, MinerSettings
    from touchline.service.doctor import Context, World, as_dict, examine, is_well, table

    context = Context.of(MinerSettings.read(port=port), World(ask=asking()))
    # What the rooms would log about it stands in the table.
    logging.getLogger("touchline").setLevel(logging.CRITICAL)
    findings = []
    for finding in examine(context, CHECKS):
        findings.append(finding)
        if err().is_terminal:
            err().print(f"{finding.name}: {finding.state}", markup=False, highlight=False)
    if as_json:
        print_json(as_dict(findings))
    else:
        out().print(table(findings))
    if not is_well(findings):
        raise typer.Exit(1)
