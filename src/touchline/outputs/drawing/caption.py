"""One line in the corner: which frame, when, how sure, and what the colours mean."""

from collections import Counter

from touchline.arrays import Image
from touchline.frame import NO_TEAM, ClassId, FrameState, Objects
from touchline.outputs.drawing.primitives import disc, pill, stain, text_width, write_text
from touchline.outputs.drawing.style import (
    CLASS_COLOURS,
    FAINT,
    INK,
    PAPER,
    TEAM_COLOURS,
    Colour,
    Style,
    colours_of,
)

_SHOWN = (ClassId.PLAYER, ClassId.GOALKEEPER, ClassId.REFEREE, ClassId.BALL)

Part = tuple[str, Colour, Colour | None]
"""Text, its colour, and the colour of the dot before it."""


def draw_caption(image: Image, state: FrameState, style: Style) -> None:
    """Write the caption into the lower left corner, on a half transparent ground."""
    rows = [_figures(state), _legend(state)]
    capital, pad = style.caption, style.caption
    leading = round(1.9 * capital)
    width = 2 * pad + max(
        sum(_part_width(part, capital) for part in row) + _gap(capital) * (len(row) - 1)
        for row in rows
    )
    height = leading + capital + 2 * pad
    left, top = style.margin, image.shape[0] - style.margin - height
    stain(image, pill(width, height, style.margin // 2), (left, top), INK, opacity=0.62)
    for number, row in enumerate(rows):
        _write_row(image, row, (left + pad, top + pad + number * leading), capital)


def _figures(state: FrameState) -> list[Part]:
    minutes, seconds = divmod(state.time, 60)
    parts: list[Part] = [
        (f"frame {state.index}", PAPER, None),
        (f"{int(minutes):02d}:{seconds:05.2f}", PAPER, None),
    ]
    return [*parts, (_sureness(state), FAINT, None)]


def _sureness(state: FrameState) -> str:
    if state.pitch.homography is None:
        return "pitch unknown"
    if state.pitch.uncertainty is None:
        return "pitch found"
    return f"pitch to {state.pitch.uncertainty:.2f} m"


def _legend(state: FrameState) -> list[Part]:
    """How many there are of each class; of players, of each team, where teams are known."""
    objects = Objects.from_supervision(state.objects)
    counts = Counter(zip(objects.class_id.tolist(), colours_of(objects), strict=True))
    colours: dict[ClassId, tuple[Colour, ...]] = {
        member: (CLASS_COLOURS[member],) for member in _SHOWN
    }
    if (objects.team != NO_TEAM).any():
        colours[ClassId.PLAYER] = TEAM_COLOURS
    return [
        (f"{n} {member.name.lower()}{'' if n == 1 else 's'}", FAINT, colour)
        for member in _SHOWN
        for colour in colours[member]
        for n in [counts[int(member), colour]]
    ]


def _part_width(part: Part, capital: int) -> int:
    text, _, dot = part
    return text_width(text, capital) + (_dot_room(capital) if dot else 0)


def _write_row(image: Image, row: list[Part], corner: tuple[int, int], capital: int) -> None:
    x, y = corner
    for part in row:
        text, colour, dot = part
        start = x + (_dot_room(capital) if dot else 0)
        if dot:
            disc(image, [x + 0.4 * capital, y + 0.5 * capital], 0.4 * capital, dot)
        write_text(image, text, (start, y), colour, capital=capital)
        x += _part_width(part, capital) + _gap(capital)


def _dot_room(capital: int) -> int:
    return round(1.3 * capital)


def _gap(capital: int) -> int:
    return round(1.3 * capital)
