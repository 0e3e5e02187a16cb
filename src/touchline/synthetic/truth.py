"""What is really there in a synthetic frame, and its file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv

from touchline.arrays import AnyFloat, Float64, Int64
from touchline.errors import InputError, OutputError
from touchline.files import as_path
from touchline.frame import N_KEYPOINTS

_VERSION = 1
_TEAM = 11
"""People of a team, the keeper among them."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Exact labels of one frame.

    Attributes:
        objects: ``xyxy`` (n, 4) float32 pixels: the extent of the whole figure, hidden parts
            included, cut at the border of the picture; ``class_id``; ``tracker_id``: the person
            (0 the ball, 1-11 and 12-22 the teams with their keeper first, 23-25 the officials),
            the same in every shot, so a tracker, which starts anew at a cut, is to be compared
            by (shot, id); ``data["visible"]`` (n,) float32: the share of the whole figure that
            is in the picture and not hidden by somebody else or by an overlay;
            ``data["position"]`` (n, 2) float64 metres on the pitch and ``data["velocity"]`` (n, 2)
            float64 metres per second along it, of the middle of the body and of the ball.
        keypoints: ``xy`` (1, 32, 2) float32 pixels, ``keypoint_confidence`` (1, 32): 1 inside the
            picture, else 0 and the point (0, 0). A point behind a player counts as inside.
        homography: (3, 3) float64, pixels to metres on the pitch; pixels are continuous (the first
            one spans 0..1).
        shot: Number of the shot, from 0.
        owner: The person who has the ball, in the picture or not, by id; None while it is on its
            way, and in files of before.
        kick: What the ball that is on its way was kicked for: ``pass``, ``shot`` or ``clearance``;
            None while somebody has it, before the first kick, and in files of before.
        ball_height: Metres from the ground to the middle of the ball, in the picture or not; None
            in files of before.
    """

    objects: sv.Detections
    keypoints: sv.KeyPoints
    homography: Float64
    shot: int
    owner: int | None = None
    ball_height: float | None = None
    kick: str | None = None

    @property
    def team(self) -> Int64:
        """Team (n,) of each object by its id: 0 or 1, -1 for the ball and the officials."""
        ids = np.asarray(self.objects.tracker_id, np.int64)
        return np.where((ids > 0) & (ids <= 2 * _TEAM), (ids - 1) // _TEAM, -1)


def write_truth(path: Path, truths: Iterable[Truth]) -> None:
    """Write the truth of a clip as compact JSON, frames in order.

    Raises:
        OutputError: the file cannot be written.
    """
    frames = [_to_plain(truth) for truth in truths]
    text = json.dumps({"version": _VERSION, "frames": frames}, separators=(",", ":"))
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write the truth to {path}: {error.strerror}") from error


def read_truth(path: str | Path) -> list[Truth]:
    """Read what ``write_match`` wrote: one entry per frame.

    Raises:
        InputError: there is no such file, or it is not a truth file.
    """
    try:
        content = json.loads(as_path(path).read_bytes())
        if content["version"] != _VERSION:
            raise InputError(f"{path} has truth version {content['version']}, not {_VERSION}")
        return [_from_plain(frame) for frame in content["frames"]]
    except OSError as error:
        raise InputError(f"cannot read the truth in {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path} is not a truth file of a synthetic match: {error}") from error


def make_objects(
    xyxy: AnyFloat,
    class_id: list[int],
    ids: list[int],
    *,
    visible: list[float],
    motion: AnyFloat | None = None,
) -> sv.Detections:
    """Boxes (n, 4) with their classes, ids, visible shares, and places and velocities (n, 4)."""
    n = len(ids)
    known = np.full((n, 4), np.nan) if motion is None else np.asarray(motion, np.float64)
    place = known.reshape(n, 4)
    return sv.Detections(
        xyxy=np.asarray(xyxy, np.float32).reshape(-1, 4),
        class_id=np.asarray(class_id, int),
        tracker_id=np.asarray(ids, int),
        data={
            "visible": np.asarray(visible, np.float32),
            "position": place[:, :2],
            "velocity": place[:, 2:],
        },
    )


def make_keypoints(xy: AnyFloat) -> sv.KeyPoints:
    """One pitch from 32 points (32, 2); (0, 0) is absent."""
    points = np.asarray(xy, np.float32).reshape(1, N_KEYPOINTS, 2)
    present = (points != 0).any(axis=2)
    return sv.KeyPoints(xy=points, keypoint_confidence=present.astype(np.float32))


def _to_plain(truth: Truth) -> dict[str, Any]:
    objects = truth.objects
    assert objects.class_id is not None
    assert objects.tracker_id is not None
    return {
        "shot": truth.shot,
        "xyxy": np.round(objects.xyxy.astype(float), 3).tolist(),
        "class_id": objects.class_id.tolist(),
        "id": objects.tracker_id.tolist(),
        "visible": [round(float(v), 3) for v in objects.data["visible"]],
        "motion": np.round(
            np.hstack([objects.data["position"], objects.data["velocity"]]), 3
        ).tolist(),
        "keypoints": np.round(truth.keypoints.xy[0].astype(float), 3).tolist(),
        "homography": truth.homography.tolist(),
        "owner": truth.owner,
        "ball_height": truth.ball_height,
        "kick": truth.kick,
    }


def _from_plain(frame: dict[str, Any]) -> Truth:
    objects = make_objects(
        np.array(frame["xyxy"], np.float32),
        frame["class_id"],
        frame["id"],
        visible=frame["visible"],
        motion=frame.get("motion"),
    )
    return Truth(
        objects=objects,
        keypoints=make_keypoints(np.array(frame["keypoints"])),
        homography=np.array(frame["homography"], np.float64).reshape(3, 3),
        shot=int(frame["shot"]),
        owner=frame.get("owner"),
        ball_height=frame.get("ball_height"),
        kick=frame.get("kick"),
    )
