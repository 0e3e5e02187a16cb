"""What a figure does not say: where the rules pay for less than they seem to.

Source: the description, "For an honest product". Nothing of Touchline makes use of these faults;
who reads a score should know them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from touchline.turbovision.scoring import (
    CANVAS,
    PLAYER,
    Answered,
    Asked,
    Element,
    KeypointFrame,
    Payment,
    RankedPillars,
    read_answer,
)

TEAMS = {"palette", "role"}


def remarks(
    frames: Sequence[Mapping[str, Any]], asked: Asked, *, element: Element, payment: Payment
) -> Iterator[str]:
    """Say of a payment what an honest reader has to know, a sentence at a time.

    Args:
        frames: As they were answered.
        asked: What they are held against.
        element: By which rules.
        payment: What came of it.
    """
    if payment.gated is None:
        return
    answer = read_answer({"frames": frames}, objects=element.objects)
    if (payment.weighted or 0.0) - element.theta < element.delta_floor:
        yield f"{payment.gated:.3f} is delta_floor, which any answer gets that passes the gates."
    if element.family != "PitchCalib":
        yield from _of_boxes(frames, answer, asked)
    if payment.ranked is not None:
        yield from _of_ranks(payment.ranked, element)
    if "smoothness" in element.pillars:
        yield from _of_smoothness(answer)
    if TEAMS & set(element.pillars):
        yield from _of_teams(asked, element)
    if element.pays_keypoints:
        yield from _of_keypoints(payment.keypoints, asked)


def _of_boxes(frames: Sequence[Mapping[str, Any]], answer: Answered, asked: Asked) -> Iterator[str]:
    said = sum(len(frame.get(key) or ()) for frame in frames for key in ("boxes", "polygons"))
    doubled = [key for key, n in Counter(f.get("frame_id", -1) for f in frames).items() if n > 1]
    if doubled:
        yield f"Frame {doubled[0]!r} was answered twice: of each such frame only the last counts."
    elif dropped := said - sum(map(len, answer.values())):
        yield f"{dropped} of {said} boxes and polygons were dropped: a class or a number is wrong."
    strangers = [key for key in answer if key not in asked.images]
    if strangers:
        yield f"{len(strangers)} frames, {strangers[0]!r} first, have an id that nobody asked for."
    unscored = len(set(answer) & set(asked.images) - set(asked.truth))
    if unscored:
        yield f"{unscored} frames have no truth: what was answered there counts nowhere."


def _of_ranks(found: RankedPillars, element: Element) -> Iterator[str]:
    yield f"{found.found} of {found.true} objects were found, with {found.false} false boxes."
    if "map50" in element.pillars and found.false:
        yield "map50 does not see a false box that ranks below all true ones."
    if "false_positive" in element.pillars:
        yield "false_positive pays 1 to an answer without a box: nothing false is claimed in it."


def _of_smoothness(answer: Answered) -> Iterator[str]:
    yield "smoothness asks no truth: a box that never moves has 1."
    height, width = CANVAS
    outside = sum(
        box.polygon is None and (box.bbox[0] >= width or box.bbox[1] >= height)
        for shapes in answer.values()
        for box in shapes
    )
    if outside:
        yield f"{outside} boxes lie outside {width} x {height}, and so are smooth."


def _of_teams(asked: Asked, element: Element) -> Iterator[str]:
    if PLAYER not in element.objects:
        yield f"No object is called {PLAYER!r}, letter by letter: palette sees nobody, and pays 1."
    elif not any(box.team for shapes in asked.truth.values() for box in shapes):
        yield "The truth has no teams: palette pays one team for everybody."


def _of_keypoints(scores: Sequence[KeypointFrame], asked: Asked) -> Iterator[str]:
    yield "Keypoints are held against edges in the frame, not against where the pitch is."
    zeros = Counter(each.why for each in scores if each.why)
    yield from (f"{count} frames score 0: {why}." for why, count in zeros.most_common())
    if len(scores) < len(asked.images):
        every = sum(each.score for each in scores) / len(asked.images)
        yield (
            f"{len(scores)} of {len(asked.images)} frames were answered, and keypoints are the "
            f"mean over those; over all that were asked it is {every:.3f}."
        )
