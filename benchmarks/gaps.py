"""What is filled in where the detector was silent, held against the exact truth.

A synthetic match with a shot of the crowd in its middle; in runs of 0.2 to 1 second, 30 % of all
frames, the detector is given nothing. Every box that comes out of those frames was filled in: it
counts as right where it overlaps one of the truth by half.

``python -m benchmarks.gaps --seeds 7,8,9``
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import supervision as sv

from touchline.arrays import Bools, Image
from touchline.detection import Detector, load_detector
from touchline.frame import ClassId, FrameState
from touchline.geometry import pairwise_iou
from touchline.pipeline import DOUBTFUL, analyze
from touchline.settings import Settings
from touchline.synthetic import SyntheticMatch, Truth
from touchline.verification import Student, Verification, load_student

FPS = 25
SIZE = (1280, 720)
CROWD_SECONDS = 3.0


@dataclass(frozen=True)
class Clip:
    """Frames on disk, the truth of each (None in the crowd), and the first frame of each shot."""

    folder: Path
    truths: list[Truth | None]
    cuts: tuple[int, ...]


class Blinking:
    """A detector that is given nothing at some of its calls, counted by image."""

    def __init__(self, detector: Detector, blind: Sequence[bool]) -> None:
        self._detector = detector
        self._blind = iter(blind)

    def detect(self, images: list[Image]) -> list[sv.Detections]:
        """What the detector finds; nothing in the blind images."""
        found = self._detector.detect(images)
        return [sv.Detections.empty() if next(self._blind) else each for each in found]


def make_clip(folder: Path, seed: int, seconds: float) -> Clip:
    """Paint a match of one shot, and put the crowd between its halves."""
    match = list(SyntheticMatch(seed, seconds=seconds, size=SIZE, close_up=None))
    half, crowd = len(match) // 2, list(_crowd(match[0][0].image))
    images = [f.image for f, _ in match[:half]] + crowd + [f.image for f, _ in match[half:]]
    for index, image in enumerate(images):
        cv2.imwrite(str(folder / f"{index:05}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    truths = [t for _, t in match[:half]] + [None] * len(crowd) + [t for _, t in match[half:]]
    return Clip(folder, truths, (0, half, half + len(crowd)))


def _crowd(image: Image) -> Iterator[Image]:
    """A slow pan over the stand at the top of a picture, enlarged to fill it."""
    height = SIZE[1] // 7
    width = height * SIZE[0] // SIZE[1]
    for index in range(round(CROWD_SECONDS * FPS)):
        left = 100 + 2 * index
        part = image[30 : 30 + height, left : left + width]
        yield cv2.resize(part, SIZE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def looked_at(clip: Clip, every: int) -> npt.NDArray[np.intp]:
    """Frames that the detector gets: every n-th of a shot, and its last."""
    ends = (*clip.cuts[1:], len(clip.truths))
    frames = {
        frame
        for start, end in zip(clip.cuts, ends, strict=True)
        for frame in (*range(start, end, every), end - 1)
    }
    return np.array(sorted(frames))


def blind_frames(count: int, share: float, per_second: float, seed: int) -> Bools:
    """Runs of 0.2 to 1 second in which the detector is blind, until ``share`` of all is."""
    rng = np.random.default_rng(seed)
    blind = np.zeros(count, np.bool_)
    while blind.mean() < share:
        start = rng.integers(count)
        blind[start : start + round(rng.uniform(0.2, 1.0) * per_second)] = True
    return blind


def measure(
    clip: Clip, student: Student, *, every: int, share: float, seed: int, verify: str
) -> dict[str, object]:
    """Analyse the clip with a blinking detector, and judge what was filled in."""
    looked = looked_at(clip, every)
    blind = blind_frames(len(looked), share, FPS / every, seed)
    settings = Settings.read(detect_every=every, verify=verify)
    detector = load_detector(confidence=DOUBTFUL, imgsz=settings.imgsz)
    blinking = Blinking(detector, blind.tolist())
    second = None if verify == "off" else Verification(student, full=verify == "full")
    with analyze(
        clip.folder, detector=blinking, verification=second, settings=settings
    ) as analysis:
        states = list(analysis)
    silent = np.interp(np.arange(len(states)), looked, blind) > 0
    judged = [_judge(states[i], clip.truths[i]) for i in np.flatnonzero(silent).tolist()]
    people, balls, crowd = (np.concatenate(parts) for parts in zip(*judged, strict=True))
    asked = sum(len(t.objects) for i in np.flatnonzero(silent) if (t := clip.truths[i]) is not None)
    return {
        "verify": verify,
        "people added": len(people),
        "right": _share(people),
        "balls added": len(balls),
        "balls right": _share(balls),
        "all right": _share(np.concatenate([people, balls])),
        "truth filled": round(float(people.sum() + balls.sum()) / max(asked, 1), 4),
        "added to the crowd": len(crowd),
    }


def _judge(state: FrameState, truth: Truth | None) -> tuple[Bools, ...]:
    """Whether each person and each ball of a silent frame is right; and what is in the crowd."""
    none = np.zeros(0, np.bool_)
    if truth is None:
        return none, none, np.ones(len(state.objects), np.bool_)
    said, true = state.objects, truth.objects
    overlap = pairwise_iou(said.xyxy.astype(float), true.xyxy.astype(float))
    said_ball = np.asarray(said.class_id, int) == ClassId.BALL
    true_ball = np.asarray(true.class_id, int) == ClassId.BALL
    same = said_ball[:, None] == true_ball[None]
    right = np.where(same, overlap, 0).max(axis=1, initial=0.0) >= 0.5
    return right[~said_ball], right[said_ball], none


def _share(right: Bools) -> float | None:
    return round(float(right.mean()), 4) if len(right) else None


def main() -> None:
    """Measure and print JSON, a line for each seed and setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--student", default="verifier", help="shipped weights, or a file")
    arguments = parser.parse_args()
    student = load_student(arguments.student)
    for seed in (int(seed) for seed in arguments.seeds.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            clip = make_clip(Path(folder), seed, arguments.seconds)
            for verify in ("fast", "full", "off"):
                result = measure(
                    clip,
                    student,
                    every=arguments.every,
                    share=arguments.share,
                    seed=seed,
                    verify=verify,
                )
                print(json.dumps({"seed": seed, **result}), flush=True)


if __name__ == "__main__":
    main()
