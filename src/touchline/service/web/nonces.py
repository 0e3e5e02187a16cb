"""Replay protection: a nonce is accepted once, and only about the time it was made."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from touchline.errors import BusyError, OutputError, UnauthenticatedError

WINDOW = 120.0
"""Seconds that a nonce may be older or newer than now."""
REMEMBERED = 2 * WINDOW
"""Seconds that it is remembered: one from 120 s ahead stays good for 240 s."""
LARGEST = 10**20
LONGEST = 128
PER_VALIDATOR = 10_000
MOST = 100_000
"""Nonces that are remembered at once; validators send a few an hour."""
SECOND = 10**9

_USED = "the nonce was used before."
# No colon in it: it could pass for the next part of what is signed.
_NONCE = re.compile(r"([0-9]{1,21})(?:_[!-9;-~]*)?", re.ASCII)
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS nonces (validator TEXT, nonce TEXT, arrived INTEGER NOT NULL,"
    " PRIMARY KEY (validator, nonce)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS by_arrival ON nonces (arrived)",
)
_INSERT = "INSERT INTO nonces VALUES (?, ?, ?)"


class NonceMemory:
    """Remembers the nonces that were used, over restarts and between processes.

    A file that is broken is put aside as ``NAME.broken``. What it remembered is lost then, and may
    have been dated up to 120 s ahead, so for 120 s no nonce is taken that could be one of those.

    Args:
        path: File of the memory; None keeps it in this process.
        clock: Unix time in nanoseconds.

    Raises:
        OutputError: The file cannot be made.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._database = self._open()
        self._begins = _begins(self._database)

    def check(self, validator: str, nonce: str) -> None:
        """Refuse a nonce that is malformed, out of its time, or a replay.

        Raises:
            UnauthenticatedError: It is.
            BusyError: It may be a replay, as the memory was lost a moment ago.
            OutputError: The memory cannot be read.
        """
        made, now = _made(nonce), self._clock()
        if abs(now - made) > WINDOW * SECOND:
            raise UnauthenticatedError(
                f"the nonce is not of this time: it may be {WINDOW:.0f} s old or ahead; check both "
                "clocks."
            )
        if made <= self._begins:
            seconds = max(0, self._begins - now) // SECOND + 1
            raise BusyError("the nonces of the last minutes were lost.", retry_after=seconds)
        query = "SELECT 1 FROM nonces WHERE validator = ? AND nonce = ? AND arrived >= ?"
        with self._using() as database:
            found = database.execute(query, (validator, nonce, _oldest(self._clock())))
            if found.fetchone() is not None:
                raise UnauthenticatedError(_USED)

    def remember(self, validator: str, nonce: str) -> None:
        """Use a nonce up; of several requests that try at once, one succeeds.

        Raises:
            UnauthenticatedError: It was used before.
            BusyError: There is no room for it.
            OutputError: It cannot be written, as the disk is full for instance.
        """
        now = self._clock()
        with self._using() as database:
            database.execute("DELETE FROM nonces WHERE arrived < ?", (_oldest(now),))
            _require_room(database, validator)
            try:
                database.execute(_INSERT, (validator, nonce, now))
            except sqlite3.IntegrityError:
                raise UnauthenticatedError(_USED) from None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """One transaction; others block until it ends."""
        with self._lock:
            try:
                with self._database as database:
                    yield database
            except sqlite3.Error as error:
                if _is_broken(error):
                    self._database.close()
                    self._database = self._begin_anew()
                    self._begins = _begins(self._database)
                raise _unusable(self._path, error) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.Error as error:
            if not _is_broken(error):
                raise _unusable(self._path, error) from error
        return self._begin_anew()

    def _begin_anew(self) -> sqlite3.Connection:
        try:
            if self._path is not None:
                with suppress(FileNotFoundError):
                    self._path.replace(self._path.with_name(f"{self._path.name}.broken"))
            return _connect(self._path, lost=self._clock())
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self._path, error) from error


def _connect(path: Path | None, *, lost: int | None = None) -> sqlite3.Connection:
    database = sqlite3.connect(path or ":memory:", timeout=1.0, check_same_thread=False)
    try:
        _prepare(database, lost)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, lost: int | None) -> None:
    """Make sure that the file is whole; ``lost`` is when the one before it was put aside."""
    # The system keeps what a killed process wrote. A power cut may corrupt the file, but to wait
    # for the disk would block every request.
    database.execute("PRAGMA synchronous = OFF").close()
    (state,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if state != "ok":
        raise sqlite3.DatabaseError(state)
    with database:
        database.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            database.execute(statement)
        if lost is not None:
            # Under no validator; it is deleted like others, when it no longer matters.
            database.execute(_INSERT, ("", "", lost))


def _begins(database: sqlite3.Connection) -> int:
    """The time from which a nonce must be dated, for those before it may be among the lost."""
    lost = database.execute("SELECT arrived FROM nonces WHERE validator = ''").fetchone()
    return lost[0] + round(WINDOW * SECOND) if lost else 0


def _require_room(database: sqlite3.Connection, validator: str) -> None:
    count = "SELECT COUNT(*) FROM nonces"
    (theirs,) = database.execute(f"{count} WHERE validator = ?", (validator,)).fetchone()
    (everyones,) = database.execute(count).fetchone()
    if theirs >= PER_VALIDATOR or everyones >= MOST:
        raise BusyError("too many requests.", retry_after=round(REMEMBERED))


def _oldest(now: int) -> int:
    return now - round(REMEMBERED * SECOND)


def _is_broken(error: sqlite3.Error) -> bool:
    """Whether the file is corrupt; a full disk or a lock has a subclass of its own."""
    return type(error) is sqlite3.DatabaseError


def _unusable(path: Path | None, error: Exception) -> OutputError:
    return OutputError(f"nonces cannot be remembered in {path or 'memory'}: {error}.")


def _made(nonce: str) -> int:
    """When a nonce was made: the number before the first underscore, in nanoseconds."""
    found = _NONCE.fullmatch(nonce)
    if len(nonce) > LONGEST or not found or int(found[1]) > LARGEST:
        raise UnauthenticatedError(
            "the nonce is Unix time in nanoseconds, an underscore and some letters."
        )
    return int(found[1])
