"""How a match looks: kits, people, turf, light and stands, drawn from one random generator.

All colours are BGR, 0..255.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from touchline.arrays import Float64

Colour = tuple[int, int, int]
Pattern = Literal["plain", "stripes", "hoops", "halves", "sash", "sleeves"]
Mowing = Literal["bands", "checks", "rings", "slanted", "none"]

N_TEAM = 11
N_PLAYERS = 2 * N_TEAM
N_OFFICIALS = 3
N_PEOPLE = N_PLAYERS + N_OFFICIALS
KEEPERS = (0, N_TEAM)


@dataclass(frozen=True, slots=True)
class Kit:
    """What one person wears; ``second`` is the colour of the pattern and of the number."""

    shirt: Colour
    second: Colour
    shorts: Colour
    socks: Colour
    pattern: Pattern = "plain"
    long_sleeves: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One of the 25: kit, body and what is written on the back (None for officials)."""

    kit: Kit
    height: float
    skin: Colour
    hair: Colour
    shoes: Colour
    number: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """Everything about a match that does not move.

    Attributes:
        people: 11 of the left team (keeper first), 11 of the right team, 3 officials.
        grass: Mean colour of the turf.
        contrast: Relative brightness of light to dark mown bands, 0..0.3.
        mowing: Pattern of the mown bands and ``band``, their width in metres.
        wear: 0 for a perfect turf, 1 for a bald one.
        sun: Unit vector towards the light.
        hardness: 0 for overcast or floodlight (no cast shadow), 1 for bright sun.
        brightness: Factor on the stands and the boards.
        seats: Colour of empty seats, ``crowd`` the share of taken ones, ``scarf`` the colour that
            many spectators wear.
        seed: For textures.
    """

    people: tuple[Person, ...]
    grass: Colour
    contrast: float
    mowing: Mowing
    band: float
    wear: float
    sun: Float64
    hardness: float
    brightness: float
    seats: Colour
    crowd: float
    scarf: Colour
    seed: int


WHITE: Colour = (232, 232, 232)
BLACK: Colour = (34, 32, 32)
RED: Colour = (40, 32, 190)
BLUE: Colour = (165, 72, 30)
NAVY: Colour = (82, 42, 28)
SKY: Colour = (215, 170, 110)
YELLOW: Colour = (40, 205, 232)
ORANGE: Colour = (40, 120, 235)
GREEN: Colour = (60, 120, 20)
LIME: Colour = (60, 235, 170)
CLARET: Colour = (55, 25, 105)
PURPLE: Colour = (130, 45, 95)
PINK: Colour = (175, 120, 235)
GREY: Colour = (120, 118, 116)

HOME: tuple[Kit, ...] = (
    Kit(WHITE, NAVY, WHITE, WHITE),
    Kit(RED, WHITE, RED, RED),
    Kit(RED, WHITE, WHITE, RED, "sleeves"),
    Kit(BLUE, WHITE, BLUE, WHITE),
    Kit(BLUE, BLACK, BLACK, BLACK, "stripes"),
    Kit(SKY, WHITE, WHITE, SKY),
    Kit(YELLOW, BLACK, BLACK, YELLOW),
    Kit(WHITE, RED, BLACK, WHITE, "sash"),
    Kit(WHITE, BLACK, BLACK, WHITE, "stripes"),
    Kit(CLARET, SKY, WHITE, CLARET, "sleeves"),
    Kit(ORANGE, BLACK, ORANGE, ORANGE),
    Kit(NAVY, WHITE, WHITE, NAVY),
    Kit(RED, BLUE, BLUE, RED, "halves"),
    Kit(WHITE, GREEN, WHITE, WHITE, "hoops"),
    Kit(BLACK, YELLOW, BLACK, BLACK),
    Kit(PURPLE, WHITE, PURPLE, PURPLE),
)
KEEPER_SHIRTS: tuple[Colour, ...] = (LIME, ORANGE, YELLOW, PINK, GREY, PURPLE, (150, 200, 40))
OFFICIAL_SHIRTS: tuple[Colour, ...] = (BLACK, YELLOW, YELLOW, (190, 200, 90), PINK, (60, 70, 215))
SKINS: tuple[Colour, ...] = (
    (165, 190, 232),
    (140, 170, 220),
    (110, 145, 200),
    (75, 105, 155),
    (52, 72, 112),
    (38, 52, 82),
)
HAIRS: tuple[Colour, ...] = ((24, 22, 24), (28, 34, 48), (40, 62, 98), (90, 140, 180), (60, 66, 74))
SHOES: tuple[Colour, ...] = (WHITE, BLACK, ORANGE, LIME, PINK, RED)
SEATS: tuple[Colour, ...] = (NAVY, (70, 60, 58), (45, 40, 140), (60, 90, 170), (95, 95, 95))
MOWINGS: tuple[Mowing, ...] = ("bands", "bands", "bands", "checks", "rings", "slanted", "none")


