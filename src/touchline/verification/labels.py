"""What a crop can show: the labels of a verifier, and the class of each."""

from enum import IntEnum

from touchline.frame import ClassId


class Label(IntEnum):
    """What a verifier can see in a crop; the first four are the classes of an object."""

    FOOTBALL = 0
    GOALKEEPER = 1
    PLAYER = 2
    REFEREE = 3
    GRASS = 4
    BACKGROUND = 5
    """Crowd, coaches, hoardings, a net, half a person: all that is no object of the game."""


CLASS_OF: dict[Label, ClassId | None] = {
    Label.FOOTBALL: ClassId.BALL,
    Label.GOALKEEPER: ClassId.GOALKEEPER,
    Label.PLAYER: ClassId.PLAYER,
    Label.REFEREE: ClassId.REFEREE,
    Label.GRASS: None,
    Label.BACKGROUND: None,
}
"""The class that an object of this label has; None where there is no object."""

PEOPLE = tuple(
    label for label, class_id in CLASS_OF.items() if class_id not in (None, ClassId.BALL)
)
"""The labels of a person of the game: the three roles."""
