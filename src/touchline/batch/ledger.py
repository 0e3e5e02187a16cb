"""``ledger.parquet``: what became of each input, once."""

import io
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from touchline.batch.inputs import BatchInput
from touchline.batch.stores import Store
from touchline.errors import InputError, OutputError, UsageError

LEDGER = "ledger.parquet"
KEY = b"touchline batch"
"""Under this name the file says by what settings its inputs were analysed."""
PATIENCE = 50
"""How many times longer than writing took, until it is written again."""
SCHEMA = pa.schema(
    [
        pa.field("input", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("frames", pa.int64()),
        pa.field("duration", pa.float64(), metadata={"unit": "s"}),
        pa.field("pieces", pa.int32()),
        pa.field("seconds", pa.float64(), metadata={"unit": "s"}),
        pa.field("began", pa.timestamp("ms", "UTC")),
        pa.field("ended", pa.timestamp("ms", "UTC")),
    ]
)

Status = Literal["done", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of an input.

    Attributes:
        input: Its place.
        name: Of the folder of its results.
        status: ``done``, ``failed`` or ``skipped``.
        reason: Why it was not done, None where it was.
        frames: In the result.
        duration: Seconds of video that they cover.
        pieces: In which it was analysed.
        seconds: That workers spent on it.
        began: When a worker took it up, UTC.
        ended: When it was over, UTC.
    """

    input: str
    name: str
    status: Status
    reason: str | None = None
    frames: int | None = None
    duration: float | None = None
    pieces: int | None = None
    seconds: float | None = None
    began: datetime | None = None
    ended: datetime | None = None


class Ledger:
    """The entries of a batch; in its store from the first on.

    Args:
        store: Where it is kept.
        key: Names the settings of the batch.
        entries: Of an earlier batch that is gone on with.

    Attributes:
        entries: By name of the input, in the order of their ends.
    """

    def __init__(self, store: Store, key: str, entries: Iterable[Entry] = ()) -> None:
        self._store, self._key = store, key
        self.entries = {each.name: each for each in entries}
        self._due = 0.0

    @classmethod
    def resumed(cls, store: Store, key: str) -> "Ledger":
        """What an earlier batch has done; what it failed at or skipped is not in it.

        Raises:
            InputError: There is a file that cannot be read.
            UsageError: It is of other settings.
        """
        content = store.read(LEDGER)
        if content is None:
            return cls(store, key)
        try:
            table = pq.read_table(io.BytesIO(content))
            entries = [Entry(**row) for row in table.to_pylist()]
        except (pa.ArrowException, OSError, TypeError) as error:
            raise InputError(
                f"{store.name}/{LEDGER} cannot be read ({error}); begin anew without --resume"
            ) from error
        if (table.schema.metadata or {}).get(KEY) != key.encode():
            raise UsageError(
                f"--resume: {store.name}/{LEDGER} is of a batch with other settings; begin anew "
                "without --resume, or name another folder"
            )
        return cls(store, key, [each for each in entries if each.status == "done"])

    def names(self) -> dict[str, str]:
        """By place, the name of each input that is done."""
        return {entry.input: entry.name for entry in self.entries.values()}

    def add(self, entry: Entry) -> None:
        """Take in what became of an input; written at once, unless that was just done.

        Raises:
            UsageError: It has an entry: a fault of ours.
        """
        if entry.name in self.entries:
            raise UsageError(f"{entry.name} is in the ledger: each input ends once")
        self.entries[entry.name] = entry
        began = time.monotonic()
        if began >= self._due:
            with suppress(
                OutputError
            ):  # a full disk ends no other input; ``save`` tells in the end
                self.save()
            ended = time.monotonic()
            self._due = ended + PATIENCE * (ended - began)

    def save(self) -> None:
        """Write it: whole, or as it was.

        Raises:
            OutputError: It cannot be written.
        """
        rows = [asdict(each) for each in self.entries.values()]
        schema = SCHEMA.with_metadata({KEY: self._key.encode()})
        file = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema), file, compression="zstd")
        self._store.write(LEDGER, file.getvalue())

    def counts(self) -> Counter[str]:
        """How many inputs have each status."""
        return Counter(each.status for each in self.entries.values())

    def skip(self, inputs: Iterable[BatchInput], reason: str) -> None:
        """Enter inputs that were not begun, or not ended."""
        for each in inputs:
            if each.name not in self.entries:
                now = datetime.now(UTC)
                self.entries[each.name] = Entry(
                    input=each.place, name=each.name, status="skipped", reason=reason, ended=now
                )
