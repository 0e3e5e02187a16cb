"""The pages as the tests read them: blocks, links, tables."""

import re
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "touchline"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]
RECIPES = sorted(path for path in (DOCS / "recipes").glob("*.md") if path.name != "README.md")

_BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOT_RUN = re.compile(r" \(not run: .+\)")
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")
_FILE = re.compile(r"# (\w+\.py)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Its page, the line of the page on which it begins, its text, its language, and what stands
    behind the language: why it is not run, if it is not.
    """

    page: Path
    line: int
    text: str
    language: str = "python"
    said: str = ""

    @property
    def place(self) -> str:
        return f"{name_of(self.page)}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it is not said to be left alone, with the reason."""
        return _NOT_RUN.fullmatch(self.said) is None

    @property
    def file(self) -> str | None:
        """The file that the block is, by its first line ``# name.py``."""
        named = _FILE.match(self.text)
        return named[1] if named else None


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text[: found.start()].count("\n") + 2, found[3], found[1], found[2])
        for found in _BLOCK.finditer(text)
    ]


def python_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language == "python"]


def links(page: Path) -> list[str]:
    """Relative links, and ``#anchors`` of the page itself; none out of a fenced block."""
    return _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def table(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = re.split(rf"^#+ {re.escape(heading)}$", page.read_text(), flags=re.MULTILINE)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert rows, f"no table below {heading}"
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in rows[0].splitlines()]
    return [[cell.strip() for cell in row] for row in cells[2:]]


def code(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def resolved(name: str) -> object:
    """What a dotted name leads to: a module, or something in one.

    Raises:
        AttributeError: There is no such thing.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            if not f"{module}.".startswith(f"{error.name}."):
                raise  # it is there, but something that it imports is not
            continue
        return attrgetter(".".join(parts[length:]))(found) if parts[length:] else found
    raise AttributeError(f"{name} leads nowhere")
