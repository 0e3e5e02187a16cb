"""Label frames of the players set with a half-trained pitch model, checked by their homography.

`python -m training.pitch.pseudo MODEL --data DIR --players DIR --without A,B --out DIR`

Four matches have 155 frames there and 16 labelled ones among the pitch frames. Only frames on whose
plane most points agree are taken; a point that the plane puts into the frame, but that the model
does not find there, is ignored by the loss instead of guessed.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import supervision as sv

from touchline.inference import load_engine
from touchline.pitch.homography import fit_homography
from touchline.pitch.keypoints import HeatmapPitchModel, PitchModel
from training.images import read_image
from training.pitch.data import FloatArray, ImageArray, Visibility, match_of
from training.pitch.geometry import TEMPLATE

SURE, AGREEING, ENOUGH = 0.5, 0.008, 6
MARGIN = 0.02


def pseudo_label(
    found: sv.KeyPoints, size: tuple[int, int]
) -> tuple[FloatArray, npt.NDArray[np.int8]] | None:
    """Turn the points found in a frame of `size` (width, height) pixels into labels.

    Returns points (32, 2) normalised and visibility (32,) int8, or None when fewer than ENOUGH sure
    points agree with one plane, or any sure point contradicts it.
    """
    homography = fit_homography(found, size)
    if homography is None or found.keypoint_confidence is None:
        return None
    fitted = homography.project(TEMPLATE)
    confidence = np.asarray(found.keypoint_confidence[0])
    sure = confidence >= SURE
    distance = np.linalg.norm(fitted - found.xy[0], axis=1) / size[0]
    agreeing = sure & (distance <= AGREEING)
    if agreeing.sum() < ENOUGH or (sure & (distance > 3 * AGREEING)).any():
        return None
    unit = fitted / size
    expected = np.asarray(((unit > -MARGIN) & (unit < 1 + MARGIN)).all(axis=1))
    doubtful = expected | (confidence > 0)
    visibility = np.where(doubtful, Visibility.IGNORED, Visibility.ABSENT)
    visibility[agreeing] = Visibility.VISIBLE
    seen = found.xy[0] / size
    # Ignored points keep a place, so that a view which leaves them out makes them absent.
    points = np.where(expected[:, None], unit, seen)
    points[agreeing] = (unit + seen)[agreeing] / 2
    return points.astype(np.float32), visibility.astype(np.int8)


def write_label(path: Path, points: FloatArray, visibility: npt.NDArray[np.int8]) -> None:
    """Store labels as the pitch sets do, with -1 as the visibility of ignored points."""
    rows = [f"{x:.6f} {y:.6f} {int(v)}" for (x, y), v in zip(points, visibility, strict=True)]
    path.write_text(" ".join(["0 0.5 0.5 1 1", *rows]) + "\n")


def label_folder(
    files: Collection[Path], model: PitchModel, *, size: tuple[int, int], out: Path
) -> Iterator[Path]:
    """Write the frames that admit labels, reduced to `size`, with them to `out`; yield each."""
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True, exist_ok=True)
    for path in files:
        image: ImageArray = np.asarray(cv2.resize(read_image(path), size), np.uint8)
        (found,) = model.locate([image])
        labels = pseudo_label(found, size)
        if labels is not None:
            write_label(out / "labels" / f"{path.stem}.txt", *labels)
            cv2.imwrite(str(out / "images" / path.name), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
            yield path


def main() -> None:
    """Read the arguments and label."""
    parser = argparse.ArgumentParser(description="Label frames with a half-trained pitch model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the labelled pitch frames")
    parser.add_argument("--players", type=Path, required=True)
    parser.add_argument("--without", default="08fd33,a9f16c,video_3")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    labelled = {path.name for path in (given.data / "images").iterdir()}
    files = [
        path
        for path in sorted((given.players / "images").glob("*.jpg"))
        if path.name not in labelled and match_of(path.name) not in given.without.split(",")
    ]
    model = HeatmapPitchModel(load_engine(given.model, threads=1), clean=False)
    kept = list(label_folder(files, model, size=(1280, 720), out=given.out))
    print(f"{len(kept)} of {len(files)} frames labelled")


if __name__ == "__main__":
    main()
