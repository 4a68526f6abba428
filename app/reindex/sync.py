"""Brings a collection in step with Postgres: everything, or what has changed since."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine, select

from app.db.tables import items
from app.items.outbox import Failed, Target, index_items
from app.items.repository import LIVE, iterate_rows, next_horizon, read_items
from indexing.documents import ItemKey

PAGE = 500
WRITE = 64
"""Items written at once: small, so that a service that rebuilds beside its searches answers them
in between."""

Step = Callable[[int], None]
"""Called with the number of items that were looked at; may raise to end it."""


class Sync:
    """Reads Postgres in pages of short transactions, since a long one would hold back every reader
    that follows changes (decision 0010)."""

    def __init__(self, engine: Engine, target: Target) -> None:
        self._engine = engine
        self._target = target
        self.failed: Failed = {}
        """Items that cannot be indexed, which no collection can hold."""

    def onto(self, target: Target) -> "Sync":
        """The same for the collection as it was opened again."""
        other = Sync(self._engine, target)
        other.failed = self.failed
        return other

    def fill(self, step: Step) -> int:
        """Write what is missing or older than in Postgres, delete what is gone; returns how many
        were written. Called again, it goes on with what is left."""
        written = 0
        for rows in self._pages():
            known = self._target.index.point_versions([ItemKey(key) for key, _, _ in rows])
            stale = [key for key, version, live in rows if live and known.get(key, -1) < version]
            gone = [ItemKey(key) for key, _, live in rows if not live and key in known]
            if gone:
                self._target.index.delete(gone)
            for n in range(0, len(stale), WRITE):
                written += self._write(stale[n : n + WRITE])
                step(0)
            step(len(rows))
        return written

    def horizon(self) -> int:
        """To be asked before `fill`, and given to `catch_up` then."""
        with self._engine.connect() as connection:
            return next_horizon(connection)

    def catch_up(self, since: int) -> tuple[int, int]:
        """Write what changed from that horizon on; returns how many rows that were, and the
        horizon to go on from."""
        with self._engine.connect() as connection:
            horizon = next_horizon(connection)
            changed = [(row.key, row.item is not None) for row in iterate_rows(connection, since)]
        keys = [key for key, live in changed if live]
        for n in range(0, len(keys), WRITE):
            self._write(keys[n : n + WRITE])
        gone = [key for key, live in changed if not live]
        if gone:
            self._target.index.delete(gone)
        return len(changed), horizon

    def _write(self, keys: list[ItemKey]) -> int:
        with self._engine.connect() as connection:
            stored = read_items(connection, keys)
        for entry in stored:
            self.failed.pop(entry.key, None)
        self.failed |= index_items(self._target, stored)
        return len(stored)

    def _pages(self) -> Iterator[list[tuple[ItemKey, int, bool]]]:
        after = -1
        while True:
            with self._engine.connect() as connection:
                rows = _page(connection, after)
            if not rows:
                return
            after = rows[-1][0]
            yield rows


def _page(connection: Connection, after: int) -> list[tuple[ItemKey, int, bool]]:
    statement = (
        select(items.c.key, items.c.version, LIVE)
        .where(items.c.key > after)
        .order_by(items.c.key)
        .limit(PAGE)
    )
    return [(ItemKey(key), version, live) for key, version, live in connection.execute(statement)]
