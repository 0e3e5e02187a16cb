"""How an overlay looks: colours, and sizes that follow the height of the frame."""

from dataclasses import dataclass
from typing import Self

from touchline.frame import NO_TEAM, ClassId, Objects

Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""

# Neutral between teams: hues that kits and grass seldom have.
CLASS_COLOURS: dict[int, Colour] = {
    ClassId.BALL: (40, 110, 255),
    ClassId.GOALKEEPER: (60, 196, 255),
    ClassId.PLAYER: (250, 206, 92),
    ClassId.REFEREE: (240, 120, 232),
}
TEAM_COLOURS: tuple[Colour, Colour] = ((250, 206, 92), (120, 140, 255))
"""Of the players of each team."""
LINE_COLOUR: Colour = (96, 240, 255)
POINT_COLOUR: Colour = (255, 255, 255)
INK: Colour = (34, 24, 18)
PAPER: Colour = (250, 246, 242)
FAINT: Colour = (196, 186, 176)
SOFT = 0.6
"""Opacity of what must not hide the picture: pitch lines and boxes."""


def colours_of(objects: Objects) -> list[Colour]:
    """The colour of each: a player's is that of his team, and who takes no part is faint."""
    rows = zip(
        objects.class_id.tolist(), objects.team.tolist(), objects.off_pitch.tolist(), strict=True
    )
    return [
        FAINT
        if off
        else TEAM_COLOURS[team]
        if class_id == ClassId.PLAYER and team != NO_TEAM
        else CLASS_COLOURS[class_id]
        for class_id, team, off in rows
    ]


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in pixels of the frame that is drawn on.

    Attributes:
        stroke: Width of the lines that must be seen: ellipses, marks.
        hairline: Width of the lines that must not disturb: boxes, pitch lines.
        caption: Height of a capital letter in the caption.
        label: Height of a digit of an id.
        dot: Radius of a keypoint.
        dash: Length of a dash, and of the gap after it.
        margin: Distance of panels from the border of the frame.
    """

    stroke: int
    hairline: int
    caption: int
    label: int
    dot: float
    dash: float
    margin: int

    @classmethod
    def for_height(cls, height: int) -> Self:
        """Return the sizes for a frame ``height`` pixels high."""
        return cls(
            stroke=max(1, round(height / 360)),
            hairline=max(1, round(height / 720)),
            caption=max(7, round(height / 68)),
            label=max(6, round(height / 84)),
            dot=max(2.0, height / 210),
            dash=max(3.0, height / 150),
            margin=max(6, round(height / 45)),
        )
