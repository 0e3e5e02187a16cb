"""Paths as people give them."""

import os
from pathlib import Path

import pytest

from touchline.errors import UsageError
from touchline.files.paths import as_path, as_text, require_apart


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert as_path("~/clip.mp4") == tmp_path / "clip.mp4"


@pytest.mark.parametrize("given", ["~nobody-of-that-name/clip.mp4", "a\0b", None, 7])
def test_what_names_no_file_is_refused(given: object) -> None:
    with pytest.raises(UsageError):
        as_path(given)  # type: ignore[arg-type]


def test_a_name_that_is_no_text_becomes_text() -> None:
    assert as_text("M\udce1laga") == "M\ufffdlaga"


@pytest.mark.parametrize("way", ["itself", "spelling", "symlink", "hard link", "folder"])
def test_a_result_is_no_input_by_whatever_name(tmp_path: Path, way: str) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(b"video")
    result, read = tmp_path / "other.mp4", source
    if way == "symlink":
        result.symlink_to(source)
    elif way == "hard link":
        os.link(source, result)
    elif way == "folder":
        result, read = source, tmp_path
    else:
        result = source if way == "itself" else tmp_path / ".." / tmp_path.name / "clip.mp4"
    with pytest.raises(UsageError, match="the result would replace its own input"):
        require_apart([result], [read])
    require_apart([tmp_path / "new.mp4"], [read, tmp_path / "absent.mp4"])
