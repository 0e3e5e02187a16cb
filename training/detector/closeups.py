"""Close-ups for the detector, painted by `touchline.synthetic`.

The labelled frames have none, and a network that never saw one boxes the legs.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from touchline.frame import Frame
from touchline.synthetic import SyntheticMatch, Truth
from training.detector.data import LabelledFrame, kits_without_teams
from training.images import Image

MATCHES, FRAMES_EACH = 30, 3
FIRST_SEED = 1000
"""Far from the seeds that benchmarks and tests use."""
MIN_VISIBLE = 0.3
CLOSE_UP = (0.05, 1.0)


def close_ups(matches: int | None = None) -> list[LabelledFrame]:
    """Synthetic close-ups, a few of each of so many matches (MATCHES of them by default)."""
    return [
        labelled_by(truth, frame.image, name=f"synthetic_{seed}_{index}", min_visible=MIN_VISIBLE)
        for seed in range(FIRST_SEED, FIRST_SEED + (matches or MATCHES))
        for index, (frame, truth) in enumerate(_frames(seed))
    ]


def _frames(seed: int) -> Iterator[tuple[Frame, Truth]]:
    match = SyntheticMatch(seed, seconds=1.0, fps=12.5, close_up=CLOSE_UP)
    return islice(match, 1, None, len(match) // FRAMES_EACH)


def labelled_by(truth: Truth, image: Image, *, name: str, min_visible: float) -> LabelledFrame:
    """A synthetic frame with the boxes of which at least this share can be seen."""
    seen = np.asarray(truth.objects.data["visible"]) >= min_visible
    class_id = np.asarray(truth.objects.class_id, np.int64)[seen]
    xyxy = np.asarray(truth.objects.xyxy, np.float32)[seen]
    kit = kits_without_teams(class_id)
    return LabelledFrame(name, image, xyxy, class_id, kit, match="synthetic")
