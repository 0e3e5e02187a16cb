"""What happens to the ball: passes and who receives them, where it is seen."""

from dataclasses import dataclass
from typing import Literal

from touchline.analytics.chapters import Chapter
from touchline.analytics.passes import passes

Action = Literal["pass", "pass_received"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        shot: Number of the shot.
        frame: In which it happens, and ``time`` in seconds.
        action: What happens.
        team: Of who does it.
        tracker_id: Who does it.
        confidence: Probability that it happened, about then.
    """

    shot: int
    frame: int
    time: float
    action: Action
    team: int
    tracker_id: int
    confidence: float


def events(chapter: Chapter) -> list[Event]:
    """Find the events of a chapter, in order of time."""
    found = []
    for each in passes(chapter.held):
        shared = {"shot": each.shot, "team": each.team, "confidence": each.confidence}
        begun = {"frame": each.start_frame, "time": each.start, "tracker_id": each.passer}
        ended = {"frame": each.end_frame, "time": each.end, "tracker_id": each.receiver}
        found.append(Event(action="pass", **begun, **shared))  # type: ignore[arg-type]
        found.append(Event(action="pass_received", **ended, **shared))  # type: ignore[arg-type]
    return sorted(found, key=lambda event: event.time)
