"""What a run can write, by name: to add a format, add its writer and a line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from touchline.errors import UsageError
from touchline.files import as_text
from touchline.outputs.analytics import BESIDE, Analytics
from touchline.outputs.cameras import CamerasParquet
from touchline.outputs.exports import (
    CdfFiles,
    CocoJson,
    CvatXml,
    GsrJson,
    MatchSheet,
    MotTracks,
    RerunRecording,
)
from touchline.outputs.overlay import Overlay
from touchline.outputs.predictions import Predictions
from touchline.outputs.tracks import TracksCsv, TracksParquet
from touchline.outputs.writer import Writer
from touchline.pitch import PitchDimensions
from touchline.video import VideoInfo


@dataclass(frozen=True, slots=True)
class Clip:
    """What writers are told of the clip.

    Attributes:
        path: The video, or a folder of images.
        info: What it says of itself.
        dimensions: Of the pitch.
        sheet: What is known of the match besides, None where nobody has told.
    """

    path: Path
    info: VideoInfo
    dimensions: PitchDimensions
    sheet: MatchSheet | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of a frame in pixels."""
        return self.info.width, self.info.height


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        file: Its name in the folder of the results.
        writer: Makes the writer of that file.
        beside: Further files that the writer makes in the same folder.
    """

    file: str
    writer: Callable[[Path, Clip], Writer]
    beside: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All that it writes."""
        return (self.file, *self.beside)


FORMATS: Mapping[str, Format] = {
    "predictions": Format(
        "predictions.json",
        lambda path, clip: Predictions(path, size=clip.size, challenge_id=as_text(clip.path.stem)),
    ),
    "parquet": Format("tracks.parquet", lambda path, clip: TracksParquet(path)),
    "csv": Format("tracks.csv", lambda path, clip: TracksCsv(path)),
    "cameras": Format("cameras.parquet", lambda path, clip: CamerasParquet(path)),
    "overlay": Format(
        "overlay.mp4",
        lambda path, clip: Overlay(
            path, clip.path, dimensions=clip.dimensions, image_fps=clip.info.fps
        ),
    ),
    "analytics": Format(
        "analytics.parquet",
        lambda path, clip: Analytics(path, dimensions=clip.dimensions),
        beside=BESIDE,
    ),
    "mot": Format("mot.txt", lambda path, clip: MotTracks(path), beside=MotTracks.beside),
    "coco": Format("coco.json", lambda path, clip: CocoJson(path, clip=clip.path, size=clip.size)),
    "gsr": Format(
        "gsr.json",
        lambda path, clip: GsrJson(
            path, clip=clip.path, size=clip.size, fps=clip.info.fps, sheet=clip.sheet
        ),
    ),
    "cvat": Format("cvat.xml", lambda path, clip: CvatXml(path, clip=clip.path, size=clip.size)),
    "rerun": Format(
        "results.rrd",
        lambda path, clip: RerunRecording(path, video=clip.path, dimensions=clip.dimensions),
    ),
    "cdf": Format(
        "tracking.jsonl",
        lambda path, clip: CdfFiles(
            path, sheet=clip.sheet, info=clip.info, dimensions=clip.dimensions
        ),
        beside=CdfFiles.beside,
    ),
}

DATA_FORMATS = ("predictions", "parquet")
DEFAULT_FORMATS = DATA_FORMATS
REPORT_FORMATS = (*DATA_FORMATS, "cameras", "analytics")
"""What a report draws on: lines come from the cameras, speed and possession from the analytics."""


BATCH_FORMATS = ("parquet", "cameras", "analytics")
"""Tables alone, of which a dataset is made."""


def check_formats(names: Sequence[str]) -> None:
    """Refuse what is not in ``FORMATS``.

    Raises:
        UsageError: There is no such format.
    """
    if unknown := [name for name in names if name not in FORMATS]:
        raise UsageError(f"a format is one of {', '.join(FORMATS)}; got {unknown[0]!r}")


def new_writers(names: Sequence[str], folder: Path, clip: Clip) -> list[Writer]:
    """Make a writer for each format; nothing is written yet.

    Raises:
        UsageError: There is no such format.
    """
    check_formats(names)
    return [FORMATS[name].writer(folder / FORMATS[name].file, clip) for name in names]
