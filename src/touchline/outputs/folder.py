"""The folder of a run's results: those of one clip, and nothing of an earlier one beside them."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from touchline.errors import OutputError, UsageError
from touchline.files import PathLike, as_path, as_text, held, require_apart
from touchline.outputs.formats import FORMATS, check_formats
from touchline.outputs.writer import reported, whole_file

SUMMARY = "summary.json"
REPORT, PART_OF_REPORT = "report.html", "report-data"
"""What ``touchline report`` writes: a page, and for long videos ``000.js`` and so on beside it."""
_PART = re.compile(rf"{PART_OF_REPORT}/\d{{3,5}}\.js", re.ASCII)
_LARGEST = 2**20
"""Bytes of a summary that are read; one of ours is far smaller."""


@dataclass(slots=True)
class ResultFolder:
    """Where the results of a clip go.

    A run replaces and removes only what an earlier run wrote, as the ``summary.json`` there says;
    whatever else lies in the folder is the user's.

    Attributes:
        path: The folder.
        names: Files that this run writes, without the summary.
        former: Files that an earlier run wrote, without the summary.
        removed: Files of the earlier run that were removed, known after the block.
    """

    path: Path
    names: tuple[str, ...]
    former: tuple[str, ...]
    removed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, path: PathLike, formats: Sequence[str]) -> "ResultFolder":
        """The folder as it is now; nothing is changed.

        Raises:
            UsageError: There is no such format, or a file that would be replaced is not of an
                earlier run.
        """
        check_formats(formats)
        folder = as_path(path)
        names = tuple(dict.fromkeys(file for name in formats for file in FORMATS[name].files))
        former = of_former_run(folder / SUMMARY)
        ours = () if former is None else (SUMMARY, *former)
        for name in (SUMMARY, *names):
            if name not in ours and os.path.isfile(folder / name):  # too long a name is no file
                raise UsageError(
                    f"{folder / name} is there, and was not written by an earlier run into that "
                    "folder; remove it, or name another folder"
                )
        return cls(folder, names, former or ())

    def require_apart(self, *inputs: PathLike) -> None:
        """Refuse to replace or to remove an input.

        Raises:
            UsageError: One of them lies here under the name of a result.
        """
        names = dict.fromkeys([*self.names, *self.former, SUMMARY])
        require_apart([self.path / name for name in names], inputs)

    @contextmanager
    def opened(self) -> Iterator[Callable[[bytes], None]]:
        """The folder, made if it is missing; what is yielded takes the summary.

        When the block ends well, the leftovers of the earlier run are removed and the summary
        appears, last of all. When it does not, all is as before; a folder that was made goes again.

        Raises:
            OutputError: The folder cannot be made, another run writes into it, or the summary
                cannot be written.
        """
        made = _make(self.path)
        try:
            with _alone(self.path), whole_file(self.path / SUMMARY) as write:
                yield write
                self._remove_leftovers()
        except OutputError:
            raise  # where the disk is full, the folder is where to look
        except BaseException:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
            raise

    def _remove_leftovers(self) -> None:
        for name in self.former:
            path = self.path / name
            if name not in self.names and path.is_file():
                with reported(path):
                    path.unlink()
                self.removed.append(name)
        with suppress(OSError):  # others may have put something there, or there was none
            (self.path / PART_OF_REPORT).rmdir()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The folder for this run only: two at once would leave results of two clips in it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held(folder))
        except BlockingIOError as error:
            raise OutputError(
                f"{as_text(folder)}: another run writes into this folder; wait for its end, or "
                "name another folder"
            ) from error
        except OSError:
            pass  # it may be written, but not be read
        yield


def of_former_run(summary: Path) -> tuple[str, ...] | None:
    """The files that the run of a summary wrote; None where there is no summary of ours.

    Only names that a run writes: what else a summary may say is not believed.
    """
    try:
        with summary.open("rb") as file:
            content = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    versions = content.get("versions") if isinstance(content, dict) else None
    if not isinstance(versions, dict) or "touchline" not in versions:
        return None
    known = tuple(file for each in FORMATS.values() for file in each.files)
    named = content.get("files", known)  # summaries of before do not say
    if not isinstance(named, list):
        return known
    parts = (name for name in named if isinstance(name, str) and _PART.fullmatch(name))
    return (*(name for name in (*known, REPORT) if name in named), *parts)


def _make(folder: Path) -> list[Path]:
    """Make a folder; return those that were missing, the innermost first."""
    missing = []
    try:
        for each in (folder, *folder.parents):
            if each.exists():
                break
            missing.append(each)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"cannot make the folder {as_text(folder)}: {reason}; name another"
        ) from error
    return missing
