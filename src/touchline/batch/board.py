"""What is still to be done of the inputs, and what they have come to."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from touchline.batch.inputs import BatchInput
from touchline.batch.ledger import Entry
from touchline.batch.pieces import Piece
from touchline.batch.tasks import Done, Task


@dataclass(slots=True)
class _Match:
    """An input under way."""

    began: float
    seconds: float = 0.0
    pieces: tuple[Piece, ...] = ()
    left: set[int] = field(default_factory=set)
    reason: str | None = None


class Board:
    """Hands out tasks, those of begun matches first, and says when an input is over.

    Args:
        inputs: In the order in which they are begun.

    Attributes:
        total: Inputs.
        over: Inputs that are over, with the parts that are done of the others.
    """

    def __init__(self, inputs: Iterable[BatchInput]) -> None:
        self._waiting = deque(inputs)
        self._tasks: deque[Task] = deque()
        self._matches: dict[str, _Match] = {}
        self.total, self.over = len(self._waiting), 0.0

    def next(self) -> Task | None:
        """The next task, or None where there is none now."""
        if self._tasks:
            return self._tasks.popleft()
        return Task(self._waiting.popleft()) if self._waiting else None

    def take(self, task: Task, done: Done) -> Entry | None:
        """Take what came of a task: the entry of its input, if that is over now."""
        name = task.input.name
        match = self._matches.setdefault(name, _Match(done.began))
        match.seconds += done.seconds
        match.reason = match.reason or done.error
        if task.number is None and (done.error or not done.pieces):
            return self._ended(task, done, match)
        if task.number is None:
            match.pieces, match.left = done.pieces, {*range(len(done.pieces))}
            self._tasks.extend(Task(task.input, done.pieces, each) for each in sorted(match.left))
            return None
        match.left.discard(task.number)
        self.over += _share(match)
        if match.reason:  # the other pieces have nobody to be joined with
            dropped = [each for each in self._tasks if each.input.name == name]
            self._tasks = deque(each for each in self._tasks if each not in dropped)
            match.left -= {each.number for each in dropped if each.number is not None}
            self.over += _share(match) * len(dropped)
        if match.left:
            return None
        if match.reason:
            return self._ended(task, done, match)
        self._tasks.appendleft(Task(task.input, match.pieces))
        return None

    def _ended(self, task: Task, done: Done, match: _Match) -> Entry:
        del self._matches[task.input.name]
        self.over += _share(match)
        good = match.reason is None
        return Entry(
            input=task.input.place,
            name=task.input.name,
            status="done" if good else "failed",
            reason=match.reason,
            frames=done.frames if good else None,
            duration=done.duration if good else None,
            pieces=max(1, len(match.pieces)) if good else None,
            seconds=match.seconds,
            began=datetime.fromtimestamp(match.began, UTC),
            ended=datetime.now(UTC),
        )


def _share(match: _Match) -> float:
    """What a piece, or putting them together, is of a match; a whole one where there are none."""
    return 1.0 / (len(match.pieces) + 1)
