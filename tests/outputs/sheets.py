"""A match sheet for tests."""

from pathlib import Path

from tests.docs.pages import DOCS

TEXT = (DOCS / "exports.md").read_text().split("```toml\n")[1].split("```")[0]
"""The one that the documentation shows."""


def sheet(folder: Path, *changes: tuple[str, str]) -> Path:
    """That sheet in a file, with what is to be replaced in it."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "match.toml"
    path.write_text(text)
    return path
