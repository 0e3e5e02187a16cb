"""What a clip under way carries over a cut: enough to go on there, in another process too."""

from collections.abc import Mapping
from dataclasses import dataclass

from touchline.pitch import FinderMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a clip may be taken up again: all shots before are done.

    Attributes:
        frame: Number of the first frame that is still to be done; a shot begins with it.
        given: Frames before it.
        shot: Number of that shot.
        next_id: The first id that is free.
        finder: What the pitch finder brings from the shots before.
        stages: ``Resumable.memory`` of each stage.
        looks: As ``Analysis.looks``.
        seconds: As ``Stopwatch.seconds``.
    """

    frame: int
    given: int
    shot: int
    next_id: int
    finder: FinderMemory
    stages: tuple[object, ...]
    looks: Mapping[str, int]
    seconds: Mapping[str, float]
