"""``touchline evaluate``: results against labels, and the shortcuts of verification."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import out
from touchline.cli.options import (
    AsJson,
    DeviceName,
    LabelFormat,
    LabelsAndAnswers,
    PitchModelName,
    VerifierName,
    print_json,
)
from touchline.errors import UsageError

if TYPE_CHECKING:
    from touchline.evaluation import Trueness

evaluate = typer.Typer(
    help="Measure how good the results are.", no_args_is_help=True, rich_markup_mode=None
)


@evaluate.command("detection")
def evaluate_detection(
    paths: LabelsAndAnswers, form: LabelFormat = None, as_json: AsJson = False
) -> None:
    """Average precision of each class, and balls found within 15 pixels."""
    _evaluate_truth("detection", paths, form, as_json=as_json)


@evaluate.command("tracking")
def evaluate_tracking(
    paths: LabelsAndAnswers, form: LabelFormat = None, as_json: AsJson = False
) -> None:
    """HOTA, IDF1 and MOTA of people, all roles as one."""
    _evaluate_truth("tracking", paths, form, as_json=as_json)


@evaluate.command("people")
def evaluate_people(
    paths: LabelsAndAnswers, form: LabelFormat = None, as_json: AsJson = False
) -> None:
    """Who is who: roles, teams, ids per person, and HOTA by role."""
    _evaluate_truth("people", paths, form, as_json=as_json)


@evaluate.command("pitch")
def evaluate_pitch(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Labels and the answer to them, in pairs; or labels to analyse."),
    ],
    form: LabelFormat = None,
    as_json: AsJson = False,
    analyze: Annotated[
        bool,
        typer.Option(
            "--analyze",
            help="PATHS are labels only: analyse their pictures, each by itself. So is one PATH.",
        ),
    ] = False,
    without: Annotated[
        list[Path] | None,
        typer.Option("--no-pitch", help="A folder of pictures without a pitch to analyse, too."),
    ] = None,
    pitch_model: PitchModelName = None,
    device: DeviceName = None,
) -> None:
    """Right, wrong and silent frames, keypoints, lines and homography of the pitch."""
    if not (analyze or len(paths) == 1):
        if without or pitch_model or device:
            raise UsageError("--no-pitch, --pitch-model and --device need --analyze.")
        _evaluate_truth("pitch", paths, form, as_json=as_json)
        return
    from touchline.evaluation import evaluate_pitch
    from touchline.settings import Settings

    settings = Settings.read(pitch_model=pitch_model, device=device, verify="off")
    _show(
        evaluate_pitch(paths, without=without or [], form=form, settings=settings), as_json=as_json
    )


@evaluate.command("positions")
def evaluate_positions(
    paths: LabelsAndAnswers, form: LabelFormat = None, as_json: AsJson = False
) -> None:
    """Metres between where people are said to stand and where they do."""
    _evaluate_truth("positions", paths, form, as_json=as_json)


@evaluate.command("state")
def evaluate_state(
    paths: LabelsAndAnswers, form: LabelFormat = None, as_json: AsJson = False
) -> None:
    """GS-HOTA: the right person, role, team and number at the right place."""
    _evaluate_truth("state", paths, form, as_json=as_json)


@evaluate.command("verification")
def evaluate_verification(
    videos: Annotated[list[Path], typer.Argument(help="Clips.")],
    as_json: AsJson = False,
    verifier: VerifierName = None,
    expert: Annotated[
        Path | None,
        typer.Option(help="A network with the student's inputs and outputs, as the expert."),
    ] = None,
    device: DeviceName = None,
) -> None:
    """Verify clips with all shortcuts and with none: how often both agree, and what it costs."""
    from touchline.evaluation import evaluate_verification, shortcut_table
    from touchline.settings import Settings

    settings = Settings.read(device=device, verifier=verifier)
    agreements = evaluate_verification(videos, settings=settings, expert=expert)
    if as_json:
        print_json([each.as_dict() for each in agreements])
    else:
        out().print(shortcut_table(agreements))


def _evaluate_truth(metric: str, paths: list[Path], form: str | None, *, as_json: bool) -> None:
    from touchline.evaluation import evaluate_truth

    if len(paths) % 2:
        raise UsageError(f"labels and answers come in pairs; got {len(paths)} paths.")
    pairs = list(zip(paths[::2], paths[1::2], strict=True))
    _show(evaluate_truth(metric, pairs, form=form), as_json=as_json)


def _show(result: "Trueness", *, as_json: bool) -> None:
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(result.table())
