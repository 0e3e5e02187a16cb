"""Pieces into one result: what one process would have written, from what several have found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from touchline.batch.blending import blended
from touchline.batch.parts import PartEnd, saved_states
from touchline.batch.pieces import TAIL, Piece
from touchline.batch.seams import Renaming, names_of
from touchline.errors import InputError
from touchline.files import as_text
from touchline.frame import FrameState, Objects
from touchline.inference import weights
from touchline.outputs import Clip, ResultFolder, Summary, SummaryBuilder, new_writers
from touchline.pipeline import Models
from touchline.teams import Part, Teams
from touchline.video import IMAGE_FPS, Beats, VideoReader, rate_note


def join_pieces(
    video: Path,
    folder: Path,
    found: Sequence[tuple[Path, PartEnd]],
    pieces: Sequence[Piece],
    *,
    models: Models,
    formats: Sequence[str],
) -> Summary:
    """Write the results of a video that was analysed in pieces.

    Args:
        video: The video.
        folder: Where they go.
        found: Where what was found in each piece is, and how it ended.
        pieces: What is kept of each.
        models: By which they were analysed.
        formats: As for ``run_job``.

    Raises:
        InputError: A piece is damaged, or a frame is missing.
        OutputError: A result cannot be written.
    """
    ends = [end for _, end in found]
    names, results = names_of(ends, pieces), ResultFolder.of(folder, formats)
    teams = _teams(ends, pieces, names, models)
    hashes = {entry.name: entry.sha256 for entry in weights.listing()}
    with ExitStack() as stack:
        image_fps = models.settings.image_fps or IMAGE_FPS
        info = stack.enter_context(VideoReader(video, image_fps=image_fps)).info
        save = stack.enter_context(results.opened())
        summary = SummaryBuilder(video, info, weights=hashes)
        clip = Clip(video, info, models.dimensions)
        writers = [stack.enter_context(each) for each in new_writers(formats, results.path, clip)]
        beats, frames = Beats(info.fps), 0
        for state in _joined(found, pieces, names):
            beats.of(state.time)
            frames += 1
            if teams is not None:
                objects = Objects.from_supervision(state.objects)
                revised = teams.revise(objects, state.time)
                state = replace(state, objects=revised.to_supervision())
            for writer in writers:
                writer.write(state)
            summary.see(state)
        for writer in writers:
            writer.finish()
        result = summary.build(
            **_told(ends),
            timing=rate_note(info.fps, info.claimed_fps, beats, frames),
            teams=None if teams is None else teams.kits,
            files=results.names,
        )
        save(result.to_json().encode())
    return result


def _teams(
    ends: Sequence[PartEnd], pieces: Sequence[Piece], names: Sequence[Renaming], models: Models
) -> Teams | None:
    """The teams of the match, by what each piece knows of them; None where they are off."""
    if any(end.teams is None for end in ends):
        return None
    teams = Teams(models.teams, dimensions=models.dimensions)
    begins = [0.0, *(piece.begin for piece in pieces[1:]), np.inf]
    teams.take_parts(
        Part(end.teams, name.id, begins[number], begins[number + 1])
        for number, (end, name) in enumerate(zip(ends, names, strict=True))
    )
    return teams


def _joined(
    found: Sequence[tuple[Path, PartEnd]], pieces: Sequence[Piece], names: Sequence[Renaming]
) -> Iterator[FrameState]:
    """The states that are kept of each piece, under the names of the whole match."""
    following = 0
    both: dict[int, FrameState] = {}
    for (path, end), piece, name in zip(found, pieces, names, strict=True):
        for state in saved_states(path):
            if state.index < piece.first or (piece.last is not None and state.index >= piece.last):
                continue
            if state.index != following:
                raise InputError(f"{as_text(path)}: frame {following} is missing")
            following += 1
            weight = max(0.0, 1 - (state.time - piece.begin) / TAIL)
            yield _renamed(blended(state, both.get(state.index), weight), name)
        both = {state.index: state for state in end.tail}
        if piece.last is not None and following != piece.last:
            raise InputError(f"{as_text(path)}: frame {following} is missing")


def _renamed(state: FrameState, names: Renaming) -> FrameState:
    objects = state.objects
    if objects.tracker_id is not None:
        ids = [names.id(each) for each in objects.tracker_id.tolist()]
        objects = replace(objects, tracker_id=np.array(ids, np.int64))
    return replace(state, shot=names.shot(state.shot), objects=objects)


def _told(ends: Sequence[PartEnd]) -> dict[str, Any]:
    """What the pieces say for the summary, summed up."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in ("looks", "seconds", "spent")}
    for end in ends:
        for name, counter in sums.items():
            counter.update(end.told[name] or {})
    return {
        "looks": dict(sums["looks"]),
        "seconds": dict(sums["seconds"]),
        "verification": None if ends[0].told["spent"] is None else dict(sums["spent"]),
        "paces": ends[0].told["paces"],
        "truncated": ends[-1].told["truncated"],
    }
