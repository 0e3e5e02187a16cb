"""Arguments and options that several commands share."""

import os
import re
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from touchline.errors import UsageError, require_number


class Protocol(StrEnum):
    """The subnet's first protocol, and that of today."""

    SCOREVISION = "scorevision"
    TURBOVISION = "turbovision"


def print_json(value: object) -> None:
    """Print JSON in ASCII, which every terminal and every pipe takes."""
    from touchline.outputs import to_json

    print(to_json(value, ascii_only=True))


ByProtocol = Annotated[Protocol, typer.Option("--protocol", help="By whose rules.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")]
Predictions = Annotated[Path, typer.Argument(help="A predictions.json.")]
Video = Annotated[Path, typer.Argument(help="The clip it is an answer to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DeviceName = Annotated[
    str | None, typer.Option("--device", help="auto, cpu, cuda, mps or tensorrt.")
]
VerifierName = Annotated[
    str | None,
    typer.Option("--verifier", help="student; clip or another CLIP that was pulled; or auto."),
]
SecondLook = Annotated[
    str | None,
    typer.Option("--verify", help="fast, full (a second look at everything) or off."),
]
TeamsOrNot = Annotated[
    str | None,
    typer.Option("--teams", help="on or off: teams and roles by all kits and places at once."),
]
BatchSize = Annotated[
    int | None, typer.Option("--batch-size", help="Images a network gets at once.")
]
Size = Annotated[
    str | None,
    typer.Option("--size", help="Detect on 640x360, 960x540, 1280x720 or native frames."),
]
ImageFps = Annotated[
    float | None, typer.Option("--fps", help="Images a second, for a folder of images; else 25.")
]
DeadlineSeconds = Annotated[
    float | None,
    typer.Option(
        "--deadline",
        help="Seconds from the start in which to be done: looks as often as that allows, and "
        "leaves out the last frames where it must.",
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="Where to begin, in seconds or as 12:30 or 1:12:30.5."),
]
To = Annotated[str | None, typer.Option("--to", help="Where to end, likewise.")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where a run into the folder was cut off.")
]
ProfileFile = Annotated[
    Path | None,
    typer.Option(
        "--profile", help="Say where the time went, and write a trace for Perfetto into this file."
    ),
]
Formats = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="What to write, by commas: predictions, parquet, csv, cameras, overlay, analytics, "
        "mot, coco, gsr, cvat, rerun.",
    ),
]
WithReport = Annotated[
    bool, typer.Option("--report", help="Write report.html too: the results to play and click.")
]
WithOverlay = Annotated[
    bool | None, typer.Option("--overlay/--no-overlay", help="Write overlay.mp4 too.")
]
PitchSize = Annotated[
    str | None, typer.Option("--pitch", help="Length and width in metres, such as 100x64.")
]
DetectorName = Annotated[
    str | None,
    typer.Option("--detector", help="Shipped weights, an ONNX file, or module:factory."),
]
PitchModelName = Annotated[
    str | None,
    typer.Option("--pitch-model", help="Shipped weights, an ONNX file, or module:factory."),
]
TrackerName = Annotated[
    str | None, typer.Option("--tracker", help="module:factory, called with frames a second.")
]
LabelsAndAnswers = Annotated[
    list[Path], typer.Argument(help="Labels and the answer to them; more such pairs may follow.")
]
_MOMENT = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d+)?)")


def seconds_of(moment: str, option: str) -> float:
    """A moment of a video, such as ``1:12:30.5``, ``12:30`` or ``750``, in seconds.

    Raises:
        UsageError: It is none.
    """
    found = _MOMENT.fullmatch(moment.strip())
    hours, minutes, seconds = (float(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if not found or (":" in moment and seconds >= 60):
        raise UsageError(f"{option} is a number of seconds, 12:30 or 1:12:30.5; got {moment!r:.40}")
    return 3600 * hours + 60 * minutes + seconds


ENDING = 0.3
"""Seconds in which a program ends that has written all: engines and threads are taken down. Twice
that where another one has half the processor."""


def remaining(deadline: float) -> float:
    """Seconds that are left of ``--deadline``: it counts from the start of the program to its end.

    Raises:
        UsageError: It is not above 0.
    """
    require_number("--deadline", deadline, above=0)
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        began = ticks / os.sysconf("SC_CLK_TCK")
        took = time.clock_gettime(time.CLOCK_BOOTTIME) - began
        return max(0.001, deadline - ENDING - took)
    except (OSError, AttributeError):  # no Linux: loading the program is not counted
        return max(0.001, deadline - ENDING)


LabelFormat = Annotated[
    str | None,
    typer.Option(
        "--format", help="Of the labels: yolo, coco, mot, gsr, cvat, cdf, truth; else guessed."
    ),
]
