"""Labelled frames: read by match, held in memory, grouped by kit.

Frames of one match share kits, grass and camera, so sets are split by match and never by frame. A
pattern, the key of a set, says which part of a file's name is the match.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.images import Image, read_image

BALL, GOALKEEPER, PLAYER, REFEREE = range(4)
PERSON = -1
"""The class of somebody whose role is not known."""
CLASS_NAMES = ("ball", "goalkeeper", "player", "referee")
MATCH_KEY = r"([^_]+)_"
"""The first group is the match; so are files of `players` named: `<match>_<half>_<number>`."""
TYPICAL_HEIGHT = 0.028
"""Height of a person in widths of the frame, where nobody is labelled."""
TEAMS = 2
KIT_REFEREE = TEAMS
KIT_KEEPER = TEAMS + 1
KIT_BALL = -1


@dataclass(frozen=True)
class LabelledFrame:
    """One image and its boxes.

    `image` is uint8 (H, W, 3) BGR, `xyxy` float32 (n, 4) pixels, `class_id` int64 (n,); `kit`
    int64 (n,) says who wears the same: 0 and 1 the teams, 2 the referees, from 3 on one
    number for each goalkeeper, -1 a ball. `match` is where it was taken from; of the classes
    `unlabelled` some objects have no box, so where none is says nothing of them.
    """

    name: str
    image: Image
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int64]
    kit: NDArray[np.int64]
    match: str = ""
    unlabelled: frozenset[int] = field(default_factory=frozenset)

    @property
    def people_height(self) -> float:
        """Median height in pixels of the people; TYPICAL_HEIGHT where none is labelled."""
        people = self.xyxy[self.class_id != BALL]
        if not len(people):
            return TYPICAL_HEIGHT * int(self.image.shape[1])
        return float(np.median(people[:, 3] - people[:, 1]))


def match_of(name: str, key: str = MATCH_KEY) -> str:
    """The part of a file name that says which match it belongs to: the first group of `key`.

    Raises ValueError when the name does not begin as `key` says.
    """
    found = re.match(key, name)
    if found is None:
        raise ValueError(f"The name {name} tells no match: it does not begin with {key}.")
    return found[1]


def frame_paths(
    root: Path,
    *,
    only: Collection[str] = (),
    exclude: Collection[str] = (),
    key: str = MATCH_KEY,
) -> list[Path]:
    """Paths of the images below `root` whose match is in `only` (if given), not in `exclude`.

    `key` says which part of a name is the match. Raises FileNotFoundError when nothing is left.
    """
    paths = [
        path
        for path in sorted((root / "images").iterdir())
        if (not only or match_of(path.name, key) in only)
        and match_of(path.name, key) not in exclude
    ]
    if not paths:
        raise FileNotFoundError(f"No images of these matches below {root}.")
    return paths


def read_frame(path: Path, key: str = MATCH_KEY) -> LabelledFrame:
    """Read an image and its labels; players are all put into team 0.

    Raises ValueError when the image cannot be decoded or `key` finds no match in its name.
    """
    image = read_image(path)
    label = path.parent.parent / "labels" / f"{path.stem}.txt"
    class_id, xyxy = parse_labels(label.read_text(), width=image.shape[1], height=image.shape[0])
    kit = kits_without_teams(class_id)
    return LabelledFrame(path.stem, image, xyxy, class_id, kit, match=match_of(path.name, key))


def parse_labels(
    text: str, *, width: int, height: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """YOLO rows `class cx cy w h` (normalised) to class ids (n,) and xyxy pixels (n, 4)."""
    rows = np.array([line.split()[:5] for line in text.splitlines() if line.strip()], np.float64)
    rows = rows.reshape(-1, 5)
    centre, half = rows[:, 1:3], rows[:, 3:5] / 2
    xyxy = np.concatenate([centre - half, centre + half], 1) * [width, height, width, height]
    return rows[:, 0].astype(np.int64), xyxy.astype(np.float32)


def kits_without_teams(class_id: NDArray[np.int64]) -> NDArray[np.int64]:
    """Kits (n,) as in `LabelledFrame`, with all players in team 0."""
    kit = np.zeros_like(class_id)
    kit[class_id == BALL] = KIT_BALL
    kit[class_id == REFEREE] = KIT_REFEREE
    keepers = class_id == GOALKEEPER
    kit[keepers] = KIT_KEEPER + np.arange(keepers.sum())
    return kit


def load_frames(paths: list[Path]) -> list[LabelledFrame]:
    """Read the frames and tell the two teams of each match apart by the colour of their shirts."""
    frames = [read_frame(path) for path in paths]
    split_teams(frames)
    return frames


def split_teams(frames: list[LabelledFrame]) -> None:
    """Tell the two teams of each match apart by the colour of their shirts, in place."""
    for match in sorted({frame.match for frame in frames}):
        _split_match([frame for frame in frames if frame.match == match])


def _split_match(frames: list[LabelledFrame]) -> None:
    """Cluster the shirts of all players of a match in two; writes `kit` of the frames."""
    players = [np.flatnonzero(frame.class_id == PLAYER) for frame in frames]
    shirts = [
        shirt_colour(frame.image, frame.xyxy[index])
        for frame, indices in zip(frames, players, strict=True)
        for index in indices
    ]
    if len(shirts) < TEAMS:
        return
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    start = np.zeros((len(shirts), 1), np.int32)
    _, team, _ = cv2.kmeans(
        np.array(shirts, np.float32), TEAMS, start, criteria, 3, cv2.KMEANS_PP_CENTERS
    )
    ends = np.cumsum([len(indices) for indices in players])[:-1]
    for frame, indices, teams in zip(frames, players, np.split(team[:, 0], ends), strict=True):
        frame.kit[indices] = teams


def shirt_colour(image: Image, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median colour (3,), CIE Lab scaled to 0-255, of the middle of the upper body in a box."""
    left, top, right, bottom = (float(value) for value in xyxy)
    width, height = right - left, bottom - top
    rows = slice(max(int(top + 0.2 * height), 0), max(int(top + 0.5 * height), 1))
    columns = slice(max(int(left + 0.3 * width), 0), max(int(left + 0.7 * width) + 1, 1))
    patch = cv2.cvtColor(image[rows, columns], cv2.COLOR_BGR2LAB)
    colour: NDArray[np.float32] = np.median(patch.reshape(-1, 3), axis=0).astype(np.float32)
    return colour
