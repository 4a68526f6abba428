"""A feed's way into Postgres: rows through the mapping, batch by batch, rejects kept aside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy import Engine

from app.items.repository import Written, write_items
from indexing.documents import Item
from indexing.errors import InvalidItem
from indexing.feeds import FeedRow, feed_format, read_feed
from indexing.mapping import FeedMapping

BATCH = 500
_KEPT_RAW = 20_000


class Reject(msgspec.Struct, frozen=True):
    """One row that did not go in: where it stood, every reason, and the row as it came."""

    line: int
    reasons: tuple[str, ...]
    row: str


Keep = Callable[[Reject], None]


class ImportSummary(msgspec.Struct, frozen=True):
    rows: int
    written: Written
    rejected: int
    rejects_file: Path | None
    """None where nothing was rejected."""


class Importer:
    """Each batch is one transaction with its outbox entries, so an import that is interrupted
    has lost nothing, and one that is run again finds its rows unchanged."""

    def __init__(self, engine: Engine, mapping: FeedMapping, rejects_file: Path) -> None:
        self._engine = engine
        self._mapping = mapping
        self._rejects_file = rejects_file

    def run(self, feed: Path, progress: Callable[[int], None] = lambda _: None) -> ImportSummary:
        """Raises `InvalidFeed` where the feed cannot be read on; what came before it is kept."""
        kind = self._mapping.format or feed_format(feed)
        rows = read_feed(feed, kind)
        total, rejected, written = 0, 0, Written()
        with keeping_rejects(self._rejects_file) as keep:
            while batch := self._batch(rows):
                good = [entry for entry in batch if isinstance(entry, Item)]
                bad = [entry for entry in batch if isinstance(entry, Reject)]
                with self._engine.begin() as connection:
                    written += write_items(connection, good)
                for reject in bad:
                    keep(reject)
                total += len(batch)
                rejected += len(bad)
                progress(len(batch))
        return ImportSummary(total, written, rejected, self._rejects_file if rejected else None)

    def _batch(self, rows: Iterator[FeedRow]) -> list[Item | Reject]:
        return [self._read(row) for row in islice(rows, BATCH)]

    def _read(self, row: FeedRow) -> Item | Reject:
        if row.problem is not None:
            return Reject(row.line, (row.problem,), row.raw[:_KEPT_RAW])
        try:
            return self._mapping.apply(row.data)
        except InvalidItem as error:
            return Reject(row.line, error.reasons, row.raw[:_KEPT_RAW])


@contextmanager
def keeping_rejects(path: Path) -> Iterator[Keep]:
    """Opens the file with the first reject; one of an earlier run of the same feed goes."""
    file: IO[bytes] | None = None
    path.unlink(missing_ok=True)

    def keep(reject: Reject) -> None:
        nonlocal file
        if file is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
        file.write(msgspec.json.encode(reject) + b"\n")
        file.flush()

    try:
        yield keep
    finally:
        if file is not None:
            file.close()
