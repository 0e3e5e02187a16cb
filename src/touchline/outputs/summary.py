"""``summary.json``: what was done to a clip, with what, how fast, and what was left out."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

from touchline.frame import NO_ID, ClassId, FrameState, Objects
from touchline.outputs.json_text import to_json
from touchline.outputs.writer import write_whole
from touchline.video import VideoInfo

_PACKAGES = (
    "touchline",
    "av",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "openvino",
    "supervision",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What was not looked at, or could not be said.

    Attributes:
        detect_every: People and ball were looked for in every n-th frame of a shot, in the end.
        locate_every: The pitch was looked for in every n-th frame of a shot, in the end.
        paces: By the first frame that it held for, every pace that a deadline chose.
        truncated: Why the frames end before the video does, or None.
        frames_without_pitch: Frames without a homography: their positions are unknown.
    """

    detect_every: int
    locate_every: int
    paces: dict[int, dict[str, float]]
    truncated: str | None
    frames_without_pitch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One clip in figures.

    Attributes:
        path: The video, as it was named.
        video: What it says of itself: size, rate, codec.
        frames: Frames in the result.
        duration: Seconds of video they cover.
        timing: Where the frames did not come as the container claims: one sentence, else None.
        shots: Shots in the result.
        objects: Boxes over all frames, by class and by source.
        ids: Different tracks.
        frames_with_homography: Frames whose positions are known in metres.
        median_uncertainty: Of those, the median standard error in metres, to the centimetre; None
            without any.
        verification: What the second look cost: objects in frames with a picture, looks by the
            first verifier and by the expensive one; None where it was off.
        looks: Looks for people and ball: ``full``, and ``reduced`` to 960 pixels.
        teams: What each team wears, by its number: ``shirt``, a word, and ``colour``, #rrggbb; None
            where teams were not told apart.
        seconds: Wall-clock seconds by stage; stages overlap, ``total`` is the whole.
        real_time_factor: Seconds of video for each second of work; above 1 is faster than it plays.
        skipped: What was not looked at, or could not be said.
        versions: Of the packages that shape the result.
        weights: sha256 of each network by name.
        files: What was written beside the summary; a later run into the folder removes no other.
    """

    path: str
    video: VideoInfo
    frames: int
    duration: float
    timing: str | None
    shots: int
    objects: dict[str, dict[str, int]]
    ids: int
    frames_with_homography: int
    median_uncertainty: float | None
    verification: dict[str, int] | None
    looks: dict[str, int]
    teams: dict[str, dict[str, str]] | None
    seconds: dict[str, float]
    real_time_factor: float | None
    skipped: Skipped
    versions: dict[str, str]
    weights: dict[str, str]
    files: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the summary as indented JSON."""
        return to_json(asdict(self), allow_nan=False) + "\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``summary.json``.

        Raises:
            OutputError: The file cannot be written.
        """
        write_whole(path, self.to_json().encode())


class SummaryBuilder:
    """Sees the states of a clip one by one, in frame order, and keeps counts only.

    Args:
        path: The video, as the user named it.
        info: What the video says of itself.
        weights: sha256 of each network by name.
    """

    def __init__(
        self, path: str | os.PathLike[str], info: VideoInfo, *, weights: Mapping[str, str]
    ) -> None:
        self._path = os.fspath(path)
        self._info = info
        self._weights = dict(weights)
        self._frames = 0
        self._begin: float | None = None
        self._end = 0.0
        self._shots: Counter[int] = Counter()
        self._objects: Counter[tuple[int, str]] = Counter()
        self._ids: set[int] = set()
        self._ids_of_past_shots = 0
        self._centimetres: Counter[int] = Counter()
        self._with_homography = 0

    def see(self, state: FrameState) -> None:
        """Count one frame."""
        if state.shot not in self._shots:
            self._ids_of_past_shots += len(self._ids)
            self._ids.clear()  # an id lives in one shot, so the set stays small
        self._frames += 1
        self._begin = state.time if self._begin is None else self._begin
        self._end = state.time
        self._shots[state.shot] += 1
        given = Objects.from_supervision(state.objects)
        self._objects.update(zip(given.class_id.tolist(), given.source.tolist(), strict=True))
        self._ids.update(given.tracker_id[given.tracker_id != NO_ID].tolist())
        self._see_pitch(state)

    def build(
        self,
        *,
        seconds: Mapping[str, float],
        paces: Mapping[int, Mapping[str, float]],
        looks: Mapping[str, int] | None = None,
        truncated: str | None = None,
        timing: str | None = None,
        verification: Mapping[str, int] | None = None,
        teams: dict[str, dict[str, str]] | None = None,
        files: Sequence[str] = (),
    ) -> Summary:
        """Return the figures of what was seen so far.

        Args:
            seconds: Wall-clock seconds by stage, with ``total`` for the whole run.
            paces: How often the networks looked, by the first frame that it held for; at least
                ``detect_every`` and ``locate_every``.
            looks: Looks for people and ball, by their kind.
            truncated: What the reader says of a video that ended early.
            timing: What is to be said of the times of its frames.
            verification: What the second look cost, or None where it was off.
            teams: What each team wears, or None.
            files: What was written beside the summary.
        """
        begin = self._begin or 0.0
        duration = self._end - begin + 1.0 / self._info.fps if self._frames else 0.0
        total = seconds.get("total", 0.0)
        last = paces[max(paces)]
        return Summary(
            path=self._path,
            video=self._info,
            frames=self._frames,
            duration=round(duration, 3),
            timing=timing,
            shots=len(self._shots),
            objects=self._by_class(),
            ids=self._ids_of_past_shots + len(self._ids),
            frames_with_homography=self._with_homography,
            median_uncertainty=self._median_uncertainty(),
            verification=None if verification is None else dict(verification),
            looks=dict(looks or {}),
            teams=teams,
            seconds={stage: round(value, 3) for stage, value in seconds.items()},
            real_time_factor=round(duration / total, 3) if total > 0 else None,
            skipped=Skipped(
                detect_every=int(last["detect_every"]),
                locate_every=int(last["locate_every"]),
                paces={frame: dict(pace) for frame, pace in paces.items()},
                truncated=truncated,
                frames_without_pitch=self._frames - self._with_homography,
            ),
            versions=versions(),
            weights=self._weights,
            files=tuple(files),
        )

    def _see_pitch(self, state: FrameState) -> None:
        if state.pitch.homography is None:
            return
        self._with_homography += 1
        if state.pitch.uncertainty is not None:
            self._centimetres[round(100 * state.pitch.uncertainty)] += 1

    def _by_class(self) -> dict[str, dict[str, int]]:
        return {
            member.name.lower(): {
                source: count
                for (class_id, source), count in sorted(self._objects.items())
                if class_id == member
            }
            for member in ClassId
        }

    def _median_uncertainty(self) -> float | None:
        """The lower median, in metres, from the counts."""
        left = (self._centimetres.total() + 1) // 2
        for centimetres, count in sorted(self._centimetres.items()):
            left -= count
            if left <= 0:
                return centimetres / 100
        return None


def versions() -> dict[str, str]:
    """Versions of the installed packages that shape the result."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
