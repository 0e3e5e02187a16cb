"""Who lies nearer to the paint: the product's lines, or those of a homography fitted to the labels?

    python -m benchmarks.paint --data DATA/pitch --every 3

For each labelled frame, pixels (of a width of 960) from the markings in view to the nearest ridge
that runs alike, the median over the markings; frames stored squashed to a square are stretched back
to 16:9 first. Where labels are further off than the product, they cannot judge it any finer.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import supervision as sv

from benchmarks.pitch import SIZE, read_label, read_picture
from touchline.pitch import (
    PitchDimensions,
    PitchFinder,
    PitchModel,
    fit_homography,
    load_pitch_model,
)
from touchline.pitch.alignment import seen_markings
from touchline.pitch.finder import STRIDE
from touchline.pitch.markings import Markings
from touchline.pitch.paint import Paint
from touchline.pitch.projection import pitch_units
from touchline.pitch.search import fitted
from touchline.pitch.view import PitchCamera

LEAST_LABELS = 6
"""Labelled points from which a homography of labels is held against the paint."""
REACH = 8.0
"""Pixels of 960 within which a ridge is looked for."""


def labelled(folder: Path, every: int) -> Iterator[tuple[Path, sv.KeyPoints]]:
    """Pictures, and the points that their labels name, in pixels of ``SIZE``."""
    pictures = {picture.stem: picture for picture in (folder / "images").iterdir()}
    for row in sorted((folder / "labels").glob("*.txt"))[::every]:
        if row.stem in pictures:
            yield pictures[row.stem], read_label(row)


def off_paint(camera: PitchCamera, markings: Markings, paint: Paint) -> float:
    """Pixels from the markings in view to the paint, in the median."""
    seen = seen_markings(camera, markings, paint.height)
    off, _ = paint.across(seen.pixels, seen.normal, REACH)
    return float(np.nanmedian(np.abs(off)))


def compare(picture: Path, labels: sv.KeyPoints, model: PitchModel) -> tuple[float, float] | None:
    """How far off the paint the product's lines are, and those of the labels; None without both."""
    image = read_picture(picture)
    finder, markings = PitchFinder(PitchDimensions()), Markings.of(PitchDimensions(), step=STRIDE)
    found = finder.find(image, model.locate([image])[0])
    fit = fit_homography(labels, SIZE)
    if found is None or fit is None or labels.xy.any(axis=2).sum() < LEAST_LABELS:
        return None
    by_labels = fitted(fit.projection @ pitch_units(), markings, SIZE[1] / SIZE[0])
    cameras = found[0].camera, by_labels
    ours, theirs = (off_paint(camera, markings, found[1].paint) for camera in cameras)
    return ours, theirs


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="every n-th frame")
    arguments = parser.parse_args()
    model = load_pitch_model()
    found: dict[str, list[tuple[float, float]]] = {}
    for picture, labels in labelled(arguments.data, arguments.every):
        off = compare(picture, labels, model)
        if off is not None:
            found.setdefault(picture.stem.partition("_")[0], []).append(off)
    groups = found | {"all": [each for group in found.values() for each in group]}
    for name, pairs in groups.items():
        ours, labels_off = np.median(np.array(pairs), axis=0).round(2).tolist()
        nearer = float(np.mean([one < other for one, other in pairs]))
        row = {"match": name, "frames": len(pairs), "ours": ours, "labels": labels_off}
        print(json.dumps(row | {"ours_nearer": round(nearer, 3)}))


if __name__ == "__main__":
    main()
