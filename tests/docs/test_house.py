"""The house page: its tables are the folders, its floors the import contract."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, SOURCE, code, resolved, table

PAGE = ROOT / "CONTRIBUTING.md"
HOUSE = table(PAGE, "The house")
ROOMS = {code(room)[0]: (floor, code(face)) for floor, room, face, _ in HOUSE}
WITHIN = [code(row[0])[0] for row in table(PAGE, "Rooms within rooms")]


def layers() -> list[set[str]]:
    """The layers of the import contract, the lowest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = project["tool"]["importlinter"]["contracts"]
    return [set(layer.split(" | ")) for layer in reversed(contract["layers"])]


def test_the_table_of_rooms_is_what_lies_in_the_folder() -> None:
    entries = {
        path.stem if path.suffix == ".py" else path.name
        for path in SOURCE.iterdir()
        if path.name != "__pycache__"
    }
    assert sorted(ROOMS) == sorted(entries)


def test_the_floors_are_the_layers_of_the_import_contract() -> None:
    contract = {name: str(floor) for floor, layer in enumerate(layers()) for name in layer}
    assert {name: floor for name, (floor, _) in ROOMS.items() if floor} == contract


def test_the_table_goes_down_the_floors() -> None:
    floors = [int(floor) for floor, _ in ROOMS.values() if floor]
    assert floors == sorted(floors, reverse=True)


def test_every_room_says_what_it_answers() -> None:
    assert all(row[3] for row in HOUSE)


def test_the_rooms_within_rooms_are_the_folders_below() -> None:
    below = {
        ".".join(path.relative_to(SOURCE).parts[:-1])
        for path in SOURCE.rglob("__init__.py")
        if len(path.relative_to(SOURCE).parts) > 2
    }
    assert sorted(WITHIN) == sorted(below)


def test_the_drawing_shows_every_room_of_the_contract_but_the_program() -> None:
    drawing = PAGE.read_text().split("## The house")[1].split("```")[1]
    drawn = set(re.findall(r"[a-z]+", drawing))
    assert set().union(*layers()) - {"__main__"} <= drawn


@pytest.mark.parametrize("room", [name for name, (floor, _) in ROOMS.items() if floor])
def test_the_face_of_a_room_has_what_the_table_names(room: str) -> None:
    if room == "__main__":
        return  # to import it is to run it
    for name in ROOMS[room][1]:
        resolved(f"touchline.{room}.{name}")
