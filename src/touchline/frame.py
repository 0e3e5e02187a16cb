"""What flows between the rooms: frames in, frame states out.

Boxes are ``supervision.Detections`` and points are ``supervision.KeyPoints`` where people and other
libraries meet them; this module adds what those two do not know: time, shots, the pitch, and where
each fact comes from. Inside, boxes travel as one table, ``Objects``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from touchline.arrays import AnyArray, Bools, Float32, Float64, Image, Int64, Strings

if TYPE_CHECKING:
    # Loads SciPy and OpenCV: too much for those who want a constant, such as the service itself.
    import supervision as sv

N_KEYPOINTS = 32
NO_ID = -1
"""``tracker_id`` of an object that no track has taken up."""
NO_TEAM = -1
"""``team`` of who plays for none, and where it is not known."""
NO_CLASS = -1
"""``detected_class_id`` of an object that the detector did not see in this very frame."""
UNTOLD = 0.05
"""What a look counts for the class of somebody of whom the detector could not tell it."""
MASK = "mask"
"""Column under which supervision's masks travel."""


class ClassId(IntEnum):
    """Classes of an object, as the subnet numbers them."""

    BALL = 0
    GOALKEEPER = 1
    PLAYER = 2
    REFEREE = 3


class Source(StrEnum):
    """Where a box or a keypoint comes from."""

    DETECTED = "detected"
    """Seen by the network in this very frame."""
    TRACKED = "tracked"
    """A detection of this frame, smoothed or re-identified by its track."""
    INTERPOLATED = "interpolated"
    """Between two detections of one track; nothing was looked at in this frame."""
    PROPOSED = "proposed"
    """A likely place that a verifier confirmed though the detector was silent."""
    PROJECTED = "projected"
    """A keypoint computed from a homography that enough other points support."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture.

    Attributes:
        index: Position in decode order, from 0.
        time: Presentation time in seconds from the first frame.
        image: uint8 (H, W, 3), BGR.
    """

    index: int
    time: float
    image: Image


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Objects:
    """Boxes as a table: columns of equal length n, which every stage reads and adds to.

    A selection (``objects[rows]``) and ``concatenate`` carry every column on, those of ``extra``
    and of subclasses too; so what a detector or a stage says of a box stays with it.

    Attributes:
        xyxy: float64 (n, 4), pixels of the original frame.
        confidence: float64 (n,), 0..1.
        class_id: int64 (n,), see ``ClassId``.
        tracker_id: int64 (n,), ``NO_ID`` where there is no track.
        source: str (n,), values of ``Source``.
        detected_class_id: int64 (n,), the detector's word in this very frame, or ``NO_CLASS``.
        extra: Further columns (n, ...) by name, of any dtype.

    Raises:
        ValueError: A column has another length.
    """

    xyxy: Float64
    confidence: Float64
    class_id: Int64
    tracker_id: Int64
    source: Strings
    detected_class_id: Int64
    extra: Mapping[str, AnyArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = {name: len(c) for name, c in self.columns().items() if len(c) != len(self.xyxy)}
        if wrong:
            raise ValueError(f"{len(self.xyxy)} boxes, but columns of another length: {wrong}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: Any) -> Self:
        """The objects at ``rows``: a mask (n,), indices (k,) or a slice."""
        return self._of({name: column[rows] for name, column in self.columns().items()})

    @staticmethod
    def empty() -> "Objects":
        """No objects."""
        from supervision import Detections

        return Objects.from_supervision(Detections.empty())

    @staticmethod
    def from_supervision(detections: "sv.Detections") -> "Objects":
        """Read detections; what they do not say is: sure, a player, without a track, detected.

        Whatever else is in ``data``, and ``mask``, becomes a column of ``extra``.
        """
        n = len(detections)
        given = {name: _column(values, n) for name, values in detections.data.items()}
        if detections.mask is not None:
            given[MASK] = np.asarray(detections.mask)
        source = _full(given.pop("source", None), n, Source.DETECTED.value)
        detected = _full(given.pop("detected_class_id", None), n, NO_CLASS)
        return Objects(
            xyxy=np.asarray(detections.xyxy, np.float64).reshape(n, 4),
            confidence=_full(detections.confidence, n, 1.0).astype(np.float64),
            class_id=_full(detections.class_id, n, ClassId.PLAYER).astype(np.int64),
            tracker_id=_full(detections.tracker_id, n, NO_ID).astype(np.int64),
            source=np.array([str(each) for each in source], "U12"),
            detected_class_id=detected.astype(np.int64),
            extra=given,
        )

    def to_supervision(self) -> "sv.Detections":
        """Hand over to supervision: float32 boxes, the other columns in ``data``."""
        from supervision import Detections

        extra = dict(self.extra)
        return Detections(
            xyxy=self.xyxy.astype(np.float32),
            mask=extra.pop(MASK, None),
            confidence=self.confidence.astype(np.float32),
            class_id=self.class_id,
            tracker_id=self.tracker_id,
            data={"source": self.source, "detected_class_id": self.detected_class_id, **extra},
        )

    def inside(self, size: tuple[int, int]) -> Self:
        """The part of each box that lies in a picture of (width, height) pixels.

        A box of which less than a hundredth of a pixel is left, or that is not a number, is left
        out: it shows nothing.
        """
        xyxy = np.clip(self.xyxy, 0.0, (*size, *size))
        rounded = np.round(xyxy, 2)  # as results are written
        visible = (rounded[:, 2:] > rounded[:, :2]).all(axis=1)
        return replace(self, xyxy=xyxy)[visible]

    @property
    def is_ball(self) -> Bools:
        """Which are claimed to be the ball (n,)."""
        return np.asarray(self.class_id == ClassId.BALL)

    @property
    def is_filled(self) -> Bools:
        """Which the detector did not see in their frame (n,)."""
        return np.isin(self.source, (Source.INTERPOLATED.value, Source.PROPOSED.value))

    @property
    def position(self) -> Float32:
        """Metres on the pitch (n, 2), NaN where unknown."""
        return self._known("position", (len(self), 2))

    @property
    def verified(self) -> Float32:
        """Probability (n,) of what is claimed, NaN unless a verifier looked at this very box."""
        return self._known("verified", (len(self),))

    @property
    def probability(self) -> Float32:
        """How often a box of such a score is right (n,), NaN where the detector does not say."""
        return self._known("probability", (len(self),))

    @property
    def believed(self) -> Float64:
        """``probability`` (n,), and the score where the detector does not say."""
        return np.where(np.isnan(self.probability), self.confidence, self.probability)

    @property
    def role_seen(self) -> Bools:
        """Of which (n,) the detector could tell the class: its ``class_scores`` are no NaN."""
        if "class_scores" not in self.extra:
            return np.ones(len(self), np.bool_)
        return np.asarray(~np.isnan(self.extra["class_scores"]).any(axis=1))

    @property
    def team(self) -> Int64:
        """Team (n,) of each, 0 or 1; ``NO_TEAM`` where there is none, or the column says other."""
        team = np.asarray(self.extra.get("team", np.full(len(self), NO_TEAM)))
        return np.where(np.isin(team, (0, 1)), team, NO_TEAM).astype(np.int64)

    @property
    def off_pitch(self) -> Bools:
        """Who (n,) stands beyond the lines and takes no part, as staff do."""
        return np.asarray(self.extra.get("off_pitch", np.zeros(len(self))), np.bool_)

    def _known(self, name: str, shape: tuple[int, ...]) -> Float32:
        return np.asarray(self.extra.get(name, np.full(shape, np.nan)), np.float32).reshape(shape)

    def with_columns(self, **columns: AnyArray) -> Self:
        """The same with further columns (n, ...) in ``extra``, or with others in their place."""
        return replace(self, extra={**self.extra, **columns})

    def columns(self) -> dict[str, AnyArray]:
        """Every column by its name."""
        return {**{name: getattr(self, name) for name in self._own()}, **self.extra}

    def _own(self) -> list[str]:
        """Names of the columns beside ``extra``; ``fields`` takes ten times as long, each time."""
        return [name for name in self.__dataclass_fields__ if name != "extra"]

    def _of(self, columns: Mapping[str, AnyArray]) -> Self:
        extra = dict(columns)
        own = {name: extra.pop(name) for name in self._own()}
        return type(self)(**own, extra=extra)


Table = TypeVar("Table", bound=Objects)


def concatenate(parts: Sequence[Table]) -> Table:
    """Put tables of one kind (at least one) together, in the order given.

    Where a part lacks an extra column of another it gets NaN, NaT, -1, "" or None, by its dtype.
    """
    columns = [part.columns() for part in parts]
    kinds = {name: column for each in columns for name, column in each.items()}
    return parts[0]._of(
        {
            name: np.concatenate(
                [
                    each[name] if name in each else missing(kind, len(part))
                    for each, part in zip(columns, parts, strict=True)
                ]
            )
            for name, kind in kinds.items()
        }
    )


_NOTHING = (np.nan, np.nan, -1, "", b"", np.timedelta64("NaT"), np.datetime64("NaT"))


def missing(kind: AnyArray, count: int) -> AnyArray:
    """A column of ``count`` entries that say nothing, which fits to another."""
    nothing: Any = dict(zip("fciUSmM", _NOTHING, strict=True)).get(kind.dtype.kind)
    dtype = kind.dtype if nothing is not None else np.dtype(object)
    return np.full((count, *kind.shape[1:]), nothing, dtype)


def _full(column: npt.ArrayLike | None, count: int, value: object) -> AnyArray:
    return np.full(count, value) if column is None else np.asarray(column)


def _column(values: Any, count: int) -> AnyArray:
    """An entry of ``sv.Detections.data`` as an array of our own; ragged lists become objects."""
    try:
        return np.array(values)
    except ValueError:
        return np.fromiter(values, object, count)


@dataclass(frozen=True, slots=True, eq=False)
class CameraState:
    """The camera behind a frame: a pinhole with a lens, above the pitch.

    A pitch point X (metres, z up) is seen at ``middle + focal * (1 + distortion r^2) * (u, v)``
    pixels, with (u, v, 1) along ``rotation @ (X - position)`` and r = |(u, v)|. Its metres are true
    ones: where the ground is smaller than it was said to be, its goal lines lie nearer.

    Attributes:
        focal: Focal length in pixels.
        rotation: (3, 3) float64 from the pitch's axes to the camera's: x right, y down, z forward.
        position: (3,) float64 metres on the pitch.
        distortion: Radial distortion of the lens (Brown 1966).
        middle: (2,) float64 pixels, the principal point.
        ground: Length and width of the pitch in metres, as far as its lines tell.
        knows_end: Whether it is told which end of the pitch is which. If not, everything may be
            turned by 180 degrees.
    """

    focal: float
    rotation: Float64
    position: Float64
    distortion: float
    middle: Float64
    ground: tuple[float, float]
    knows_end: bool


@dataclass(frozen=True, slots=True, eq=False)
class PitchState:
    """The pitch as one frame shows it.

    Attributes:
        keypoints: One pitch: ``xy`` (1, 32, 2) float32 in pixels, ``keypoint_confidence`` (1, 32);
            an absent point is (0, 0) with confidence 0.
        sources: 32 entries: ``DETECTED``, ``PROJECTED`` or None for an absent point.
        homography: (3, 3) float64 from image pixels to pitch metres, or None where too few points
            support one.
        uncertainty: Standard error in metres of a position in the visible part of the pitch, or
            None without a homography.
        camera: Behind the homography, or None where none is known.
    """

    keypoints: "sv.KeyPoints"
    sources: tuple[Source | None, ...]
    homography: Float64 | None = None
    uncertainty: float | None = None
    camera: CameraState | None = None

    def __post_init__(self) -> None:
        if self.keypoints.xy.shape != (1, N_KEYPOINTS, 2) or len(self.sources) != N_KEYPOINTS:
            raise ValueError(
                f"a pitch has {N_KEYPOINTS} keypoints and as many sources; "
                f"got xy {self.keypoints.xy.shape} and {len(self.sources)} sources"
            )


@dataclass(frozen=True, slots=True, eq=False)
class FrameState:
    """What Touchline says about one frame.

    Attributes:
        index: Frame number in decode order, from 0.
        time: Seconds from the first frame.
        shot: Number of the shot, from 0; ids are never shared between shots.
        objects: ``xyxy`` (n, 4) float32 pixels, inside the original frame, ``confidence``,
            ``class_id`` (see ``ClassId``), ``tracker_id``, ``data["source"]`` (n,) of ``Source``
            values and ``data["position"]`` (n, 2) float32 metres on the pitch, NaN where unknown.
        pitch: The pitch in this frame.
    """

    index: int
    time: float
    shot: int
    objects: "sv.Detections"
    pitch: PitchState


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFrame:
    """A frame on its way through the stages that follow tracking.

    Attributes:
        index, time, shot, pitch: As in ``FrameState``.
        objects: What is said of the frame so far.
        image: uint8 (H, W, 3) BGR, perhaps smaller than the frame, for stages that look; None where
            the networks did not look, and where no stage does.
        scale: Pixels of ``image`` for one pixel of the frame.
    """

    index: int
    time: float
    shot: int
    objects: Objects
    pitch: PitchState
    image: Image | None = None
    scale: float = 1.0

    def state(self) -> FrameState:
        """What is said of the frame in the end."""
        return FrameState(
            self.index, self.time, self.shot, self.objects.to_supervision(), self.pitch
        )


def no_pitch() -> PitchState:
    """A frame in which no pitch was found: 32 absent points."""
    from supervision import KeyPoints

    points = KeyPoints(
        xy=np.zeros((1, N_KEYPOINTS, 2), np.float32),
        keypoint_confidence=np.zeros((1, N_KEYPOINTS), np.float32),
    )
    return PitchState(keypoints=points, sources=(None,) * N_KEYPOINTS)
