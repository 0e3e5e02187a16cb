"""What was found in a piece, in two files: its frame states, and what the join needs to know.

::

    piece-003.states   pickled frame states, one after another, compressed
    piece-003.end      counts, what is known of the kits, the states that other pieces have as well

The second appears last: where it is, the piece is done. Only what ``StateUnpickler`` knows is read.
"""

import pickle
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from touchline.batch.pieces import LEAD, TAIL, Piece
from touchline.errors import InputError, OutputError
from touchline.files import as_text
from touchline.frame import FrameState
from touchline.outputs import BROKEN, StateUnpickler
from touchline.pipeline import Analysis, Models
from touchline.video import IMAGE_FPS, VideoReader

STATES, END = ".states", ".end"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartEnd:
    """What is known of a piece after its last frame.

    Attributes:
        frames: Numbers of its first and its last frame.
        next_id: An id above all of its ids.
        head: Its first states, where another piece has them too.
        tail: Its last ones, likewise.
        teams: As ``Analysis.team_memory``.
        told: ``looks``, ``seconds``, ``paces``, ``spent``, ``truncated``: as for a summary.
    """

    frames: tuple[int, int]
    next_id: int
    head: list[FrameState]
    tail: list[FrameState]
    teams: object
    told: dict[str, Any]


def analyse_piece(video: Path, piece: Piece, target: Path, *, models: Models) -> None:
    """Analyse a piece into ``target`` with its two suffixes.

    Raises:
        InputError: The video cannot be read there.
        OutputError: The files cannot be written.
    """
    began, settings = time.perf_counter(), models.settings
    reader = VideoReader(
        video,
        image_fps=settings.image_fps or IMAGE_FPS,
        start=piece.start,
        end=piece.end,
        entry=piece.entry,
    )
    with models.analyze(reader) as analysis:
        states = _written(analysis, target.with_suffix(STATES))
        head, tail, numbers, next_id = _edges(states, piece)
        if not numbers:
            raise InputError(f"{as_text(video)}: no frame from {piece.start:g} s on")
        told = {
            "looks": analysis.looks,
            "seconds": analysis.stopwatch.seconds | {"total": time.perf_counter() - began},
            "paces": {frame: asdict(pace) for frame, pace in analysis.paces.items()},
            "spent": analysis.spent,
            "truncated": analysis.truncated,
        }
        content = ((min(numbers), max(numbers)), next_id, head, tail, analysis.team_memory, told)
    _write_end(target.with_suffix(END), content)


def saved_states(target: Path) -> Iterator[FrameState]:
    """The states of a piece, in order.

    Raises:
        InputError: The file is damaged.
    """
    try:
        with pa.input_stream(str(target.with_suffix(STATES)), compression="zstd") as file:
            # A new one for each: it would remember what was in the one before.
            while (state := StateUnpickler(file).load()) is not None:
                yield state
    except (OSError, ValueError, TypeError, LookupError, pa.ArrowException, *BROKEN) as error:
        raise InputError(f"{as_text(target)}: a piece cannot be read ({error})") from error


def saved_end(target: Path) -> PartEnd | None:
    """What is known of a piece; None where it is not done.

    Raises:
        InputError: The file is damaged.
    """
    try:
        with target.with_suffix(END).open("rb") as file:
            frames, next_id, head, tail, teams, told = StateUnpickler(file).load()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError, *BROKEN) as error:
        raise InputError(f"{as_text(target)}: a piece cannot be read ({error})") from error
    return PartEnd(frames=frames, next_id=next_id, head=head, tail=tail, teams=teams, told=told)


def _written(analysis: Analysis, path: Path) -> Iterator[FrameState]:
    """The states of a clip, each written as it comes; a None is written after the last."""
    try:
        with pa.output_stream(str(path), compression="zstd") as file:
            for state in analysis:
                file.write(pickle.dumps(state, pickle.HIGHEST_PROTOCOL))
                yield state
            file.write(pickle.dumps(None))
    except OSError as error:
        raise OutputError(f"cannot write {as_text(path)}: {error.strerror or error}") from error


def _edges(
    states: Iterator[FrameState], piece: Piece
) -> tuple[list[FrameState], list[FrameState], list[int], int]:
    """The states that another piece has too, the numbers of all, and an id above all ids."""
    head: list[FrameState] = []
    tail: deque[FrameState] = deque()
    numbers: list[int] = []
    next_id = 0
    for state in states:
        numbers.append(state.index)
        ids = state.objects.tracker_id
        next_id = max(next_id, int(ids.max(initial=-1)) + 1 if ids is not None else 0)
        if piece.start < piece.begin and state.time < piece.begin + TAIL + 1:
            head.append(state)
        if piece.last is not None:
            tail.append(state)
            while tail[0].time < state.time - LEAD - TAIL - 1:
                tail.popleft()
    return head, [*tail], numbers, next_id


def _write_end(path: Path, content: object) -> None:
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(pickle.dumps(content, pickle.HIGHEST_PROTOCOL))
        fresh.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {as_text(path)}: {error.strerror or error}") from error
