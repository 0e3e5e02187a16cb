"""Measure an exported pitch model on matches that it was not trained on.

`python -m training.pitch.evaluate MODEL --data DIR --matches 08fd33+a9f16c,video_3 [--clip FILE]`
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from touchline.inference import load_engine
from touchline.pitch.keypoints import INPUT_SIZE, HeatmapPitchModel, PitchModel
from training.pitch.data import FloatArray, ImageArray, Sample, load_people, load_samples, match_of
from training.pitch.geometry import ASPECT, label_homography, project
from training.pitch.negatives import negative

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
NEAR, NEARER = 0.01, 0.005
ON_LABEL, ON_FIT = 0.015, 0.02


@dataclass(frozen=True)
class Judged:
    """One frame's points: what was labelled, what was found, what may be believed.

    All (32,): `labelled` bool; `distance` to the label and `misfit` to the homography of the
    labels, in image widths (nan where there is none); `confidence` 0..1.
    """

    labelled: npt.NDArray[np.bool_]
    distance: npt.NDArray[np.float64]
    misfit: npt.NDArray[np.float64]
    confidence: FloatArray


@dataclass(frozen=True)
class Scores:
    """Shares of one group of matches at one confidence, 0..1."""

    near: float
    nearer: float
    precision: float
    emitted: int
    labelled: int


def locate(model: PitchModel, image: ImageArray) -> tuple[FloatArray, FloatArray]:
    """Find the points of one BGR frame: places (32, 2) normalised, confidences (32,)."""
    (found,) = model.locate([image])
    assert found.keypoint_confidence is not None
    size = np.array([image.shape[1], image.shape[0]], np.float32)
    return found.xy[0] / size, found.keypoint_confidence[0]


def judge(sample: Sample, places: FloatArray, confidence: FloatArray) -> Judged:
    """Compare the points found in a frame with its label."""
    labelled = sample.visibility > 0
    distance = np.linalg.norm((places - sample.points) * ASPECT, axis=1)
    matrix = label_homography(sample.points, labelled)
    fitted = np.full((32, 2), np.nan) if matrix is None else project(matrix)
    misfit = np.linalg.norm(places * ASPECT - fitted, axis=1)
    return Judged(labelled, np.where(labelled, distance, np.nan), misfit, confidence)


def score(judged: Sequence[Judged], threshold: float) -> Scores:
    """Pool the points of some frames; an emitted point counts as right when near its label.

    Where the point is not labelled, it must agree with the homography of the labels; a frame whose
    labels admit none makes every such point wrong.
    """
    labelled = np.concatenate([j.labelled for j in judged])
    distance = np.concatenate([j.distance for j in judged])
    misfit = np.concatenate([j.misfit for j in judged])
    emitted = np.concatenate([j.confidence for j in judged]) >= threshold
    right = np.where(labelled, distance <= ON_LABEL, misfit <= ON_FIT)
    return Scores(
        near=float((emitted & (distance <= NEAR)).sum() / max(1, labelled.sum())),
        nearer=float((emitted & (distance <= NEARER)).sum() / max(1, labelled.sum())),
        precision=float((emitted & right).sum() / max(1, emitted.sum())),
        emitted=int(emitted.sum()),
        labelled=int(labelled.sum()),
    )


def highest_confidences(frames: Iterable[ImageArray], model: PitchModel) -> npt.NDArray[np.float64]:
    """Return the highest confidence of any point in each frame: (n,)."""
    return np.array([float(locate(model, frame)[1].max()) for frame in frames])


def pointless_frames(data: Path, matches: Sequence[str], count: int) -> list[ImageArray]:
    """Cut `count` close-ups, crowds, grass and the like from held-out matches."""
    samples = load_samples(data, only=matches)
    players = data.parent / "players"
    everyone = {match_of(path.name) for path in (players / "images").glob("*.jpg")}
    people = load_people(players, without=everyone - set(matches))
    rng = np.random.default_rng(1)
    return [negative(samples, people, size=INPUT_SIZE, rng=rng).image for _ in range(count)]


def clip_frames(path: Path, span: range) -> list[ImageArray]:
    """Read the frames of a video whose numbers are in `span`; ValueError when it is shorter."""
    video = cv2.VideoCapture(str(path))
    frames = []
    for index in range(span.stop):
        there, image = video.read()
        if not there:
            raise ValueError(f"{path.name} gives {index} frames where {span.stop} are needed")
        if index in span:
            frames.append(np.asarray(image, np.uint8))
    return frames


def _report_group(name: str, judged: Sequence[Judged], thresholds: Sequence[float]) -> None:
    for threshold in thresholds:
        s = score(judged, threshold)
        print(
            f"{name} at {threshold}: within 1 % {s.near:.3f}, 0.5 % {s.nearer:.3f}, precision "
            f"{s.precision:.3f} ({s.emitted} emitted, {s.labelled} labelled, {len(judged)} frames)"
        )


def _report_pointless(name: str, highest: npt.NDArray[np.float64]) -> None:
    shares = ", ".join(f"{t}: {(highest >= t).mean():.3f}" for t in THRESHOLDS)
    print(f"{name}, {len(highest)} frames; share that emits any point at {shares}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure an exported pitch model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", default="08fd33+a9f16c,video_3", help="groups: A+B,C")
    parser.add_argument("--precision", default="auto", choices=("auto", "f32"))
    parser.add_argument("--clean", action="store_true", help="as shipped: with a homography")
    parser.add_argument("--pointless", type=int, default=200, help="cuts without a point")
    parser.add_argument("--clip", type=Path, help="a video with a shot that shows no pitch")
    parser.add_argument("--clip-span", default="480:586", help="its frames without a pitch")
    parser.add_argument("--sweep", action="store_true", help="all thresholds, not 0.3 alone")
    return parser.parse_args()


def main() -> None:
    """Read the arguments and print one line for each group and confidence."""
    cv2.setNumThreads(1)
    given = _arguments()
    engine = load_engine(given.model, precision=given.precision)
    # Cleaning works on what is emitted, so it has one threshold; without it all can be swept.
    model = HeatmapPitchModel(engine, confidence=0.3 if given.clean else 1e-6, clean=given.clean)
    groups = [group.split("+") for group in given.matches.split(",")]
    for group in groups:
        samples = load_samples(given.data, only=group)
        judged = [judge(sample, *locate(model, sample.image)) for sample in samples]
        _report_group("+".join(group), judged, THRESHOLDS if given.sweep else (0.3,))
    if given.pointless:
        matches = [match for group in groups for match in group]
        cuts = pointless_frames(given.data, matches, given.pointless)
        _report_pointless("cuts without a point", highest_confidences(cuts, model))
    if given.clip is not None:
        start, stop = map(int, given.clip_span.split(":"))
        frames = clip_frames(given.clip, range(start, stop))
        _report_pointless("clip without a pitch", highest_confidences(frames, model))


if __name__ == "__main__":
    main()
