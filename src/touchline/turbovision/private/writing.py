"""What the workers write: the actions of one clip, once all of it was seen."""

from collections import Counter
from collections.abc import Callable

from touchline.analytics import Chapters, events, joined_possession, own_goals
from touchline.frame import FrameState
from touchline.turbovision.private.wire import write_items
from touchline.turbovision.scoring import FPS, TimedAction


class ActionWriter:
    """Collects the frames of one clip, and says in the end what happened.

    Args:
        size: (width, height) of the video in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.faults: Counter[str] = Counter()
        self._states: list[FrameState] = []

    def __len__(self) -> int:
        return len(self._states)

    def add(self, state: FrameState) -> None:
        """Take the next frame."""
        self._states.append(state)

    def revise(self, again: Callable[[FrameState], FrameState]) -> None:
        """Take each frame as it looks after the last one."""
        self._states = [again(state) for state in self._states]

    def frames(self) -> bytes:
        """The actions, in order."""
        chapters = Chapters()
        seen = [chapter for state in self._states for chapter in chapters.push(state)]
        seen += chapters.flush()
        goals: dict[int, dict[int, float]] = {}
        for each in seen:
            goals.setdefault(int(each.held.shot[0]), {}).update(own_goals(each.sightings))
        found = events(joined_possession([each.held for each in seen]), goals) if seen else []
        return write_items(
            [TimedAction(round(each.time * FPS), each.action, each.confidence) for each in found]
        )
