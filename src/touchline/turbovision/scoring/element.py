"""The score of an answer to an element: pillars, theta, gates.

Source: the description, "Element score and gates". ``S`` is the weighted sum of the pillars; paid
is ``beta * max(max(S - theta, 0), delta_floor)``, and nothing where a gate is shut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.turbovision.scoring.keypoints import (
    KeypointFrame,
    keypoint_frames,
    keypoints_pillar,
)
from touchline.turbovision.scoring.matching import (
    count_pillar,
    iou_pillar,
    palette_pillar,
    role_pillar,
)
from touchline.turbovision.scoring.ranking import RankedPillars, ranked_pillars
from touchline.turbovision.scoring.reading import Known, in_order, read_answer
from touchline.turbovision.scoring.smoothness import smoothness_pillar

DIVISOR_MS = 10_000
"""Milliseconds that the latency is divided by; the protocol's own text says 1000."""
UNIT_FPS = 5
"""Frames a second by which the rate of an element is divided."""
RANKED = ("map50", "precision", "recall", "false_positive")
ASSIGNED = {
    "iou": iou_pillar,
    "count": count_pillar,
    "palette": palette_pillar,
    "role": role_pillar,
}
BOXES = ("iou", "count", "smoothness", *RANKED)
PILLARS: Mapping[str, tuple[str, ...]] = {
    "PlayerDetect": (*BOXES, "palette", "role", "keypoints_iou"),
    "PitchCalib": ("iou",),
    "Detect": BOXES,
}
"""By how the last part of an element's id begins, the pillars that have a metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What of an element of the manifest decides a score.

    Attributes:
        id: Its name; what stands after the last ``/`` begins with its family.
        objects: The labels that ``cls_id`` points into.
        pillars: Weight by pillar, in the manifest's order.
        theta: What is subtracted: ``baseline_theta``.
        delta_floor: What is paid at least to an answer that passes the gates.
        beta: By which all is multiplied.
        fps: ``service_rate_fps``; None or 0 is no gate of latency.
    """

    id: str
    objects: tuple[str, ...] = ()
    pillars: Mapping[str, float] = field(default_factory=dict)
    theta: float = 0.0
    delta_floor: float = 0.0
    beta: float = 1.0
    fps: float | None = None

    @property
    def pays_keypoints(self) -> bool:
        """Whether a pillar is measured from keypoints and pictures."""
        return self.family == "PitchCalib" or "keypoints_iou" in self.pillars

    @property
    def family(self) -> str:
        """The family, whose pillars have a metric.

        Raises:
            UsageError: There is no such family.
        """
        name = self.id.rpartition("/")[2]
        found = next((family for family in PILLARS if name.startswith(family)), None)
        if found is None:
            raise UsageError(
                f"element {self.id!r}: what can be scored here begins with "
                f"{', '.join(PILLARS)} after the last /."
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What an answer is held against.

    Attributes:
        truth: Shapes of each frame that has any.
        images: By frame id, uint8 (H, W, 3) BGR; only keypoints need them.
        size: (height, width) of the frames; None is 540 x 960.
    """

    truth: Known
    images: Mapping[Any, Image] = field(default_factory=dict)
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How an answer came.

    Attributes:
        success: Whether the call succeeded.
        latency_ms: Milliseconds of the attempt that did.
        p95_ms: The same as the validator's 95th percentile; None or 0 takes ``latency_ms``.
        least_frames: ``min_frames_required``; None or 0 is 1.
        most_frames: ``n_frames_total``; None or 0 is no limit.
    """

    success: bool = True
    latency_ms: float = 0.0
    p95_ms: float | None = None
    least_frames: int | None = None
    most_frames: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What an answer is paid, and from what.

    Attributes:
        score: What the validator records.
        shut: The gate that is shut, in words; None where all are open.
        rtf: See ``real_time_factor``; above 1 is too late.
        pillars: Score by pillar; empty where a gate was shut before.
        weighted: Their weighted sum ``S``; None where they were not measured.
        gated: What theta, ``delta_floor`` and ``beta`` make of it, before the gate of latency.
        ranked: What the pillars of a ranking come from; None where none of them is paid.
        keypoints: What those of keypoints come from; empty likewise.
    """

    score: float
    shut: str | None
    rtf: float | None
    pillars: Mapping[str, float]
    weighted: float | None
    gated: float | None
    ranked: RankedPillars | None = None
    keypoints: Sequence[KeypointFrame] = ()

    @property
    def in_time(self) -> bool:
        """Whether the gate of latency is open."""
        return self.rtf is None or self.rtf <= 1


def real_time_factor(served: Served, fps: float | None) -> float | None:
    """``(latency / 10000) * (fps / 5)``, latency in milliseconds; None without a rate."""
    if not fps:
        return None
    return ((served.p95_ms or served.latency_ms) / DIVISOR_MS) * (fps / UNIT_FPS)


def gated_score(weighted: float, element: Element) -> float:
    """``beta * max(max(S - theta, 0), delta_floor)``."""
    return element.beta * max(max(weighted - element.theta, 0.0), element.delta_floor)


def pay(
    predictions: Mapping[str, Any] | None, asked: Asked, *, element: Element, served: Served
) -> Payment:
    """Score an answer to a challenge.

    Args:
        predictions: ``{"frames": [...]}`` as it was answered; None is no frame.
        asked: What it is an answer to.
        element: By which rules.
        served: How it came.

    Raises:
        UsageError: The validator would break over the answer or the element and record nothing.
    """
    rtf = real_time_factor(served, element.fps)
    frames = (predictions or {}).get("frames") or []
    shut = _shut_before(len(frames), served)
    if shut:
        return Payment(score=0.0, shut=shut, rtf=rtf, pillars={}, weighted=None, gated=None)
    answer = in_order(read_answer(predictions, objects=element.objects))
    _require_metrics(element)
    keypoints = keypoint_frames(frames, asked.images) if element.pays_keypoints else ()
    is_ranked = not set(RANKED).isdisjoint(element.pillars)
    ranked = ranked_pillars(answer, asked.truth, size=asked.size) if is_ranked else None
    pillars: dict[str, float] = {}
    for name in element.pillars:
        if name == "keypoints_iou" or element.family == "PitchCalib":
            pillars[name] = keypoints_pillar(keypoints)
        elif name in RANKED:
            pillars[name] = float(getattr(ranked, name))
        elif name == "smoothness":
            pillars[name] = smoothness_pillar(answer)
        else:
            pillars[name] = ASSIGNED[name](answer, asked.truth)
    weighted = sum(element.pillars[name] * score for name, score in pillars.items())
    gated = gated_score(weighted, element)
    late = rtf is not None and rtf > 1
    return Payment(
        score=0.0 if late else gated,
        shut="it came too late" if late else None,
        rtf=rtf,
        pillars=pillars,
        weighted=weighted,
        gated=gated,
        ranked=ranked,
        keypoints=keypoints,
    )


def _shut_before(frames: int, served: Served) -> str | None:
    """The gate that is shut before anything is measured; doubled frames count twice."""
    if not served.success:
        return "the call failed"
    if frames < (least := served.least_frames or 1):
        return f"{frames} frames were answered, at least {least} are needed"
    if served.most_frames and frames > served.most_frames:
        return f"{frames} frames were answered, at most {served.most_frames} were asked"
    return None


def _require_metrics(element: Element) -> None:
    known = PILLARS[element.family]
    unknown = next((name for name in element.pillars if name not in known), None)
    if unknown is not None:
        raise UsageError(
            f"element {element.id!r}: pillar {unknown!r} has no metric; {element.family} has "
            f"{', '.join(known)}."
        )
