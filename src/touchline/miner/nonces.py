"""Nonces: each is good once, and only about the time it was made."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from touchline.errors import BusyError, OutputError, UnauthenticatedError

WINDOW = 120.0
"""Seconds that a nonce may be older or newer than now."""
REMEMBERED = 2 * WINDOW
"""Seconds that it is remembered: one from 120 s ahead stays good for 240 s."""
LARGEST = 10**20
LONGEST = 128
MOST = 100_000
"""Nonces that are remembered at once; validators send a few an hour."""
SECOND = 10**9

_STAMP = re.compile(r"[0-9]{1,21}", re.ASCII)
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS nonces (validator TEXT, nonce TEXT, arrived INTEGER NOT NULL,"
    " PRIMARY KEY (validator, nonce)) WITHOUT ROWID"
)


class NonceMemory:
    """Which nonces were used, over restarts and between processes.

    A file that is broken is put aside. What it remembered is lost then, so nothing that was made
    before the new memory began is taken: a client's next nonce is.

    Args:
        path: File of the memory; None keeps it in this process.
        clock: Unix time in nanoseconds.

    Raises:
        OutputError: The file cannot be made.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begins = 0
        self._database = self._open(path)

    def check(self, validator: str, nonce: str) -> None:
        """Refuse a nonce that is malformed, out of its time, or used.

        Raises:
            UnauthenticatedError: It is.
        """
        made = _made(nonce)
        now = self._clock()
        if abs(now - made) > WINDOW * SECOND:
            raise UnauthenticatedError(
                f"the nonce is not of this time: it may be {WINDOW:.0f} s old or ahead; check both "
                "clocks."
            )
        if made < self._begins or self._knows(validator, nonce):
            raise UnauthenticatedError("the nonce was used before.")

    def remember(self, validator: str, nonce: str) -> None:
        """Use a nonce up; of several who try at once, one succeeds.

        Raises:
            UnauthenticatedError: It was used before.
            BusyError: There is no room for it.
            OutputError: The disk is full.
        """
        now = self._clock()
        try:
            with self._lock, self._database as database:
                oldest = now - round(REMEMBERED * SECOND)
                database.execute("DELETE FROM nonces WHERE arrived < ?", (oldest,))
                (count,) = database.execute("SELECT COUNT(*) FROM nonces").fetchone()
                if count >= MOST:
                    raise BusyError("too many requests.", retry_after=round(REMEMBERED))
                database.execute("INSERT INTO nonces VALUES (?, ?, ?)", (validator, nonce, now))
        except sqlite3.IntegrityError:
            raise UnauthenticatedError("the nonce was used before.") from None
        except sqlite3.Error as error:
            raise OutputError(f"the nonces cannot be remembered: {error}.") from error

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def _knows(self, validator: str, nonce: str) -> bool:
        query = "SELECT 1 FROM nonces WHERE validator = ? AND nonce = ? AND arrived >= ?"
        oldest = self._clock() - round(REMEMBERED * SECOND)
        try:
            with self._lock:
                found = self._database.execute(query, (validator, nonce, oldest)).fetchone()
        except sqlite3.Error as error:
            raise OutputError(f"the nonces cannot be read: {error}.") from error
        return found is not None

    def _open(self, path: Path | None) -> sqlite3.Connection:
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                raise OutputError(f"{path}: nonces cannot be kept there: {error}.") from error
        path.replace(path.with_name(f"{path.name}.broken"))
        self._begins = self._clock()
        return _connect(path)


def _connect(path: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(path or ":memory:", timeout=1.0, check_same_thread=False)
    try:
        # What a kill of the process leaves is whole; a power cut may cost the last nonces.
        database.execute("PRAGMA journal_mode = WAL").close()
        database.execute("PRAGMA synchronous = NORMAL").close()
        with closing(database.execute(_SCHEMA)):
            database.commit()
    except BaseException:
        database.close()
        raise
    return database


def _made(nonce: str) -> int:
    """When a nonce was made: the number before the first underscore, in nanoseconds."""
    stamp = nonce.partition("_")[0]
    if len(nonce) > LONGEST or not _STAMP.fullmatch(stamp) or int(stamp) > LARGEST:
        raise UnauthenticatedError(
            "the nonce is Unix time in nanoseconds, an underscore and some letters."
        )
    return int(stamp)
