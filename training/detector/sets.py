"""The sets of labelled frames that weights which ship may see, and what each of them leaves out.

All are openly licensed. A set says by a pattern which part of a file name is the match, which
classes may stand in a frame without a box, whether people have roles, and by how much its ball
boxes are larger than those of the others: one detector can learn one margin only.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from training.detector.data import (
    BALL,
    GOALKEEPER,
    MATCH_KEY,
    PERSON,
    PLAYER,
    REFEREE,
    LabelledFrame,
    frame_paths,
    read_frame,
    split_teams,
)
from training.images import Image

ASPECT = 16 / 9
BALL_MARGIN = 1.1
"""Side of every ball box, beside those of `players`: between the tight and the generous sets."""


@dataclass(frozen=True)
class LabelledSet:
    """A folder of frames and what its labels mean.

    Attributes:
        folder: Its name below the folder of all data.
        key: Regular expression whose first group, at the start of a file name, is the match.
        ball_side: What a ball box is multiplied by to have the margin of `players`.
        unlabelled: Classes of which some or all objects have no box.
        has_roles: Whether people are told apart; where not, all become PERSON.
        squashed: Regular expression of the file stems of frames that lost their 16:9.
    """

    folder: str
    key: str
    ball_side: float = 1.0
    unlabelled: frozenset[int] = frozenset()
    has_roles: bool = True
    squashed: str = "(?!)"

    def read(self, path: Path) -> LabelledFrame:
        """Read a frame of the set, at its true shape, with the common margin around balls.

        Raises ValueError when the image cannot be decoded or its name tells no match.
        """
        frame = read_frame(path, self.key)
        image, xyxy = frame.image, frame.xyxy
        if re.fullmatch(self.squashed, path.stem):
            image, gain = unsquashed(image)
            xyxy = xyxy * np.array([gain, 1, gain, 1], np.float32)
        balls = frame.class_id == BALL
        xyxy[balls] = grown(xyxy[balls], self.ball_side * BALL_MARGIN)
        class_id = frame.class_id
        if not self.has_roles:
            class_id = np.where(balls, BALL, PERSON)
        return replace(frame, image=image, xyxy=xyxy, class_id=class_id, unlabelled=self.unlabelled)


SETS = {
    each.folder: each
    for each in (
        LabelledSet("players", MATCH_KEY),
        LabelledSet(
            "players_epl",
            r"eplfr_([a-z]+-[a-z]+)_",
            ball_side=0.66,
            unlabelled=frozenset({REFEREE}),
            squashed=r".*s",
        ),
        LabelledSet("players_more", r"dflb_([0-9a-f]+)_", ball_side=0.83),
        LabelledSet(
            "ball_dfl",
            r"dflball_([0-9a-f]+)_",
            unlabelled=frozenset({GOALKEEPER, PLAYER, REFEREE}),
            squashed=".*",
        ),
        LabelledSet("panorama", r"soccertrack2_([a-z]+)_", has_roles=False),
    )
}
"""`ball_side` is the median of found by labelled side in the set, over that of `players` (1.08 of
40 balls; .71 of 38, .89 of 7, 1.11 of 33, .97 of 9 for the others), where five percent matter."""


def grown(xyxy: np.ndarray, factor: float) -> np.ndarray:
    """Boxes (n, 4) about the same centres with sides `factor` times as long."""
    centre, half = (xyxy[:, :2] + xyxy[:, 2:]) / 2, (xyxy[:, 2:] - xyxy[:, :2]) / 2 * factor
    return np.concatenate([centre - half, centre + half], 1).astype(np.float32)


def unsquashed(image: Image) -> tuple[Image, float]:
    """An image stretched to 16:9 at the same height, and by how much it became wider."""
    height, width = image.shape[:2]
    wide = round(height * ASPECT)
    stretched = cv2.resize(image, (wide, height), interpolation=cv2.INTER_CUBIC)
    return stretched.astype(np.uint8), wide / width


def load_sets(
    data: Path, names: Iterable[str], *, exclude: Collection[str] = ()
) -> list[LabelledFrame]:
    """Read sets below `data` without some matches; teams are told apart by match, over all sets.

    Raises:
        ValueError: A set that is not in SETS.
        FileNotFoundError: A set of which nothing is left.
    """
    frames: list[LabelledFrame] = []
    for name in names:
        if name not in SETS:
            raise ValueError(f"There is no set {name}: choose from {', '.join(SETS)}.")
        chosen = SETS[name]
        paths = frame_paths(data / chosen.folder, exclude=exclude, key=chosen.key)
        frames += [chosen.read(path) for path in paths]
    split_teams(frames)
    return frames