def random_look(rng: np.random.Generator) -> Appearance:
    """Draw a look."""
    sun = np.array([rng.normal(), rng.normal(), rng.uniform(0.8, 2.5)])
    home, away = _two_kits(rng)
    people = _people(rng, home, away)
    # Broadcast turf runs from yellowish through pure to bluish green.
    green = rng.uniform(112, 165)
    blue, red = int(green * rng.uniform(0.3, 0.6)), int(green * rng.uniform(0.5, 0.82))
    return Appearance(
        people=people,
        grass=(blue, int(green), red),
        contrast=float(rng.uniform(0.05, 0.2)),
        mowing=MOWINGS[int(rng.integers(len(MOWINGS)))],
        band=float(rng.choice([4.4, 5.25, 5.5, 6.6, 8.75])),
        wear=float(rng.beta(1.2, 3.0)),
        sun=sun / np.linalg.norm(sun),
        hardness=float(rng.choice([0.0, 0.25, 0.9], p=[0.35, 0.4, 0.25])),
        brightness=float(rng.uniform(0.7, 1.1)),
        seats=SEATS[int(rng.integers(len(SEATS)))],
        crowd=float(rng.uniform(0.5, 1.1)),
        scarf=home.shirt,
        seed=int(rng.integers(2**31)),
    )


def distance(first: Colour, second: Colour) -> float:
    """How different two colours look, roughly: Euclidean, 0..441."""
    return float(np.linalg.norm(np.subtract(first, second)))


def _two_kits(rng: np.random.Generator) -> tuple[Kit, Kit]:
    """Two kits that nobody confuses."""
    home = HOME[int(rng.integers(len(HOME)))]
    others = [kit for kit in HOME if distance(kit.shirt, home.shirt) > 130]
    return home, others[int(rng.integers(len(others)))]


def _unlike(rng: np.random.Generator, choices: tuple[Colour, ...], worn: list[Colour]) -> Colour:
    """One of the choices that is far from everything worn so far."""
    gaps = [min(distance(choice, other) for other in worn) for choice in choices]
    good = [choice for choice, gap in zip(choices, gaps, strict=True) if gap > 90]
    return good[int(rng.integers(len(good)))] if good else choices[int(np.argmax(gaps))]


def _ink(shirt: Colour) -> Colour:
    return BLACK if distance(shirt, BLACK) > 200 else WHITE


def _people(rng: np.random.Generator, home: Kit, away: Kit) -> tuple[Person, ...]:
    worn = [home.shirt, away.shirt]
    kits: list[Kit] = []
    for kit in (home, away):
        shirt = _unlike(rng, KEEPER_SHIRTS, worn)
        worn.append(shirt)
        shorts = shirt if rng.random() < 0.5 else BLACK
        keeper = Kit(shirt, _ink(shirt), shorts, shirt, long_sleeves=True)
        kits += [keeper] + [kit] * (N_TEAM - 1)
    shirt = _unlike(rng, OFFICIAL_SHIRTS, worn)
    official = Kit(shirt, _ink(shirt), BLACK, BLACK)
    numbers = [*_numbers(rng), *_numbers(rng), *[None] * N_OFFICIALS]
    return tuple(
        _person(rng, kit, number)
        for kit, number in zip(kits + [official] * N_OFFICIALS, numbers, strict=True)
    )


def _numbers(rng: np.random.Generator) -> list[int | None]:
    return [1, *(int(n) for n in rng.choice(np.arange(2, 34), N_TEAM - 1, replace=False))]


def _person(rng: np.random.Generator, kit: Kit, number: int | None) -> Person:
    return Person(
        kit=kit,
        height=float(np.clip(rng.normal(1.83, 0.06), 1.68, 1.98)),
        skin=SKINS[int(rng.integers(len(SKINS)))],
        hair=HAIRS[int(rng.integers(len(HAIRS)))],
        shoes=SHOES[int(rng.integers(len(SHOES)))],
        number=number,
    )
