"""``results.rrd``: everything in one timeline of the Rerun viewer; needs ``touchline[rerun]``."""

from pathlib import Path
from typing import Any

import numpy as np

from touchline.errors import UsageError
from touchline.files import as_path
from touchline.frame import NO_ID, FrameState, Objects, Source
from touchline.outputs.drawing import FAINT, POINT_COLOUR, colours_of
from touchline.outputs.exports.naming import roles
from touchline.outputs.writer import FileWriter
from touchline.pitch import PitchDimensions

LARGEST = 256 * 2**20
"""Bytes of a video that is put into the recording; of a larger one there are no pictures."""
_UP = np.array([1.0, -1.0])
"""Rerun's y runs down; the far touchline is at the top."""


class RerunRecording(FileWriter):
    """Writes a recording with the timelines ``frame`` and ``time``.

    =================== ===========================================================================
    entity              what
    =================== ===========================================================================
    ``video``           the video itself, an MP4 of 256 MiB at most
    ``video/boxes``     boxes with role and id, in the colours of the overlay
    ``video/keypoints`` keypoints of the pitch that are seen or computed
    ``pitch/lines``     the painted lines, metres, the far touchline at the top
    ``pitch/people``    who stands where
    =================== ===========================================================================

    Args:
        path: The file to make.
        video: The video; where it is not there any more, there are no pictures.
        dimensions: Of the pitch.

    Raises:
        UsageError: Rerun is not installed.
    """

    def __init__(self, path: Path, *, video: Path, dimensions: PitchDimensions) -> None:
        super().__init__(path)
        try:
            import rerun
        except ImportError as error:
            raise UsageError(
                'Rerun is not installed; pip install "touchline[rerun]" installs it'
            ) from error
        self._rerun: Any = rerun
        self._video, self._dimensions = as_path(video), dimensions

    def _open(self, partial: Path) -> None:
        partial.touch(exist_ok=False)
        self._stream = self._rerun.RecordingStream("touchline")
        self._stream.save(partial)
        lines = [line * _UP for line in self._dimensions.lines()]
        strips = self._rerun.LineStrips2D(lines, colors=[FAINT[::-1]])
        self._stream.log("pitch/lines", strips, static=True)
        self._times = self._log_video()

    def _append(self, state: FrameState) -> None:
        log, rerun = self._stream.log, self._rerun
        self._stream.set_time("frame", sequence=state.index)
        self._stream.set_time("time", duration=state.time)
        if state.index < len(self._times):
            reference = rerun.VideoFrameReference(nanoseconds=int(self._times[state.index]))
            log("video", reference)
        objects = Objects.from_supervision(state.objects)
        colours = np.array([each[::-1] for each in colours_of(objects)], np.uint8).reshape(-1, 3)
        ids = objects.tracker_id.tolist()
        labels = [
            role if number == NO_ID else f"{role} {number}"
            for role, number in zip(roles(objects), ids, strict=True)
        ]
        boxes = {"array": objects.xyxy, "array_format": rerun.Box2DFormat.XYXY}
        log("video/boxes", rerun.Boxes2D(**boxes, labels=labels, colors=colours))
        known = np.isfinite(objects.position[:, 0] + objects.position[:, 1])
        names = [label for label, is_known in zip(labels, known.tolist(), strict=True) if is_known]
        places = objects.position[known] * _UP
        shown = {"labels": names, "colors": colours[known], "radii": 0.7, "show_labels": False}
        log("pitch/people", rerun.Points2D(places, **shown))
        seen = [isinstance(source, Source) for source in state.pitch.sources]
        points = rerun.Points2D(state.pitch.keypoints.xy[0][seen], colors=[POINT_COLOUR], radii=3.0)
        log("video/keypoints", points)

    def _close(self) -> None:
        self._stream.flush()
        self._stream.disconnect()

    def _log_video(self) -> Any:
        """Put the video into the recording; the times (n,) of its frames in nanoseconds."""
        video = self._video
        is_film = video.suffix.lower() == ".mp4" and video.is_file()
        if not is_film or video.stat().st_size > LARGEST:
            return ()
        asset = self._rerun.AssetVideo(path=video)
        try:
            times = asset.read_frame_timestamps_nanos()
        except RuntimeError:  # a codec that Rerun does not play
            return ()
        self._stream.log("video", asset, static=True)
        return times
