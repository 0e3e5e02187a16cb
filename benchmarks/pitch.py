"""How well the pitch is found: labelled points, metres, and frames without a pitch.

    python -m benchmarks.pitch --data DATA/pitch --matches 08fd33,a9f16c,video_3

Give matches that the weights were not trained on. Frames of the World Cup matches (`video_*`) are
stored squashed to a square and are stretched back to 16:9 first. Measured per group of matches:

- points: share of the labelled visible points found within 1 % and 0.5 % of the width;
- precision: share of the points given that lie within 1.5 % of their label or, where there is no
  label, within 2 % of where the homography of the labels puts them (a point that neither can judge
  counts as wrong);
- metres: labelled points sent to the pitch by the homography of the points found;
- false frames: frames without a pitch in which any point was given.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import supervision as sv

from touchline.pitch import (
    PitchDimensions,
    PitchModel,
    fit_homography,
    load_pitch_model,
    to_pitch,
)

ImageArray = npt.NDArray[np.uint8]

SIZE = (1280, 720)
VERTICES = PitchDimensions().vertices()

CLOSE_UPS = [("shot_cut_360p.mp4", range(480, 586, 4))]
"""A player fills the frame before blurred grass: found by looking at every frame."""

CUTS: list[tuple[str, tuple[int, int, int, int]]] = [
    ("broadcast_720p.mp4", (560, 0, 178, 100)),  # stand
    ("broadcast_720p.mp4", (120, 480, 400, 225)),  # bare grass
    ("tactical_720p.mp4", (420, 250, 230, 130)),  # bare grass
    ("tactical_720p.mp4", (0, 0, 128, 72)),  # stand
    ("dfl_848x478.mp4", (150, 10, 170, 96)),  # stand
    ("dfl_848x478.mp4", (10, 430, 84, 47)),  # benches
    ("fixed_camera_1728p.mp4", (200, 60, 1300, 731)),  # sky and trees
    ("fixed_camera_1728p.mp4", (1600, 420, 480, 270)),  # trees
]
"""Parts (x, y, width, height) of clips without paint, enlarged to a whole frame."""

CUT_FRAMES = (0, 60, 120, 165)


@dataclass
class Score:
    """What one group of matches adds up to; lists have one entry a point or a frame."""

    frames: int = 0
    without_homography: int = 0
    errors: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, float | int]:
        """Return the figures of the group, rounded."""
        errors, metres = np.array(self.errors), np.array(self.metres)
        return {
            "frames": self.frames,
            "labelled points": len(errors),
            "within 1 %": round(float((errors < 0.01).mean()), 4),
            "within 0.5 %": round(float((errors < 0.005).mean()), 4),
            "points given": len(self.right),
            "precision": round(float(np.mean(self.right)), 4),
            "frames without homography": self.without_homography,
            "metres, median": round(float(np.median(metres)), 3),
            "metres, 95 %": round(float(np.percentile(metres, 95)), 3),
        }


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--matches", required=True, help="prefixes of held-back frames, by comma")
    parser.add_argument("--clips", type=Path, help="folder of the clips; default: beside --data")
    parser.add_argument("--model", default="pitch", help="shipped name, or an ONNX file")
    options = parser.parse_args()
    model = load_pitch_model(options.model)
    result: dict[str, object] = dict(by_group(model, options.data, options.matches.split(",")))
    result["false frames"] = false_frames(model, options.clips or options.data.parent / "clips")
    print(json.dumps(result, indent=2))


def by_group(
    model: PitchModel, data: Path, matches: list[str]
) -> Iterator[tuple[str, dict[str, float | int]]]:
    """Score each group of matches: those of the World Cup apart from the others."""
    for group, of_world_cup in (("other matches", False), ("World Cup", True)):
        prefixes = [match for match in matches if match.startswith("video") == of_world_cup]
        paths = [p for m in prefixes for p in sorted((data / "images").glob(f"{m}_*.jpg"))]
        if paths:
            score = Score()
            for path in paths:
                label = read_label(data / "labels" / f"{path.stem}.txt")
                judge(score, locate(model, path), label)
            yield group, score.summary()


def read_picture(path: Path) -> ImageArray:
    """Read a stored frame at its true shape, uint8 (720, 1280, 3) BGR."""
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"{path} is not an image.")
    return _shown(image)


def locate(model: PitchModel, path: Path) -> sv.KeyPoints:
    """Find the pitch in a stored frame, shown at its true shape."""
    return model.locate([read_picture(path)])[0]


def read_label(path: Path) -> sv.KeyPoints:
    """Read a label row `0 cx cy w h` + 32 x `x y visibility`; confidence 1 where visible."""
    rows = np.array(path.read_text().split(), np.float64)[5:].reshape(32, 3)
    inside = ((rows[:, :2] >= 0) & (rows[:, :2] <= 1)).all(axis=1)
    visible = (rows[:, 2] > 0) & inside
    return sv.KeyPoints(
        xy=(rows[:, :2] * SIZE * visible[:, None]).astype(np.float32)[None],
        keypoint_confidence=visible.astype(np.float32)[None],
    )


def judge(score: Score, found: sv.KeyPoints, label: sv.KeyPoints) -> None:
    """Add one frame to a score."""
    given, visible = _present(found), _present(label)
    distance = np.linalg.norm(found.xy[0] - label.xy[0], axis=1) / SIZE[0]
    score.frames += 1
    score.errors += np.where(given, distance, np.inf)[visible].tolist()
    expected = np.linalg.norm(found.xy[0] - _expected(label), axis=1) / SIZE[0]
    score.right += np.where(visible, distance < 0.015, expected < 0.02)[given].tolist()
    homography = fit_homography(found, SIZE)
    if homography is None:
        score.without_homography += 1
        return
    metres = to_pitch(homography.matrix, label.xy[0][visible])
    off = np.linalg.norm(metres - VERTICES[visible], axis=1)
    score.metres += np.where(np.isfinite(off), off, np.inf).tolist()


def _present(keypoints: sv.KeyPoints) -> npt.NDArray[np.bool_]:
    return np.asarray((keypoints.xy[0] != 0).any(axis=1))


def _shown(image: npt.NDArray[np.generic]) -> ImageArray:
    return np.asarray(cv2.resize(np.asarray(image, np.uint8), SIZE), np.uint8)


def _expected(label: sv.KeyPoints) -> npt.NDArray[np.float64]:
    homography = fit_homography(label, SIZE)
    if homography is None:
        return np.full((32, 2), np.nan)
    return homography.project(VERTICES)


def false_frames(model: PitchModel, clips: Path) -> dict[str, str]:
    """Count frames without a pitch in which a point was given."""
    close_ups = [f for name, indices in CLOSE_UPS for f in frames(clips / name, list(indices))]
    cuts = [
        _shown(frame[y : y + h, x : x + w])
        for name, (x, y, w, h) in CUTS
        for frame in frames(clips / name, list(CUT_FRAMES))
    ]
    return {
        name: f"{sum(_present(model.locate([i])[0]).any() for i in images)} of {len(images)}"
        for name, images in (("close-ups", close_ups), ("cuts", cuts))
    }


def frames(path: Path, indices: list[int]) -> Iterator[ImageArray]:
    """Decode the frames of a clip with these numbers, in order."""
    video = cv2.VideoCapture(str(path))
    for index in range(max(indices) + 1):
        if not video.grab():
            return
        if index in indices:
            yield np.asarray(video.retrieve()[1], np.uint8)


if __name__ == "__main__":
    main()
