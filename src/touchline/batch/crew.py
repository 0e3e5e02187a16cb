"""Those who do the tasks, whatever runs them."""

from typing import Protocol

from touchline.batch.tasks import Done, Task

RETRIES = 3
"""How often a task is begun again after its worker died of it."""


class Crew(Protocol):
    """Workers by their places, each with one task at a time.

    Attributes:
        size: How many there are.
        deaths: Workers that died so far and were replaced, as far as it is known.
    """

    size: int
    deaths: int

    def give(self, place: int, task: Task) -> None:
        """Let a worker that has nothing to do begin a task."""

    def next(self) -> tuple[int, Task, Done]:
        """Wait for the next task that is over: who did it, and what came of it."""

    def release(self, place: int) -> None:
        """End a worker that has nothing to do; another begins there if a task is given."""

    def close(self) -> None:
        """End all workers, whatever they do."""


def given_up(task: Task) -> Done:
    """What is said of a task whose workers die."""
    what = "it" if task.number is None else f"piece {task.number + 1}"
    return Done(
        error=f"{task.input.place}: one worker after another died while it analysed {what}, killed "
        "or out of memory; fewer workers leave more memory for each"
    )
