"""What MkDocs asks while it builds the site: pages from outside ``docs``, and links to them.

The pages are written to be read where they lie. Here each page that stands beside what it is about
(``training/README.md``) gets a place below ``project/``, every room of the package a page of
reference, and every link the place where its target now is. A link to a file that has no page is
left as text.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from touchline.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "touchline"
OUTSIDE = (
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")),
    *sorted(ROOT.glob("examples/*.md")),
    *sorted((ROOT / "training").rglob("*.md")),
)
ROOMS = sorted(
    path.stem
    for path in PACKAGE.iterdir()
    if not path.name.startswith("_") and (path.is_dir() or path.suffix == ".py")
)
EXAMPLES = [
    path for path in sorted((ROOT / "examples").iterdir()) if path.suffix in {".py", ".ipynb"}
]

_FENCE = re.compile(r"^(```\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NO_HEAD = re.compile(r"^\| \|(?: \|)*$", re.MULTILINE)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)\s]*)\)")

_places = {DOCS / "README.md": "README.md", ROOT / "README.md": "index.md"}
_places |= {page: f"project/{page.relative_to(ROOT).as_posix()}" for page in OUTSIDE}
_places |= {PACKAGE / room: f"reference/{room}.md" for room in ROOMS}
_places |= {path: f"examples/{path.stem}.md" for path in EXAMPLES}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The rooms and the examples in the navigation, where their sections are."""
    for section in config.nav or []:
        for title, pages in section.items():
            if title == "Reference":
                pages += [f"reference/{room}.md" for room in ROOMS]
            if title == "Examples":
                pages += [_places[path] for path in EXAMPLES]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in ``docs``; the front page is the site's, the index beside it."""
    index = files.get_file_from_path("README.md")
    assert index is not None
    index.dest_uri = "pages.html"
    for origin in (ROOT / "README.md", *OUTSIDE):
        files.append(_generated(_places[origin], origin.read_text("utf-8"), config))
    for room in ROOMS:
        text = f"# {room}\n\n::: touchline.{room}\n"
        files.append(_generated(f"reference/{room}.md", text, config))
    files.append(_generated("reference/README.md", _overview(), config))
    files.append(_generated("reference/commands.md", _commands(), config))
    for path in EXAMPLES:
        files.append(_generated(_places[path], _listing(path), config))
    return files


def _listing(path: Path) -> str:
    """A program as a page; of a notebook the texts, and the programs between them."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return f"# {path.name}\n\n```python\n{text}```\n"
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]
    return "\n\n".join(
        source if kind == "markdown" else f"```python\n{source}\n```" for kind, source in cells
    )


def _generated(place: str, text: str, config: MkDocsConfig) -> File:
    return File.generated(config, place, content=text)


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """The page with its links led to where their targets are, and plain fences."""
    here = page.file.src_uri
    origins = {place: origin for origin, place in _places.items()}
    folder = origins.get(here, DOCS / here).parent
    parts, end = [], 0
    for fence in _FENCE.finditer(markdown):
        parts.append(_led(markdown[end : fence.start()], folder, here))
        parts.append(f"{fence[1]}\n{fence[2]}```")
        end = fence.end()
    return "".join([*parts, _led(markdown[end:], folder, here)])


def _led(text: str, folder: Path, here: str) -> str:
    def lead(link: re.Match[str]) -> str:
        path, hash_, heading = link[3].partition("#")
        target = (folder / path).resolve()
        place = _places.get(target) or _places.get(_room_of(target))
        if place is None and not target.is_relative_to(DOCS):
            return link[2]
        place = place or target.relative_to(DOCS).as_posix()
        relative = os.path.relpath(place, Path(here).parent)
        return f"{link[1]}[{link[2]}]({relative}{hash_}{heading})"

    # MkDocs knows no table without a word at its head.
    headed = _NO_HEAD.sub(lambda head: head[0].replace(" ", " <i></i> "), text)
    return _LINK.sub(lead, headed)


def _room_of(target: Path) -> Path:
    """The room that a file or a folder of the package lies in."""
    below = target.relative_to(PACKAGE).parts if target.is_relative_to(PACKAGE) else ()
    return PACKAGE / below[0] if below else target


def _overview() -> str:
    rooms = "".join(f"- [`touchline.{room}`]({room}.md)\n" for room in ROOMS)
    return (
        "# Reference\n\nThe names of `import touchline as tl`; below them, what each room shows."
        " [Commands](commands.md) have a page of their own.\n\n"
        f"{rooms}\n## import touchline as tl\n\n::: touchline\n    options:\n"
        "      heading_level: 3\n      show_docstring_description: false\n"
    )


def _commands() -> str:
    """A section for each command, as ``--help`` says it."""
    root = typer.main.get_command(app)
    return "\n".join(
        [
            "# Commands",
            "",
            "What `touchline COMMAND --help` says.",
            "",
            *_sections(root, "touchline"),
        ]
    )


def _sections(command: Any, name: str) -> list[str]:
    lines = []
    for label, each in sorted(getattr(command, "commands", {}).items()):
        full = f"{name} {label}"
        if hasattr(each, "commands"):
            lines += _sections(each, full)
            continue
        lines += [f"## {full}", "", (each.help or "").strip(), ""]
        lines += ["| option | what | unless told |", "| --- | --- | --- |"]
        lines += [_row(option) for option in each.params if option.name != "help"]
        lines.append("")
    return lines


def _row(option: Any) -> str:
    flags = [*option.opts, *option.secondary_opts] if option.opts[0].startswith("-") else []
    name = ", ".join(f"`{flag}`" for flag in flags) or f"`{option.name.upper()}`"
    said = (getattr(option, "help", None) or "").replace("|", "\\|")
    given = option.default
    default = "" if given in (None, False, ...) or callable(given) else f"`{given}`"
    return f"| {name} | {said} | {'needed' if option.required else default} |"
