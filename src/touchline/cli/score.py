"""``touchline score``: what a validator of either protocol would pay, and why."""

from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import (
    AsJson,
    ByProtocol,
    Predictions,
    Protocol,
    VerifierName,
    Video,
    print_json,
)
from touchline.errors import UsageError


def score(
    predictions: Predictions,
    video: Video,
    as_json: AsJson = False,
    others: Annotated[
        Path | None, typer.Option(help="A JSON list: seconds of the other miners.")
    ] = None,
    elapsed: Annotated[
        float | None, typer.Option(help="Seconds from request to answer; else what it says.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each of the worst frames.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the frames whose boxes are scored.")] = 0,
    verifier: VerifierName = None,
    protocol: ByProtocol = Protocol.SCOREVISION,
    element: Annotated[
        str | None, typer.Option(help="turbovision: the id of the element that was answered.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="turbovision: the manifest that has the element.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help='turbovision: the true boxes, {"annotations": [...]}.')
    ] = None,
) -> None:
    """Say what a validator would pay for PREDICTIONS of VIDEO, and why."""
    if protocol is Protocol.TURBOVISION:
        if others or pictures or verifier:
            raise UsageError("--others, --pictures and --verifier are of the first protocol.")
        if element is None or manifest is None:
            raise UsageError("--protocol turbovision needs --element ID and --manifest FILE.")
        _by_element((predictions, video, truth), (manifest, element), elapsed, as_json=as_json)
        return
    if element or manifest or truth:
        raise UsageError("--element, --manifest and --truth need --protocol turbovision.")
    from touchline.files import as_path, require_apart
    from touchline.scorevision import Terms, read_response, read_times, score_clip
    from touchline.scorevision.report import load_judge, report, write_pictures
    from touchline.settings import Settings

    inputs = [predictions, video, *([others] if others else [])]
    if pictures:
        require_apart(as_path(pictures).glob("frame_*.png"), inputs)
    response = read_response(predictions)
    terms = Terms(elapsed, read_times(others) if others else (), seed)
    settings = Settings.read(verifier=verifier)
    judge = load_judge(settings.verifier, cache=settings.cache, device=settings.device)
    result = score_clip(response, video, judge=judge, terms=terms)
    if pictures:
        write_pictures(result, response, pictures)
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(report(result))


def _by_element(
    paths: tuple[Path, Path, Path | None],
    rules: tuple[Path, str],
    elapsed: float | None,
    *,
    as_json: bool,
) -> None:
    from touchline.errors import require_number
    from touchline.turbovision import (
        read_asked,
        read_element,
        read_miner_answer,
        score_answer,
        score_report,
    )

    seconds = elapsed or 0.0
    require_number("--elapsed", seconds, least=0)
    answer, frames, truth = paths
    asked_for = read_element(*rules)
    given = read_miner_answer(answer)
    asked = read_asked(frames, truth, element=asked_for)
    result = score_answer(given, asked, element=asked_for, latency_ms=1000 * seconds)
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(score_report(result))
