"""What a run left in its folder, as the report needs it: tables, and what may be absent."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from touchline.analytics import EVENTS
from touchline.arrays import Float64, Int64
from touchline.errors import InputError
from touchline.files import as_text
from touchline.frame import N_KEYPOINTS
from touchline.outputs.analytics import EVENT_FILE
from touchline.outputs.folder import SUMMARY
from touchline.outputs.predictions import answered_frames, first_answered
from touchline.outputs.saved import ANALYTICS, CAMERAS, PREDICTIONS, TRACKS

SCORE = "score.json"


@dataclass(frozen=True, slots=True)
class Run:
    """The results of one clip.

    Attributes:
        folder: Where they lie.
        summary: What ``summary.json`` says.
        tracks: Rows of ``tracks.parquet``, in frame order.
        frames: (n,) numbers of the frames, those without objects too, in order.
        times: (n,) their seconds from the first frame of the video.
        cameras: Rows of ``cameras.parquet``; None where it was not written.
        analytics: Rows of ``analytics.parquet``; None where it was not written.
        events: Rows of ``events.csv``; none where it was not written.
        score: What ``score.json`` says; None where there is none.
    """

    folder: Path
    summary: dict[str, Any]
    tracks: pa.Table
    frames: Int64
    times: Float64
    cameras: pa.Table | None
    analytics: pa.Table | None
    events: tuple[Mapping[str, Any], ...]
    score: dict[str, Any] | None

    @classmethod
    def of(cls, folder: Path) -> "Run":
        """Read a folder.

        Raises:
            InputError: It holds no results of a run, or files that cannot be read.
        """
        summary = _read_json(folder / SUMMARY)
        if not isinstance(summary.get("video"), dict) or "frames" not in summary:
            raise InputError(f"{folder / SUMMARY}: not the summary of a run")
        tracks = _read_table(folder / TRACKS)
        cameras = _read_table(folder / CAMERAS) if (folder / CAMERAS).is_file() else None
        analytics = _read_table(folder / ANALYTICS) if (folder / ANALYTICS).is_file() else None
        score = _read_json(folder / SCORE) if (folder / SCORE).is_file() else None
        frames, times = _frames(folder, summary, tracks, cameras)
        events = _read_events(folder / EVENT_FILE)
        return cls(folder, summary, tracks, frames, times, cameras, analytics, events, score)

    def answers(self) -> Iterator[dict[str, Any]]:
        """The frames of ``predictions.json`` one by one, as it is too large to hold for a match."""
        path = self.folder / PREDICTIONS
        return answered_frames(path) if path.is_file() else iter(())

    def keypoints(self) -> Iterator[tuple[int, Float64]]:
        """The numbers of frames and (32, 2) pixels of their keypoints; (0, 0) where one is absent.

        Raises:
            InputError: ``predictions.json`` is none.
        """
        for frame in self.answers():
            points = np.asarray(frame["keypoints"], np.float64)
            if points.shape != (N_KEYPOINTS, 2):
                raise InputError(f"{self.folder / PREDICTIONS}: a frame has not 32 keypoints")
            yield int(frame["frame_number"]), points


def _read_events(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Its rows; none where it is not there.

    Raises:
        InputError: It is no table of events.
    """
    if not path.is_file():
        return ()
    try:
        with path.open("rb") as file:
            return tuple(pyarrow.csv.read_csv(file).select(EVENTS.names).to_pylist())
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(f"{path}: no table of events ({error})") from error


def column(table: pa.Table, name: str, *, absent: float = np.nan) -> Float64:
    """A column as (n,) float64, ``absent`` for nulls and for a column that is not there."""
    if name not in table.column_names:
        return np.full(len(table), absent)
    values = table.column(name)
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    numbers: Float64 = values.cast(pa.float64()).to_numpy()
    return np.where(np.isnan(numbers), absent, numbers)


def places(table: pa.Table, name: str, words: tuple[str, ...]) -> Int64:
    """A column of words as (n,) places in ``words``; -1 for a null and for any other word."""
    if name not in table.column_names:
        return np.full(len(table), -1, np.int64)
    found = [words.index(each) if each in words else -1 for each in (*_words(table, name), None)]
    values = table.column(name).combine_chunks()
    chosen = values.indices.fill_null(len(found) - 1).to_numpy()
    at: Int64 = np.asarray(found, np.int64)[chosen]
    return at


def _words(table: pa.Table, name: str) -> list[str]:
    words: list[str] = table.column(name).combine_chunks().dictionary.to_pylist()
    return words


def _frames(
    folder: Path, summary: dict[str, Any], tracks: pa.Table, cameras: pa.Table | None
) -> tuple[Int64, Float64]:
    """All frames: as the cameras name them, else as many as there are from the first."""
    if cameras is not None:
        return column(cameras, "frame").astype(np.int64), column(cameras, "time")
    known, first = np.unique(column(tracks, "frame").astype(np.int64), return_index=True)
    seconds = column(tracks, "time")[first]
    step = 1 / (summary["video"].get("fps") or 25.0)
    answers = folder / PREDICTIONS
    begin = first_answered(answers) if answers.is_file() else None
    begin = int(known[0]) if begin is None and len(known) else begin or 0
    frames = np.arange(begin, begin + summary["frames"])
    if not len(known):
        return frames, frames * step
    # A frame without a row lies where its neighbours say; outside of them the rate must do.
    known = np.array([known[0] - 10**6, *known, known[-1] + 10**6])
    seconds = np.array([seconds[0] - 1e6 * step, *seconds, seconds[-1] + 1e6 * step])
    return frames, np.interp(frames, known, seconds)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"{as_text(path)}: {error.strerror}; `touchline run VIDEO -o DIR` makes such a folder"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{as_text(path)}: no JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{as_text(path)}: a JSON object is needed")
    return content


def _read_table(path: Path) -> pa.Table:
    try:
        with path.open("rb") as file:
            return pq.read_table(file)
    except OSError as error:
        raise InputError(
            f"{as_text(path)}: {error.strerror or error}; a run writes it unless --format leaves "
            "parquet out"
        ) from error
    except pa.ArrowInvalid as error:
        raise InputError(f"{as_text(path)}: no Parquet file: {error}") from error
