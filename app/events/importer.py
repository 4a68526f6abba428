"""A log's way into Postgres: line by line, batch by batch, each line accepted or refused with its
reason, and nothing twice however often it is run."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from app.events.log_lines import KINDS, Kind, kind_of, read_batches
from app.events.objects import ItemFinder, ObjectRef
from app.events.problems import MAX_MESSAGE, EventProblem, RefusedEvent
from app.events.reading import AS_IS, EventReading, ReadEvent, read_event
from app.events.reading_queries import ReadQuery, read_query
from app.events.repository import first_times, list_row, write_lists
from app.events.storing import store_events
from app.items.importer import Keep, Reject, keeping_rejects
from app.items.lines import KEPT_OF_LONG, Line
from indexing.documents import ItemKey

BATCH = 500
_NO_TIME = EventProblem("$.timestamp", "required", "missing, and no event says when it was")


class Entry(NamedTuple):
    """A line that keeps the contract."""

    line: Line
    read: ReadEvent | ReadQuery


class LogSummary(msgspec.Struct, frozen=True):
    """What became of the lines of a log."""

    lines: int
    outcomes: dict[tuple[Kind, Literal["accepted", "duplicates", "refused"]], int]
    refused: dict[tuple[Kind, str], int]
    """By kind of line and the rule that it broke first."""
    objects: dict[tuple[Kind, str, bool], int]
    """Of accepted lines: by kind, by the field that names them (empty for an item's own id), and
    whether the catalogue has them."""
    rejects_file: Path | None
    """None where nothing was refused."""

    def of(self, kind: Kind, outcome: Literal["accepted", "duplicates", "refused"]) -> int:
        return self.outcomes.get((kind, outcome), 0)


class LogImporter:
    """Each batch is one transaction: an import that is interrupted has lost nothing, and one that
    is run again finds its lines as duplicates. Used once."""

    def __init__(
        self,
        engine: Engine,
        rejects_file: Path,
        how: EventReading = AS_IS,
        finder: ItemFinder | None = None,
    ) -> None:
        self._engine = engine
        self._rejects_file = rejects_file
        self._how = how
        self._finder = finder or ItemFinder()
        self._outcomes: Counter[tuple[Kind, Literal["accepted", "duplicates", "refused"]]]
        self._outcomes = Counter()
        self._refused: Counter[tuple[Kind, str]] = Counter()
        self._objects: Counter[tuple[Kind, str, bool]] = Counter()
        self._untimed: list[Entry] = []

    def run(self, file: Path, progress: Callable[[int], None] = lambda _: None) -> LogSummary:
        """Raises `UnreadableEvents` where the file cannot be read on; what came before is kept."""
        lines = 0
        with keeping_rejects(self._rejects_file) as keep:
            try:
                for batch in read_batches(file, BATCH):
                    self._take(batch, keep)
                    lines += len(batch)
                    progress(len(batch))
            finally:
                # Lists whose time only their events know have now seen all of them.
                self._take_untimed(keep)
        rejects = self._rejects_file if self._refused else None
        return LogSummary(
            lines, dict(self._outcomes), dict(self._refused), dict(self._objects), rejects
        )

    def _take(self, batch: Sequence[Line], keep: Keep) -> None:
        now = datetime.now(UTC)
        entries = []
        for line in batch:
            try:
                entry = Entry(line, self._read(line, now))
            except RefusedEvent as refused:
                self._refuse(line, refused.problems, keep)
                continue
            if isinstance(entry.read, ReadQuery) and entry.read.at is None:
                self._untimed.append(entry)
            else:
                entries.append(entry)
        self._write(entries, keep)

    def _read(self, line: Line, now: datetime) -> ReadEvent | ReadQuery:
        if line.too_long:
            raise RefusedEvent(EventProblem("$", "length", "the line is too long"))
        kind, raw = kind_of(line)
        match kind:
            case "events":
                return read_event(raw, now, self._how)
            case "queries":
                return read_query(raw, now)
            case _:
                message = f"expected {' or '.join(KINDS)} and JSON, with a tab between, or JSON"
                raise RefusedEvent(EventProblem("$", "unreadable", message))

    def _take_untimed(self, keep: Keep) -> None:
        for start in range(0, len(self._untimed), BATCH):
            batch = self._untimed[start : start + BATCH]
            ids = [entry.read.query_id for entry in batch if entry.read.query_id is not None]
            with self._engine.connect() as connection:
                times = first_times(connection, ids)
            timed = []
            for line, read in batch:
                at = times.get(read.query_id or "")
                if at is None:
                    self._refuse(line, (_NO_TIME,), keep)
                else:
                    timed.append(Entry(line, msgspec.structs.replace(read, at=at)))
            self._write(timed, keep)

    def _write(self, entries: Sequence[Entry], keep: Keep) -> None:
        """What Postgres will not have is looked for by halves, and refused alone."""
        if not entries:
            return
        try:
            with self._engine.begin() as connection:
                counted = self._store(connection, entries)
        except DataError as error:
            if len(entries) == 1:
                reason = str(error.orig).strip().splitlines()[0][:MAX_MESSAGE]
                self._refuse(entries[0].line, (EventProblem("$", "unreadable", reason),), keep)
                return
            half = len(entries) // 2
            self._write(entries[:half], keep)
            self._write(entries[half:], keep)
        else:
            counted()

    def _store(self, connection: Connection, entries: Sequence[Entry]) -> Callable[[], None]:
        """Returns what counts them, once they are committed."""
        events = [entry.read for entry in entries if isinstance(entry.read, ReadEvent)]
        queries = [entry.read for entry in entries if isinstance(entry.read, ReadQuery)]
        stored = store_events(connection, self._finder, events, "import")
        keys = self._hits(connection, queries)
        new_lists = self._store_lists(connection, queries, keys)

        def count() -> None:
            for event, new, key in zip(events, stored.new, stored.keys, strict=True):
                self._outcomes["events", "accepted" if new else "duplicates"] += 1
                if new:
                    self._count_objects("events", [event.refs], [key])
            for query, new, found in zip(queries, new_lists, keys, strict=True):
                self._outcomes["queries", "accepted" if new else "duplicates"] += 1
                if new:
                    self._count_objects("queries", query.hits, found)

        return count

    def _hits(
        self, connection: Connection, queries: Sequence[ReadQuery]
    ) -> list[list[ItemKey | None]]:
        """Of each query, the key of each hit."""
        found = iter(
            self._finder.find(connection, [refs for query in queries for refs in query.hits])
        )
        return [[next(found) for _ in query.hits] for query in queries]

    def _store_lists(
        self,
        connection: Connection,
        queries: Sequence[ReadQuery],
        keys: Sequence[Sequence[ItemKey | None]],
    ) -> list[bool]:
        """Which were not there before; of two with one id, the first."""
        rows = {}
        for query, found in zip(queries, keys, strict=True):
            if query.at is not None and query.query_id not in rows:
                known = tuple(key for key in found if key is not None)
                listed = query.listed(query.at, known)
                rows[query.query_id] = list_row(listed, query.at, "import")
        written = set(write_lists(connection, list(rows.values())))
        new = []
        for query in queries:
            new.append(query.query_id in written)
            written.discard(query.query_id)
        return new

    def _count_objects(
        self,
        kind: Kind,
        objects: Sequence[Sequence[ObjectRef]],
        keys: Sequence[ItemKey | None],
    ) -> None:
        for refs, key in zip(objects, keys, strict=True):
            if refs:
                self._objects[kind, refs[0].field, key is not None] += 1

    def _refuse(self, line: Line, problems: Sequence[EventProblem], keep: Keep) -> None:
        kind, _ = kind_of(line)
        self._outcomes[kind, "refused"] += 1
        self._refused[kind, problems[0].rule] += 1
        raw = line.data[:KEPT_OF_LONG].decode(errors="replace")
        keep(Reject(line.number, tuple(map(str, problems)), raw))
