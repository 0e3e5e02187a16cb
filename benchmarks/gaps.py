"""What is filled in where the detector was silent, held against the exact truth.

A synthetic match with a shot of the crowd in its middle; in runs of 0.2 to 1 second, 30 % of all
frames, the detector is given nothing. Every box that comes out of those frames was filled in: it
counts as right where it overlaps one of the truth by half.

``python -m benchmarks.gaps`` prints a line for each match and each way to verify, then one line for
each way over all matches.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Bools, Image, Indices
from touchline.detection import Detector
from touchline.frame import ClassId, FrameState
from touchline.geometry import pairwise_iou
from touchline.pipeline import Models
from touchline.settings import Settings, Verify
from touchline.synthetic import SyntheticMatch, Truth
from touchline.verification import load_student

FPS = 25
SIZE = (1280, 720)
CROWD_SECONDS = 3.0
WAYS: tuple[Verify, ...] = ("fast", "full", "off")


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


@dataclass(frozen=True)
class Filled:
    """What came out of frames in which the detector was silent.

    Attributes:
        people: Whether each person is right: bool (n,).
        balls: Whether each ball is right: bool (m,).
        crowd: Boxes in the shot of the crowd, where there is nobody.
        asked: Objects of the truth in those frames.
    """

    people: Bools
    balls: Bools
    crowd: int
    asked: int

    @classmethod
    def of(cls, states: Sequence[FrameState], truths: Sequence[Truth | None]) -> Self:
        """Judge the silent frames; a truth is None in the crowd."""
        pairs = list(zip(states, truths, strict=True))
        judged = [_right(state, truth) for state, truth in pairs if truth is not None]
        none = np.zeros(0, np.bool_)
        return cls(
            people=np.concatenate([none, *(people for people, _ in judged)]),
            balls=np.concatenate([none, *(balls for _, balls in judged)]),
            crowd=sum(len(state.objects) for state, truth in pairs if truth is None),
            asked=sum(len(truth.objects) for truth in truths if truth is not None),
        )

    @classmethod
    def together(cls, parts: Sequence["Filled"]) -> Self:
        """Several matches as one."""
        return cls(
            people=np.concatenate([part.people for part in parts]),
            balls=np.concatenate([part.balls for part in parts]),
            crowd=sum(part.crowd for part in parts),
            asked=sum(part.asked for part in parts),
        )

    def figures(self) -> dict[str, float | None]:
        """The numbers of a line."""
        everything = np.concatenate([self.people, self.balls])
        return {
            "people added": len(self.people),
            "right": _share(self.people),
            "balls added": len(self.balls),
            "balls right": _share(self.balls),
            "all added": len(everything),
            "all right": _share(everything),
            "truth filled": round(float(everything.sum()) / max(self.asked, 1), 4),
            "added to the crowd": self.crowd,
        }


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


def looked_at(clip: Clip, every: int) -> Indices:
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
    clip: Clip, models: Models, *, every: int, share: float, seed: int, verify: Verify
) -> Filled:
    """Analyse the clip with a blinking detector, and judge what was filled in."""
    looked = looked_at(clip, every)
    blind = blind_frames(len(looked), share, FPS / every, seed)
    seeing = replace(
        models,
        settings=Settings.read(detect_every=every, verify=verify),
        detector=Blinking(models.detector, blind.tolist()),
        student=None if verify == "off" else models.student,
    )
    with seeing.analyze(clip.folder) as analysis:
        states = list(analysis)
    silent = np.flatnonzero(np.interp(np.arange(len(states)), looked, blind) > 0).tolist()
    return Filled.of([states[i] for i in silent], [clip.truths[i] for i in silent])


def _right(state: FrameState, truth: Truth) -> tuple[Bools, Bools]:
    """Whether each person and each ball of a silent frame overlaps one of the truth by half."""
    said, true = state.objects, truth.objects
    overlap = pairwise_iou(said.xyxy.astype(float), true.xyxy.astype(float))
    said_ball = np.asarray(said.class_id, int) == ClassId.BALL
    true_ball = np.asarray(true.class_id, int) == ClassId.BALL
    same = said_ball[:, None] == true_ball[None]
    right = np.where(same, overlap, 0).max(axis=1, initial=0.0) >= 0.5
    return right[~said_ball], right[said_ball]


def _share(right: Bools) -> float | None:
    return round(float(right.mean()), 4) if len(right) else None


def main() -> None:
    """Measure and print JSON, a line for each seed and setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9,10,11,12")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--student", default="verifier", help="shipped weights, or a file")
    arguments = parser.parse_args()
    # The pipeline's own networks, as it loads them: a detector that is asked for unsure boxes too.
    # Without CLIP, which one machine has and another has not.
    models = replace(
        Models.load(Settings.read(verify="off")), student=load_student(arguments.student)
    )
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    found: dict[Verify, list[Filled]] = {way: [] for way in WAYS}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            clip = make_clip(Path(folder), seed, arguments.seconds)
            for way in WAYS:
                filled = measure(
                    clip,
                    models,
                    every=arguments.every,
                    share=arguments.share,
                    seed=seed,
                    verify=way,
                )
                found[way].append(filled)
                print(json.dumps({"seed": seed, "verify": way, **filled.figures()}), flush=True)
    for way, parts in found.items():
        print(json.dumps({"seeds": seeds, "verify": way, **Filled.together(parts).figures()}))


if __name__ == "__main__":
    main()
